"""The navigation rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.shell.rail import Rail

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def rail(qtbot: QtBot) -> Rail:
    made = Rail()
    made.add("compare", "Compare", "compare")
    made.add("models", "Models", "models")
    made.add("about", "About", "info", bottom=True)
    made.resize(76, 500)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


def test_a_click_chooses_a_page(qtbot: QtBot, rail: Rail) -> None:
    with qtbot.waitSignal(rail.chosen) as chosen:
        qtbot.mouseClick(rail.button("models"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["models"]


def test_one_page_is_the_current_one(rail: Rail) -> None:
    rail.set_current("compare")
    rail.set_current("about")
    assert not rail.button("compare").isChecked()
    assert rail.button("about").isChecked()


def test_up_and_down_go_from_button_to_button(qtbot: QtBot, rail: Rail) -> None:
    rail.button("compare").setFocus()
    qtbot.keyClick(rail.button("compare"), Qt.Key.Key_Down)
    assert rail.button("models").hasFocus()
    qtbot.keyClick(rail.button("models"), Qt.Key.Key_Up)
    qtbot.keyClick(rail.button("compare"), Qt.Key.Key_Up)
    assert rail.button("about").hasFocus()
    with qtbot.waitSignal(rail.chosen) as chosen:
        qtbot.keyClick(rail.button("about"), Qt.Key.Key_Space)
    assert chosen.args == ["about"]


def test_pages_at_the_bottom_stand_below(qtbot: QtBot, rail: Rail) -> None:
    qtbot.waitExposed(rail)
    assert rail.button("about").y() > rail.button("models").geometry().bottom() + 100


def test_buttons_have_names(rail: Rail) -> None:
    assert rail.accessibleName() == "Pages"
    assert [rail.button(p).accessibleName() for p in ("compare", "about")] == ["Compare", "About"]


def test_it_grows_with_its_titles_up_to_a_bound(rail: Rail) -> None:
    usual = rail.width()
    rail.add("long", "Vergleichen bitte", "compare")
    longer = rail.width()
    assert usual < longer
    rail.add("longest", "Alles, was sich vergleichen lässt", "compare")
    assert longer <= rail.width() < 2 * usual


def test_words_give_way_where_the_rail_is_low(qtbot: QtBot, rail: Rail) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    rail.setParent(host)
    rail.resize(rail.width(), 600)
    host.show()
    rail.show()
    with_words = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    button = rail.button("models")
    assert button.toolButtonStyle() == with_words
    rail.resize(rail.width(), 100)
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    assert button.toolTip() == "Models"
    rail.resize(rail.width(), 600)
    assert button.toolButtonStyle() == with_words
    rail.setParent(None)  # whoever made it ends it
