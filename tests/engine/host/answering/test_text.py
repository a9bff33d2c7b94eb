"""Tokens become text, whatever pieces they come in."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.chats.thinking import USUAL_MARKS, ThinkingMarks
from app.engine.host.answering.text import StopStrings, TextBuilder


@given(st.text("ab#\n", max_size=30), st.lists(st.text("ab#\n", min_size=1, max_size=4)))
def test_stop_strings_do_not_depend_on_the_pieces(text: str, stops: list[str]) -> None:
    whole = StopStrings(stops)
    expected = whole.feed(text)
    expected += "" if whole.found else whole.finish()
    pieces = StopStrings(stops)
    shown = "".join(pieces.feed(sign) for sign in text)
    shown += "" if pieces.found else pieces.finish()
    assert pieces.found == whole.found
    # A short stop string may be seen before a longer one that began earlier is complete.
    assert shown.startswith(expected) or expected.startswith(shown)
    if not any(stop in text for stop in stops):
        assert shown == text


@pytest.mark.parametrize(
    ("pieces", "shown", "found"),
    [
        (["\n\n", "B) Lisbon", "\n\n", "Next"], "\n\nB) Lisbon", True),
        (["\n", "\n", " \n", "\nB", "\n", "\nNext"], "\n\n \n\nB", True),
        (["\n\nB\n\nNext"], "\n\nB", True),
        (["\n\n", "\t\n\n"], "\n\n\t\n\n", False),
        (["B\n", "\n"], "B", True),
        (["\n\nB\n"], "\n\nB\n", False),
        # A mark with signs in it ends what has not begun too.
        (["\n\nEN", "D\n\nmore"], "\n\n", True),
        (["EN", "D"], "", True),
    ],
)
def test_a_stop_counts_only_behind_an_answer(pieces: list[str], shown: str, found: bool) -> None:
    stops = StopStrings(["\n\n", "END"])
    assert "".join(map(stops.feed, pieces)) + stops.finish() == shown
    assert stops.found == found


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 5))
def test_text_survives_being_cut_anywhere(text: str, size: int) -> None:
    data = text.encode()
    assume(not text.lstrip().startswith(USUAL_MARKS.start))
    builder = TextBuilder(USUAL_MARKS, starts_thinking=False, stops=[])
    for start in range(0, len(data), size):
        builder.feed(data[start : start + size])
    builder.finish()
    assert builder.pieces.take() == (text, "")


def test_thinking_and_answer_come_apart() -> None:
    marks = ThinkingMarks("<think>", "</think>")
    builder = TextBuilder(marks, starts_thinking=True, stops=["END"])
    for piece in (b"so ", b"so</thi", b"nk>\n\nYes", b".EN", b"D more"):
        builder.feed(piece)
    builder.finish()
    assert builder.pieces.take() == ("Yes.", "so so")
    assert builder.stop_found
