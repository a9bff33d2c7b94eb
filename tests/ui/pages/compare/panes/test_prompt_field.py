"""Long texts that are pasted into the boxes.

Tests app.ui.answers.growing_edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QDialog

from app.ui.answers.growing_edit import EDIT_WEIGHT
from app.ui.answers.text_parts import PART_WEIGHT, SLICE_WEIGHT, weight
from app.ui.pages.compare.panes.prompt_box import Askable, PromptBox
from app.ui.pages.compare.turns.parts import PromptCard

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.answers.growing_edit import GrowingEdit

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

TWO = [Askable("a", "A", "Q8_0"), Askable("b", "B", "Q2_K")]
LINE = "QUJD" * 100_000
LINES = "some words in a line\n" * 20_000


def paste(edit: GrowingEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)


@pytest.mark.parametrize("text", [LINE, LINES])
def test_a_long_text_becomes_a_chip_and_goes_with_the_message(qtbot: QtBot, text: str) -> None:
    box = PromptBox()
    qtbot.addWidget(box)
    box.show()
    box.set_state(busy=False, askable=TWO)
    box.set_text("What is this?")
    paste(box.edit, text)
    assert box.edit.toPlainText() == "What is this?"
    (chip,) = box.field.chips()
    assert chip.isVisible()
    assert chip.accessibleName().endswith("· 1 line" if text is LINE else "000 lines")
    with qtbot.waitSignal(box.submitted) as sent:
        box.send_button.click()
    assert sent.args == [f"What is this?\n\n{text}".strip(), None]
    box.clear()
    assert box.text() == ""
    assert not box.send_button.isEnabled()


def test_enter_sends_unless_the_person_wants_lines(qtbot: QtBot) -> None:
    box = PromptBox()
    qtbot.addWidget(box)
    box.show()
    box.set_state(busy=False, askable=TWO)
    box.edit.setFocus()
    sent: list[str] = []
    box.submitted.connect(lambda text, _only: sent.append(text))
    box.resize(600, 60)
    assert "Enter sends" in box.edit.placeholderText()
    qtbot.keyClicks(box.edit, "one")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(box.edit, "two")
    assert sent == []
    qtbot.keyClick(box.edit, Qt.Key.Key_Return)
    qtbot.keyClick(box.edit, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert sent == ["one\ntwo"] * 2
    box.set_enter_sends(False)
    assert "Ctrl+Enter sends" in box.edit.placeholderText()
    qtbot.keyClick(box.edit, Qt.Key.Key_Return)
    assert len(sent) == 2
    assert box.edit.toPlainText().endswith("\n")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(sent) == 3


def test_a_chip_alone_can_be_sent_and_taken_out(qtbot: QtBot) -> None:
    box = PromptBox()
    qtbot.addWidget(box)
    box.show()
    box.set_state(busy=False, askable=TWO)
    box.ask_only("b")
    paste(box.edit, LINE)
    with qtbot.waitSignal(box.submitted) as sent:
        box.send_button.click()
    assert sent.args == [LINE, "b"]
    with qtbot.waitSignal(box.field.taken_out) as taken:
        box.field.chips()[0].remove_button.click()
    assert box.text() == ""
    assert box.field.chips() == []
    assert taken.args is not None
    taken.args[0]()
    assert box.text() == LINE, "it can be had back"


def test_a_short_text_is_written_where_it_is_pasted(qtbot: QtBot) -> None:
    box = PromptBox()
    qtbot.addWidget(box)
    paste(box.edit, "a few lines\n" * 20)
    assert box.field.chips() == []
    # Many short texts are not put in either, once they are too much together.
    for _time in range(200):
        paste(box.edit, "a few lines\n" * 20)
    assert weight(box.edit.toPlainText()) <= EDIT_WEIGHT
    assert box.field.chips()


def test_a_chip_can_be_read(qtbot: QtBot) -> None:
    box = PromptBox()
    qtbot.addWidget(box)
    box.show()
    paste(box.edit, LINES)
    box.field.chips()[0].open_button.click()
    dialog = box.findChild(QDialog) or box.window().findChild(QDialog)
    assert dialog is not None
    assert "Pasted text" in dialog.windowTitle()
    dialog.close()


def test_an_earlier_message_of_any_length_is_shown_and_edited(qtbot: QtBot) -> None:
    card = PromptCard(LINE)
    qtbot.addWidget(card)
    card.resize(400, 300)
    card.show()
    assert weight(card.label.text()) <= SLICE_WEIGHT
    assert card.whole_button is not None
    card.whole_button.click()
    assert card.whole_text is not None
    qtbot.waitUntil(lambda: card.whole_text is not None and card.whole_text.laid_out)
    assert weight(card.whole_text.document().toPlainText()) <= 1.01 * PART_WEIGHT
    assert card.whole_text.parts.source == LINE
    card.start_editing()
    assert card.editor is not None
    with qtbot.waitSignal(card.edited) as edited:
        card.editor.ask_button.click()
    assert edited.args == [LINE, []]
