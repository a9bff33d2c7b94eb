"""The draft of a candidate: chosen, taken from a file, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.candidates.drafts import Draft
from app.ui.settings.draft_editor import DraftEditor
from tests.helpers.model_folders import adapter_model

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

TINY = adapter_model("/models/tiny.gguf")


@pytest.fixture
def editor(qtbot: QtBot) -> DraftEditor:
    made = DraftEditor()
    qtbot.addWidget(made)
    made.show()
    made.set_choices([TINY])
    return made


def choose(editor: DraftEditor, text: str) -> None:
    editor.box.setCurrentIndex(editor.box.findText(text))
    editor.box.activated.emit(editor.box.currentIndex())


def test_models_that_fit_come_first_then_the_text_and_a_file(
    qtbot: QtBot, editor: DraftEditor
) -> None:
    offered = [editor.box.itemText(place) for place in range(editor.box.count())]
    assert offered == ["none", "tiny", "the text itself", "Open a file …"]
    with qtbot.waitSignal(editor.changed) as changed:
        choose(editor, "tiny")
    assert changed.args == [Draft("/models/tiny.gguf")]
    with qtbot.waitSignal(editor.changed) as changed:
        choose(editor, "the text itself")
    assert changed.args == [Draft()]
    with qtbot.waitSignal(editor.file_wanted), qtbot.assertNotEmitted(editor.changed):
        choose(editor, "Open a file …")
    assert editor.box.currentText() == "the text itself"
    with qtbot.waitSignal(editor.changed) as changed:
        choose(editor, "none")
    assert changed.args == [None]


def test_what_it_brings_is_measured_where_there_is_one(qtbot: QtBot, editor: DraftEditor) -> None:
    assert not editor.worth_button.isVisible()
    with qtbot.assertNotEmitted(editor.changed):
        editor.set_draft(Draft("/elsewhere/other.gguf", 4))
    assert editor.box.currentText() == "other"
    with qtbot.waitSignal(editor.worth_wanted):
        qtbot.mouseClick(editor.worth_button, Qt.MouseButton.LeftButton)
    editor.tell("Answering …", measuring=True)
    assert not editor.worth_button.isEnabled()
    editor.tell("Worth it here.")
    assert (editor.said.text(), editor.worth_button.isEnabled()) == ("Worth it here.", True)
    with qtbot.waitSignal(editor.changed) as changed:
        choose(editor, "the text itself")
    assert changed.args == [Draft("", 4)], "how many at once stays"
    assert not editor.said.isVisible(), "what was measured was of another one"
