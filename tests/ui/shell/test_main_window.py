"""The window: pages, palette, help, remarks, drops, what is kept, quitting.

Tests app.ui.shell.help and app.ui.shell.status_line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.store.settings import Settings
from app.ui.kit.file_drop import DropHint
from app.ui.kit.pages import Page, PageHelp
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.widgets import Severity
from app.ui.kit.words.offered import explain, offer_word
from app.ui.shell.command_palette import CommandPalette
from app.ui.shell.help import HelpPanel
from app.ui.shell.main_window import MINIMUM_SIZE, MainWindow
from app.ui.shell.rail import Rail

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, asked: list[str]) -> Iterator[MainWindow]:
    made = MainWindow(theme)
    made.add_page(_page("compare", "Compare", asked))
    made.add_page(_page("about", "About", asked))
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close_for_good()
    made.deleteLater()


def _page(page_id: str, title: str, asked: list[str]) -> Page:
    widget = QWidget()
    widget.setObjectName(f"page-{page_id}")
    column = QVBoxLayout(widget)
    field = QLineEdit()
    field.setObjectName(f"field-{page_id}")
    column.addWidget(field)
    action = QAction(f"Ask on {title}", widget)
    action.setShortcut(QKeySequence("Ctrl+Return"))
    action.triggered.connect(lambda: asked.append(page_id))
    widget.addAction(action)
    return Page(page_id, title, "compare", widget, PageHelp((f"{title} is for comparing.",)))


def test_the_first_page_is_open_and_the_rail_opens_the_others(
    qtbot: QtBot, window: MainWindow
) -> None:
    assert window.current_page.id == "compare"
    with qtbot.waitSignal(window.page_shown) as shown:
        qtbot.mouseClick(window.findChild(Rail).button("about"), Qt.MouseButton.LeftButton)
    assert shown.args == ["about"]
    assert window.current_page.id == "about"
    assert window.windowTitle() == "About – Shrinkscope"
    assert window.findChild(Rail).button("about").isChecked()


def test_a_page_is_added_once(window: MainWindow, asked: list[str]) -> None:
    with pytest.raises(ValueError, match="compare"):
        window.add_page(_page("compare", "Compare", asked))


def test_the_palette_runs_an_action_of_the_open_page(
    qtbot: QtBot, window: MainWindow, asked: list[str]
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.findChild(CommandPalette).isVisible()
    qtbot.keyClicks(window.findChild(CommandPalette).field, "ask")
    qtbot.keyClick(window.findChild(CommandPalette).field, Qt.Key.Key_Return)
    assert asked == ["compare"]
    assert not window.findChild(CommandPalette).isVisible()


def test_the_palette_offers_no_action_of_another_page(window: MainWindow) -> None:
    names = [action.text() for action in window.commands()]
    assert "Ask on Compare" in names
    assert "Ask on About" not in names
    assert "Go to About" in names
    assert "Command palette" not in names


def test_f1_explains_the_page_and_esc_closes_it(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    panel = window.findChild(HelpPanel)
    assert panel.isVisible()
    words = [label.text() for label in panel.findChildren(QLabel)]
    assert "Compare is for comparing." in words
    assert "Ask on Compare" in words
    assert "Ctrl+Return" in words
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_the_rail_s_last_button_shows_help_and_takes_it_away(
    qtbot: QtBot, window: MainWindow
) -> None:
    rail, panel = window.findChild(Rail), window.findChild(HelpPanel)
    field = window.findChild(QLineEdit, "field-compare")
    field.setFocus()
    assert rail.findChildren(QToolButton)[-1] is rail.help_button
    qtbot.mouseClick(rail.help_button, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    assert rail.help_button.isChecked()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert not rail.help_button.isChecked()
    assert field.hasFocus()


def test_a_word_is_explained_beside_the_page(qtbot: QtBot, window: MainWindow) -> None:
    panel, field = window.findChild(HelpPanel), window.findChild(QLineEdit, "field-compare")
    assert field is not None
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert panel.words.isVisible()
    panel.hide()
    offer_word(field, "drift")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert panel.words.isVisible()
    panel.hide()
    assert explain(field, "drift")
    assert panel.words.isVisible()


def test_a_remark_is_shown_and_replaced(window: MainWindow) -> None:
    window.say("The chat was exported.")
    assert window.status.remark == "The chat was exported."
    window.say("Stopped.")
    assert window.status.remark == "Stopped."


def test_what_a_remark_tells_of_can_be_taken_back(window: MainWindow) -> None:
    undone: list[str] = []
    window.say("B was closed with its answers.", lambda: undone.append("B"))
    assert window.status.undo_button.isVisible()
    window.say("Stopped.")
    assert not window.status.undo_button.isVisible()
    window.say("C was closed with its answers.", lambda: undone.append("C"))
    window.status.undo_button.click()
    assert undone == ["C"]
    assert window.status.remark == ""
    assert not window.status.undo_button.isVisible()


def test_a_remark_fades(qtbot: QtBot, window: MainWindow) -> None:
    window.status.say("Soon gone.", shown_ms=1)
    qtbot.waitUntil(lambda: window.status.remark == "")


def test_a_link_is_opened_only_after_its_address_was_shown(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "app.ui.kit.outside.QDesktopServices.openUrl", lambda url: opened.append(url.toString())
    )
    window.ask_to_open(QUrl("https://example.org/a?b=c"))
    assert opened == []
    assert window.notice.sentence == "https://example.org/a?b=c"
    button = _button(window, "Open in the browser")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened == ["https://example.org/a?b=c"]
    assert not window.notice.isVisible()


def test_an_address_of_another_kind_can_only_be_copied(qtbot: QtBot, window: MainWindow) -> None:
    window.ask_to_open(QUrl("file:///etc/passwd"))
    texts = [button.text() for button in window.notice.findChildren(QPushButton)]
    assert texts == ["Copy address"]
    qtbot.mouseClick(_button(window, "Copy address"), Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "file:///etc/passwd"


def test_an_address_from_a_browser_is_told_as_a_link(window: MainWindow, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://huggingface.co/org/repo/blob/main/Q8_0/a%20b-Q8_0.gguf")])
    event = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, *_BUTTON)
    with qtbot.waitSignal(window.link_dropped) as dropped:
        window.dropEvent(event)
    assert str(dropped.args[0]) == "shrinkscope://open/org/repo"
    data.setUrls([QUrl("https://example.org/org/repo")])
    with qtbot.assertNotEmitted(window.link_dropped):
        window.dropEvent(event)


def test_dropped_model_files_are_told_and_others_refused(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    model, text = tmp_path / "a.GGUF", tmp_path / "b.txt"
    with qtbot.waitSignal(window.files_dropped) as dropped:
        _drag(window, [model, text])
        assert window.findChild(DropHint).isVisible()
        _drop(window, [model, text])
    assert dropped.args == [[model]]
    assert not window.findChild(DropHint).isVisible()
    with qtbot.assertNotEmitted(window.files_dropped):
        _drag(window, [text])
        assert not window.findChild(DropHint).isVisible()
        _drop(window, [text])


def test_dragging_away_takes_the_hint_away(window: MainWindow, tmp_path: Path) -> None:
    _drag(window, [tmp_path / "a.gguf"])
    assert window.findChild(DropHint).isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.findChild(DropHint).isVisible()


def test_closing_asks_first(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.close_for_good()
    assert not window.isVisible()


def test_place_size_and_theme_come_back(qtbot: QtBot, window: MainWindow, theme: Theme) -> None:
    window.resize(800, 640)  # no larger than the screen of the tests
    theme.set_choice(ThemeChoice.DARK)
    kept = window.remember(Settings())
    theme.set_choice(ThemeChoice.LIGHT)
    other = MainWindow(theme)
    qtbot.addWidget(other)
    other.restore(kept)
    assert other.size() == QSize(800, 640)
    assert theme.choice is ThemeChoice.DARK
    other.close_for_good()


def test_a_first_start_takes_a_size_that_fits_the_screen(qtbot: QtBot, theme: Theme) -> None:
    fresh = MainWindow(theme)
    qtbot.addWidget(fresh)
    fresh.restore(Settings())
    room = fresh.screen().availableGeometry().size()
    assert fresh.width() <= max(room.width(), MINIMUM_SIZE.width())
    assert fresh.height() <= max(room.height(), MINIMUM_SIZE.height())
    fresh.close_for_good()


def test_geometry_that_qt_cannot_read_is_passed_over(qtbot: QtBot, theme: Theme) -> None:
    fresh = MainWindow(theme)
    qtbot.addWidget(fresh)
    fresh.restore(Settings(window_geometry="AAAA", window_state="A"))
    assert fresh.width() >= MINIMUM_SIZE.width()
    fresh.close_for_good()


def test_overlays_follow_the_size_of_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1200, 800)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    panel = window.findChild(HelpPanel)
    window.resize(820, 600)
    qtbot.waitUntil(lambda: panel.geometry().right() < window.centralWidget().width())
    window.toggle_help()
    window.findChild(CommandPalette).open()
    window.resize(1000, 600)
    qtbot.waitUntil(lambda: abs(window.findChild(CommandPalette).geometry().center().x() - 500) < 4)
    window.findChild(CommandPalette).close_palette()


def test_theme_commands_switch_the_theme(window: MainWindow, theme: Theme) -> None:
    dark = next(action for action in window.actions() if action.text() == "Theme: dark")
    dark.trigger()
    assert theme.choice is ThemeChoice.DARK
    theme.set_choice(ThemeChoice.LIGHT)


def test_a_theme_reaches_what_is_seen_and_the_others_when_they_are(
    window: MainWindow, theme: Theme, qapp: QApplication
) -> None:
    theme.set_choice(ThemeChoice.LIGHT)
    theme.dress(window.seen_parts)
    light = qapp.styleSheet()
    theme.set_choice(ThemeChoice.DARK)
    try:
        assert qapp.styleSheet() == light  # which would polish each widget many times
        seen = window.current_page.widget
        assert seen.styleSheet() == window.findChild(Rail).styleSheet() != ""
        hidden = next(page for page in window.findChildren(QWidget, "page-about"))
        assert hidden.styleSheet() == ""
        window.show_page("about")
        assert hidden.styleSheet() == seen.styleSheet()
        theme.set_choice(ThemeChoice.LIGHT)
        assert hidden.styleSheet() == ""
    finally:
        theme.dress(None)
        theme.set_choice(ThemeChoice.LIGHT)
    theme.dress(window.seen_parts)
    theme.dress(None)


def test_a_notice_can_be_dismissed(qtbot: QtBot, window: MainWindow) -> None:
    window.show_notice(Severity.WARNING, "The settings could not be read.")
    assert window.notice.isVisible()
    qtbot.mouseClick(window.notice.close_button, Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()


def test_every_button_has_an_accessible_name(window: MainWindow) -> None:
    window.toggle_help()
    for button in window.findChildren(QPushButton):
        assert button.accessibleName(), button
    for button in window.findChild(Rail).findChildren(QToolButton):
        assert button.accessibleName()


def _button(window: MainWindow, text: str) -> QPushButton:
    return next(b for b in window.findChildren(QPushButton) if b.text() == text)


def _drag(window: MainWindow, paths: list[Path]) -> None:
    event = QDragEnterEvent(QPoint(10, 10), Qt.DropAction.CopyAction, _files(paths), *_BUTTON)
    QApplication.sendEvent(window, event)


def _drop(window: MainWindow, paths: list[Path]) -> None:
    event = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, _files(paths), *_BUTTON)
    QApplication.sendEvent(window, event)


_BUTTON = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
_KEPT: list[QMimeData] = []  # an event does not own its data


def _files(paths: list[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    _KEPT[:] = [data]
    return data
