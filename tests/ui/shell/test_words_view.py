"""The words, searched and gone to; the help panel that they are in.

Tests app.ui.shell.help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.ui.kit.words.glossary import glossary, word_of
from app.ui.shell.words_view import WordsView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def view(qtbot: QtBot) -> WordsView:
    made = WordsView()
    qtbot.addWidget(made)
    made.resize(360, 400)
    made.show()
    return made


def test_every_word_is_there(view: WordsView) -> None:
    text = view.text.toPlainText()
    for chapter in glossary():
        assert chapter.title in text
        assert all(word.word in text and word.meaning in text for word in chapter.words)
    assert "4.9 bits a weight" in text


def test_letters_find_words_by_name_and_meaning(qtbot: QtBot, view: WordsView) -> None:
    qtbot.keyClicks(view.field, "KL div")
    assert word_of("drift").meaning in view.text.toPlainText()
    assert word_of("token").meaning not in view.text.toPlainText()
    qtbot.keyClicks(view.field, " of nobody")
    assert view.text.toPlainText() == "No word has these letters."


def test_a_word_is_gone_to(qtbot: QtBot, view: WordsView) -> None:
    qtbot.keyClicks(view.field, "token")
    view.show_word("interval")
    assert view.field.text() == ""
    assert view.text.verticalScrollBar().value() > 0
    qtbot.keyClick(view.field, Qt.Key.Key_A)
    view.show_word("")
    assert view.text.verticalScrollBar().value() == 0
