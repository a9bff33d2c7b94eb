"""The command palette: finding, order, keys.

Tests app.ui.shell.command_model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.ui.kit import fuzzy
from app.ui.shell.command_model import CommandModel, CommandRole
from app.ui.shell.command_palette import CommandPalette

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

NAMES = ("Ask every model", "Stop", "Add a model…", "Remove this model", "New chat", "&Quit")


class Window(QWidget):
    """A window with a field, and a palette over it."""

    def __init__(self, actions: list[QAction]) -> None:
        super().__init__()
        self.resize(900, 600)
        column = QVBoxLayout(self)
        self.field = QLineEdit()
        column.addWidget(self.field)
        self.palette_box = CommandPalette(self, lambda: actions)


@pytest.fixture
def runs() -> list[str]:
    return []


@pytest.fixture
def actions(qapp: QApplication, runs: list[str]) -> list[QAction]:
    made: list[QAction] = []
    for name in NAMES:
        action = QAction(name)
        action.triggered.connect(lambda _checked=False, name=name: runs.append(name))
        made.append(action)
    made[0].setShortcut(QKeySequence("Ctrl+Return"))
    return made


@pytest.fixture
def model(qapp: QApplication, actions: list[QAction]) -> Iterator[CommandModel]:
    made = CommandModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.set_actions(actions)
    yield made
    del tester


@pytest.fixture
def window(qtbot: QtBot, actions: list[QAction]) -> Window:
    made = Window(actions)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


# ----------------------------------------------------------------------------------------- finding


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("ask", "Ask every model"),
        ("aem", "Ask every model"),
        ("nc", "New chat"),
        ("rtm", "Remove this model"),
        ("am", "Add a model"),
        ("st", "Stop"),
        ("QUIT", "Quit"),
    ],
)
def test_a_few_letters_find_a_command(model: CommandModel, query: str, best: str) -> None:
    model.set_query(query)
    assert model.index(0).data() == best


def test_accents_and_spaces_do_not_matter() -> None:
    assert fuzzy.match("cafe", "Café") is not None
    assert fuzzy.match("new chat", "New chat") == fuzzy.match("newchat", "New chat")


def test_what_lacks_a_letter_is_not_found() -> None:
    assert fuzzy.match("xyz", "Export") is None
    assert fuzzy.match("", "Export") == (0.0, ())


def test_the_letters_found_are_told() -> None:
    assert fuzzy.match("nc", "New chat")[1] == (0, 4)


@given(st.text(max_size=12), st.text(max_size=30))
def test_matches_are_in_order_and_inside(query: str, text: str) -> None:
    found = fuzzy.match(query, text)
    if found is not None:
        places = found[1]
        assert list(places) == sorted(set(places))
        assert all(0 <= place < len(text) for place in places)


@given(st.text(min_size=1, max_size=20))
def test_a_text_finds_itself(text: str) -> None:
    assert fuzzy.match(text, text) is not None


# ----------------------------------------------------------------------------------------- the list


def test_the_list_shows_names_and_keys(model: CommandModel) -> None:
    assert [model.index(row).data() for row in range(3)] == [
        "Ask every model",
        "Stop",
        "Add a model",
    ]
    assert model.index(0).data(CommandRole.KEYS) == "Ctrl+Return"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Ask every model Ctrl+Return"
    assert model.index(0).data(Qt.ItemDataRole.DecorationRole) is None


def test_what_cannot_run_now_comes_last_and_cannot_be_chosen(
    model: CommandModel, actions: list[QAction]
) -> None:
    actions[0].setEnabled(False)
    model.set_actions(actions)
    last = model.index(model.rowCount() - 1)
    assert last.data() == "Ask every model"
    assert not last.flags() & Qt.ItemFlag.ItemIsSelectable


def test_hidden_nameless_and_doubled_actions_are_left_out(
    model: CommandModel, actions: list[QAction]
) -> None:
    separator = QAction()
    separator.setSeparator(True)
    actions[1].setVisible(False)
    model.set_actions([*actions, actions[0], separator, QAction()])
    assert model.rowCount() == len(NAMES) - 1


# ------------------------------------------------------------------------------------------ by keys


def test_typing_and_enter_run_a_command(qtbot: QtBot, window: Window, runs: list[str]) -> None:
    palette = window.palette_box
    palette.open()
    qtbot.keyClicks(palette.field, "new")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert runs == ["New chat"]
    assert not palette.isVisible()


def test_down_and_up_choose(qtbot: QtBot, window: Window, runs: list[str]) -> None:
    palette = window.palette_box
    palette.open()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(palette.field, key)
    assert runs == ["Stop"]


def test_a_click_runs_a_command(qtbot: QtBot, window: Window, runs: list[str]) -> None:
    palette = window.palette_box
    palette.open()
    place = palette.list.visualRect(palette.model.index(2)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert runs == ["Add a model…"]


def test_esc_closes_and_gives_the_focus_back(qtbot: QtBot, window: Window, runs: list[str]) -> None:
    window.field.setFocus()
    palette = window.palette_box
    palette.open()
    assert palette.field.hasFocus()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.field.hasFocus()
    assert runs == []


def test_it_opens_empty_each_time(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_box
    palette.open()
    qtbot.keyClicks(palette.field, "zzz")
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    palette.close_palette()
    palette.open()
    assert palette.field.text() == ""
    assert palette.list.isVisible()


def test_losing_the_focus_closes_it(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_box
    palette.open()
    window.field.setFocus()
    assert not palette.isVisible()


def test_it_stands_inside_the_window(window: Window) -> None:
    palette = window.palette_box
    palette.open()
    assert window.rect().contains(palette.geometry())
    assert palette.mapTo(window, QPoint(0, 0)).y() < window.height() / 3
    assert not window.grab().isNull()
