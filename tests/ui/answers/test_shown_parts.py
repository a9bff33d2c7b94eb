"""What is shown of a text, without a screen."""

from __future__ import annotations

from app.ui.answers.shown_parts import ShownParts

LONG = "".join(f"line {number}\n" for number in range(9_000))


def test_what_grows_is_followed_unless_the_person_went_elsewhere() -> None:
    changes: list[int] = []
    parts = ShownParts()
    parts.changed.connect(lambda: changes.append(parts.part.start))
    assert parts.take(LONG[:50_000], ended=False)
    assert not parts.take(LONG[:50_000], ended=False)
    assert parts.part.end == 50_000
    parts.take(LONG, ended=False)
    assert (parts.part.end, parts.whole, parts.formatted) == (len(LONG), False, False)
    parts.show_start()
    first = parts.part
    assert changes == [0]
    assert parts.take(LONG + "more", ended=False)
    assert parts.part == first
    assert parts.take(LONG + "more", ended=True), "that nothing more comes is news"
    assert parts.shown == LONG[: first.end]


def test_one_part_leads_to_the_next_and_no_further_than_the_ends() -> None:
    parts = ShownParts()
    parts.take(LONG, ended=True)
    read = parts.shown
    while parts.part.end < len(LONG):
        parts.show_later()
        read += parts.shown
    assert read == LONG
    last = parts.part
    parts.show_later()
    assert parts.part == last
    parts.show_offset(10)
    assert parts.part.start == 0
    parts.show_earlier()
    assert parts.part.start == 0


def test_a_wish_for_how_it_is_shown_outlasts_another_text() -> None:
    changes: list[bool] = []
    parts = ShownParts()
    parts.changed.connect(lambda: changes.append(parts.formatted))
    parts.take("short", ended=True)
    assert parts.formatted
    parts.set_formatted(False)
    parts.set_formatted(False)
    parts.take("another", ended=True)
    assert changes == [False]
    assert not parts.formatted
