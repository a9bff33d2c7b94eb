"""The picker behind + Add: the keyboard is enough, several at once, six at most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import candidate_of
from app.lab.ladder.pickable import PickFile
from app.ui.picking.add_dialog import AddDialog
from app.ui.picking.pick_model import PickColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

KEY = Qt.Key


def file(level: str, family: str = "Sky") -> PickFile:
    candidate = candidate_of(f"/m/{family}-{level}.gguf")
    return PickFile(candidate, f"{family}-{level}", family, level, 10, 8.0, needs_bytes=10)


SKY = [replace(file("F16"), letter="A"), *(file(level) for level in ("Q8_0", "Q4_K_M", "Q2_K"))]
MOON = [file(level, "Moon") for level in ("F16", "Q4_K_M")]


@pytest.fixture
def dialog(qtbot: QtBot) -> AddDialog:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    return AddDialog(window)


def ask(dialog: AddDialog, files: Sequence[PickFile] = (*SKY, *MOON), panes: int = 1) -> None:
    dialog.ask(files, panes, 100)


def type_keys(dialog: AddDialog, *keys: Qt.Key) -> None:
    for key in keys:
        widget = dialog.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key)


def test_words_and_enter_open_one(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog)
    assert dialog.focusWidget() is dialog.search
    QTest.keyClicks(dialog.search, "moon q4")
    with qtbot.waitSignal(dialog.chosen) as caught:
        type_keys(dialog, KEY.Key_Return)
    assert caught.args == [[MOON[1].candidate]]
    assert not dialog.isVisible()


def test_arrows_choose_and_space_ticks_several(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_Space, KEY.Key_Down, KEY.Key_Down, KEY.Key_Space)
    assert [one.level for one in dialog.model.checked] == ["Q8_0", "Q2_K"]
    assert dialog.add_button.text() == "Add 2"
    assert dialog.room.text() == "room for 3 more"
    with qtbot.waitSignal(dialog.chosen) as caught:
        type_keys(dialog, KEY.Key_Return)
    assert caught.args == [[SKY[1].candidate, SKY[3].candidate]]


def test_letters_go_to_the_field_from_the_list(dialog: AddDialog) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_M)
    assert dialog.search.text() == "m"
    assert dialog.focusWidget() is dialog.search


def test_there_is_room_for_six(dialog: AddDialog) -> None:
    ask(dialog, panes=4)
    family = dialog.model.index(0, PickColumn.NAME)
    assert family.data() == "Other versions of Sky"
    dialog.model.setData(family, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert [one.level for one in dialog.model.checked] == ["Q8_0", "Q2_K"]
    assert dialog.room.text() == "Six models are the most."


def test_it_opens_as_if_for_the_first_time(dialog: AddDialog) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_Space, KEY.Key_X)
    assert dialog.nothing.isVisible()
    assert not dialog.add_button.isEnabled() or dialog.model.checked
    type_keys(dialog, KEY.Key_Escape)
    assert not dialog.isVisible()
    ask(dialog)
    assert (dialog.search.text(), dialog.model.checked) == ("", [])


def test_without_any_model_the_ways_to_one_are_there(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog, ())
    assert "from the Hub" in dialog.nothing.text()
    assert not dialog.add_button.isEnabled()
    with qtbot.waitSignal(dialog.hub_wanted):
        dialog.hub_button.click()
    ask(dialog, ())
    with qtbot.waitSignal(dialog.files_wanted):
        dialog.file_button.click()


def test_it_fits_a_small_window(dialog: AddDialog) -> None:
    dialog.parentWidget().resize(800, 560)  # pyright: ignore[reportOptionalMemberAccess]
    ask(dialog)
    assert dialog.width() < 800
    assert dialog.height() < 560
    tree = dialog.tree
    assert tree.horizontalScrollBar().maximum() == 0
    assert not tree.isColumnHidden(PickColumn.REMARK)
