"""Adapters of a candidate: added, weighed, taken away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.candidates.adapters import MOST_ADAPTERS, Adapter
from app.ui.settings.adapters_editor import AdaptersEditor

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton
STYLE, FACTS = Path("/models/style.gguf"), Path("/models/facts.gguf")


@pytest.fixture
def editor(qtbot: QtBot) -> AdaptersEditor:
    made = AdaptersEditor()
    qtbot.addWidget(made)
    made.show()
    return made


def test_those_that_fit_are_offered_and_a_file(qtbot: QtBot, editor: AdaptersEditor) -> None:
    with qtbot.waitSignal(editor.file_wanted):
        qtbot.mouseClick(editor.add_button, LEFT)
    editor.set_choices([FACTS, STYLE])
    qtbot.mouseClick(editor.add_button, LEFT)
    offered = [each for each in editor.menu.actions() if each.text()]
    assert [each.text() for each in offered] == ["facts", "style", "Open a file …"]
    with qtbot.waitSignal(editor.changed) as changed:
        offered[1].trigger()
    assert changed.args == [(Adapter("/models/style.gguf"),)]
    with qtbot.waitSignal(editor.file_wanted):
        offered[2].trigger()
    editor.menu.hide()
    qtbot.mouseClick(editor.add_button, LEFT)
    assert editor.menu.actions()[0].text() == "facts", "what is used is not offered again"
    editor.menu.hide()


def test_a_strength_is_set_by_slider_and_field(qtbot: QtBot, editor: AdaptersEditor) -> None:
    with qtbot.assertNotEmitted(editor.changed):
        editor.set_adapters((Adapter("/a.gguf"), Adapter("/b.gguf", -3.0)))
    first, second = editor.rows
    assert (first.slider.value(), first.field.value) == (20, 1.0)
    assert (second.slider.value(), second.field.value) == (0, -3.0), "beyond the slider"
    first.slider.setFocus()
    qtbot.keyClick(first.slider, Qt.Key.Key_Left)
    assert editor.adapters[0] == Adapter("/a.gguf", 0.95)
    assert first.field.value == 0.95
    first.field.selectAll()
    qtbot.keyClicks(first.field, "1.5")
    qtbot.keyClick(first.field, Qt.Key.Key_Return)
    assert (editor.adapters[0].strength, first.slider.value()) == (1.5, 30)
    qtbot.mouseClick(first.remove_button, LEFT)
    assert editor.adapters == (Adapter("/b.gguf", -3.0),)
    assert len(editor.rows) == 1


def test_there_is_an_end_to_them(editor: AdaptersEditor) -> None:
    editor.set_adapters(tuple(Adapter(f"/{n}.gguf") for n in range(MOST_ADAPTERS)))
    assert not editor.add_button.isEnabled()
    names = [
        (row.slider.accessibleName(), row.remove_button.accessibleName()) for row in editor.rows
    ]
    assert names[0] == ("Strength of 0", "Take 0 away")
