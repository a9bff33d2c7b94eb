"""What is laid out at once of a foreign text, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shiboken6
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QTimer

from app.ui.answers.document import AnswerDocument
from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.answers.text_parts import (
    PART_WEIGHT,
    SLICE_WEIGHT,
    Carry,
    Part,
    first_part,
    grown_part,
    last_part,
    next_slice,
    part_after,
    part_around,
    part_before,
    weight,
)
from app.ui.kit.one_at_a_time import one_at_a_time
from app.ui.kit.words.format import count
from tests.helpers.heavy_texts import HEAVY_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LONG = 300_000
FEW_BLOCKS = 400
HEAVY = pytest.mark.parametrize("name", sorted(HEAVY_TEXTS))


def parts_of(text: str, most: int = 4) -> Iterator[Part]:
    part = first_part(text)
    yield part
    for _number in range(most):
        if part.end == len(text):
            return
        part = part_after(text, part)
        yield part


@HEAVY
def test_parts_and_slices_of_any_text_are_light(name: str) -> None:
    text = HEAVY_TEXTS[name](LONG)
    end = 0
    for part in parts_of(text):
        assert part.start == end < part.end
        end = part.end
        shown = text[part.start : part.end]
        assert weight(shown) <= PART_WEIGHT
        position, carry = 0, part.carry
        while position < len(shown):
            piece = next_slice(shown, position, carry)
            assert piece.start == position < piece.end
            assert weight(piece.markdown(shown)) <= 1.5 * SLICE_WEIGHT
            position, carry = piece.end, piece.next_carry
    assert weight(text[last_part(text).start :]) <= PART_WEIGHT


def test_a_heavy_text_is_longer_than_one_part_and_a_usual_one_is_not() -> None:
    paragraph = "Air scatters **short** waves more than long ones, and so on. " * 8 + "\n\n"
    assert first_part(paragraph * 60).end == 60 * len(paragraph)
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 40
    first_heavy = table + paragraph * 40
    assert first_part(first_heavy).end == len(first_heavy)


def test_one_can_go_back_and_to_any_place() -> None:
    text = "".join(f"line {number} of a long text\n" for number in range(20_000))
    first = first_part(text)
    second = part_after(text, first)
    assert part_before(text, second).end == first.end
    place = text.index("line 15000 ")
    around = part_around(text, place)
    assert around.start < place < around.end
    assert text[around.start - 1] == "\n"
    assert last_part(text).end == len(text)


def test_a_part_follows_the_end_of_a_growing_text() -> None:
    text, part = "", Part(0, 0)
    for _step in range(40):
        text += "one more line of an answer that does not end\n" * 60
        part = grown_part(text, part)
        assert part.end == len(text)
        assert weight(text[part.start :]) <= PART_WEIGHT
    assert part.start > 0


def test_code_and_tables_go_on_behind_a_cut() -> None:
    code = "```python\n" + "value = compute(value)\n" * 600 + "```\n"
    piece = next_slice(code, 0)
    assert piece.next_carry == Carry(fence="```python\n")
    assert piece.markdown(code).endswith("\n```")
    assert next_slice(code, piece.end, piece.next_carry).markdown(code).startswith("```python\n")
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 600
    piece = next_slice(table, 0)
    assert piece.next_carry == Carry(table="| a | b |\n|---|---|\n")


@given(st.text(alphabet="a \n`|-*>#[]!1.~\u2028\u05d0", max_size=400), st.integers(1, 60))
@settings(max_examples=60)
def test_slices_hold_all_of_the_text(text: str, times: int) -> None:
    text *= times
    position, carry = 0, Carry()
    while position < len(text):
        piece = next_slice(text, position, carry)
        assert piece.start == position < piece.end
        position, carry = piece.end, piece.next_carry


# -------------------------------------------------------------------------------- in the document


@HEAVY
@pytest.mark.parametrize("formatted", [False, True])
def test_one_moment_lays_out_one_slice(qapp: QApplication, name: str, formatted: bool) -> None:
    text = HEAVY_TEXTS[name](LONG)
    document = AnswerDocument()
    blocks = 0
    document.show_source(text[: first_part(text).end], formatted=formatted)
    for _slice in range(20):
        assert document.blockCount() - blocks <= FEW_BLOCKS
        blocks = document.blockCount()
        if document.complete:
            break
        document.advance()
    assert document.complete
    assert sum(piece.end - piece.start for piece in document.slices) == first_part(text).end


@HEAVY
def test_a_growing_text_lays_out_no_more_than_two_slices(qapp: QApplication, name: str) -> None:
    text = HEAVY_TEXTS[name](LONG)[: first_part(HEAVY_TEXTS[name](LONG)).end]
    document = AnswerDocument()
    step = max(1, len(text) // 7)
    for end in range(step, len(text) + step, step):
        before = document.slices
        document.show_source(text[:end], ended=end >= len(text))
        new = [piece for piece in document.slices if piece not in before]
        assert sum(weight(piece.markdown(text)) for piece in new) <= 3 * SLICE_WEIGHT
        while not document.complete:
            document.advance()


def test_slices_look_like_a_text_that_was_laid_out_at_once(qapp: QApplication) -> None:
    block = "# Head\n\nSome *words* here.\n\n- one\n- two\n\n```python\nx = 1\n```\n\n"
    document = AnswerDocument()
    document.show_source(block * 200)
    slices = 1
    while not document.complete:
        document.advance()
        slices += 1
    assert slices > 1
    once = AnswerDocument()
    once.show_source(block)
    assert document.toPlainText() == "\n".join([once.toPlainText()] * 200)


def test_a_link_that_is_defined_at_the_end_of_many_slices_is_one(qapp: QApplication) -> None:
    text = "See [the page][1].\n\n" + "Some more words.\n\n" * 900 + "[1]: https://example.org/x\n"
    document = AnswerDocument()
    document.show_source(text)
    while not document.complete:
        document.advance()
    assert len(document.slices) > 1
    assert document.toPlainText().startswith("See the page.")


def test_a_place_is_found_in_a_later_slice(qapp: QApplication) -> None:
    text = "".join(f"Paragraph number {number} with some words.\n\n" for number in range(800))
    for formatted in (True, False):
        document = AnswerDocument()
        document.show_source(text, formatted=formatted)
        offset = text.index("700 with")
        assert document.position_of(offset) is None
        while not document.complete:
            document.advance()
        position = document.position_of(offset)
        assert position is not None
        assert document.toPlainText()[position:].startswith("700 with")


# ------------------------------------------------------------------------------------ in the view


@pytest.fixture
def view(qtbot: QtBot) -> MarkdownView:
    made = MarkdownView("Answer")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def whole(qtbot: QtBot, view: MarkdownView) -> None:
    qtbot.waitUntil(lambda: view.laid_out)


def test_a_long_answer_is_plain_in_parts_and_can_be_formatted(
    qtbot: QtBot, view: MarkdownView
) -> None:
    text = "".join(f"- item **{number}**\n" for number in range(20_000))
    bar = PartBar(view)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    view.set_markdown(text)
    whole(qtbot, view)
    assert (view.parts.whole, view.parts.formatted) == (False, False)
    assert view.document().toPlainText().startswith("- item **0**")
    assert bar.sentence.text().endswith(f"of {count(len(text))}.")
    assert not bar.isHidden()
    bar.format_button.click()
    whole(qtbot, view)
    assert view.document().toPlainText().startswith("item 0\nitem 1\n")
    bar.later_button.click()
    whole(qtbot, view)
    first = view.parts.part
    assert first.start > 0
    assert not bar.earlier_button.isHidden()
    bar.end_button.click()
    whole(qtbot, view)
    assert view.document().toPlainText().endswith("item 19999")
    assert bar.end_button.isHidden()
    assert view.plain_text() == view.parts.source == text


def test_a_growing_answer_shows_its_end_and_an_opened_one_its_beginning(
    qtbot: QtBot, view: MarkdownView
) -> None:
    text = "".join(f"line {number}\n\n" for number in range(9_000))
    for end in range(0, len(text), 20_000):
        view.stream_markdown(text[:end])
    view.stream_markdown(text)
    view.set_markdown(text)
    whole(qtbot, view)
    assert view.document().toPlainText().rstrip().endswith("line 8999")
    view.set_markdown("")
    view.set_markdown(text)
    whole(qtbot, view)
    assert view.document().toPlainText().startswith("line 0\n")


def test_a_difference_far_down_can_be_gone_to(qtbot: QtBot, view: MarkdownView) -> None:
    text = "".join(f"line {number}\n\n" for number in range(9_000))
    view.set_markdown(text)
    whole(qtbot, view)
    offset = text.index("8000")
    view.mark_source_offset(offset)
    assert view.marked_position is None
    view.parts.show_offset(offset)
    whole(qtbot, view)
    assert view.extraSelections()[0].cursor.selectedText() == "8000"


def test_slices_of_all_views_come_one_in_a_turn_of_the_event_loop(qtbot: QtBot) -> None:
    text = "Some words of a long answer.\n\n" * 900
    views: list[MarkdownView] = []
    for _number in range(3):
        made = MarkdownView("Answer")
        qtbot.addWidget(made)
        made.show()
        made.set_markdown(text)
        views.append(made)
    one_at_a_time().findChild(QTimer).stop()
    gone = views.pop(1)
    shiboken6.delete(gone)
    while not all(view.laid_out for view in views):
        before = [_slices(view) for view in views]
        one_at_a_time().do_one()
        after = [_slices(view) for view in views]
        assert sum(after) - sum(before) <= 2  # a slice, and what is left behind the last one
        assert sum(now != then for now, then in zip(after, before, strict=True)) == 1


def _slices(view: MarkdownView) -> int:
    document = view.document()
    assert isinstance(document, AnswerDocument)
    return len(document.slices)
