"""The one question for models whose files bring no chat template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.lab.compare.templates import TemplateQuestion
from app.ui.pages.compare.candidates.template_chooser import TemplateChooser
from tests.ui.pages.compare.scripted_session import ScriptedModel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.conftest import Shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton


def test_files_of_a_family_without_template_get_one_question(shown: Shown, qtbot: QtBot) -> None:
    panes = {letter: shown.pane(letter).pane for letter in "BC"}
    for pane in panes.values():
        pane.loaded = None
        pane.model = ScriptedModel("Raw 1B", "Q4_0", architecture="gemma3", chat_template=None)  # type: ignore[assignment]
        shown.session.listener.pane_changed(pane.key)
    shown.settle()
    question = shown.page.template_question
    assert question.isVisible()
    assert question.sentence.text() == "B, C: the files of Raw 1B bring no chat template."
    assert question.combo.currentData() == "gemma", "as its architecture says"
    qtbot.mouseClick(question.use_button, LEFT)
    shown.settle()
    assert [pane.candidate.template_id for pane in panes.values()] == ["gemma", "gemma"]
    assert question.isHidden()
    assert shown.page.prompt.hasFocus() or shown.page.prompt.isAncestorOf(shown.page.focusWidget())


def test_the_question_for_a_template_is_readable_in_a_narrow_window(qtbot: QtBot) -> None:
    chooser = TemplateChooser()
    qtbot.addWidget(chooser)
    chooser.show_question(TemplateQuestion(("b",), "B", "Gemma 3 270M it", "gemma"))
    chooser.resize(215, chooser.heightForWidth(215))
    with qtbot.waitExposed(chooser):
        chooser.show()
    for words in (chooser.sentence, chooser.advice):
        assert words.height() >= words.heightForWidth(words.width())
    assert chooser.rect().contains(chooser.use_button.geometry())
