"""The Settings page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel

from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.pages.settings.page import PreferencesPage

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def _choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    box.setFocus()
    row = box.findText(text)
    assert row >= 0, text
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_preferences_switch_theme_and_preset(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, ThemeChoice.LIGHT)
    page = PreferencesPage(theme, preset="Chat")
    qtbot.addWidget(page)
    page.show()
    assert page.preset_box.currentText() == "Chat"
    _choose(qtbot, page.theme_box, "dark")
    assert theme.choice is ThemeChoice.DARK
    theme.set_choice(ThemeChoice.LIGHT)
    assert page.theme_box.currentText() == "light"
    with qtbot.waitSignal(page.preset_changed) as changed:
        _choose(qtbot, page.preset_box, "Always the likeliest word")
    assert changed.args == ["Compare (greedy)"]
    with qtbot.waitSignal(page.enter_changed) as enter:
        _choose(qtbot, page.enter_box, "makes a new line")
    assert enter.args == [False]
    page.set_folders({"Chats": "/home/someone/data"})
    page.set_folders({"Chats": "/elsewhere"})
    qapp.processEvents()
    shown = [label.text() for label in page.findChildren(QLabel)]
    assert "/elsewhere" in shown
