"""What opens over the page for one pane: its menu, its log, how to use it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.kit.plain import set_spoken, set_title, shown_text
from app.ui.kit.theme import GRID, code_font
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.panes.menu import PaneCommand, fill_pane_menu

if TYPE_CHECKING:
    from app.lab.compare.session import Session

MOST_LINES = 4_000
LONGEST_LINE = 2_000


class LogView(QDialog):
    """A window of its own, because logs are wide; it does not block the other."""

    def __init__(self, title: str, read: Callable[[], str], parent: QWidget | None = None) -> None:
        """``read`` gives the log as it is now."""
        super().__init__(parent)
        self._read = read
        set_title(self, title)
        self.setModal(False)
        self.resize(GRID * 110, GRID * 64)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(code_font(self.font()))
        set_spoken(self.text, title)
        self.text.setPlaceholderText(self.tr("The engine has said nothing yet."))
        self.copy_button = push_button(self.tr("Copy all"), icon_name="copy")
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(shown_text(self._read()))
        )
        self.refresh_button = push_button(self.tr("Read again"), icon_name="refresh")
        self.refresh_button.clicked.connect(self.refresh)
        self.close_button = push_button(self.tr("Close"), run=self.close)
        buttons = in_row(self.copy_button, self.refresh_button, 1, self.close_button, spacing=None)
        in_column((self.text, 1), buttons, on=self, margins=GRID, spacing=None)
        self.refresh()

    def refresh(self) -> None:
        """Show the log as it is now, its end in sight."""
        self.text.setPlainText(shown_text(_bounded(self._read())))
        self.text.moveCursor(QTextCursor.MoveOperation.End)


def _bounded(log: str) -> str:
    """The last lines of a log, long ones cut: what a file makes llama.cpp say is not trusted."""
    lines = log[-MOST_LINES * LONGEST_LINE :].splitlines()[-MOST_LINES:]
    return "\n".join(
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …" for line in lines
    )


class PaneWindows(QObject):
    """Makes them when they are wanted; they belong to the page."""

    def __init__(
        self, session: Session, run: Callable[[PaneCommand, str], None], page: QWidget
    ) -> None:
        """``run`` carries out what is chosen in a menu, for the pane with that key."""
        super().__init__(page)
        self._session = session
        self._run = run
        self._page = page
        self._logs: dict[str, LogView] = {}

    def show_menu(self, key: str, position: QPoint) -> None:
        """Open a pane's menu at a global position."""
        order = [pane.key for pane in self._session.panes]
        menu = brief_menu(self._page)
        fill_pane_menu(
            menu,
            self._session.pane(key),
            position=order.index(key),
            panes=len(order),
            is_reference=key == self._session.chat.reference_key,
            can_leave=not self._session.busy,
            run=lambda command: self._run(command, key),
        )
        menu.popup(position)

    def show_log(self, key: str) -> LogView:
        """Open the log of a pane's engine, or bring it to the front."""
        view = self._logs.get(key)
        if view is None:
            letter = self._session.pane(key).letter
            title = self.tr("Log of {letter}’s engine").format(letter=letter)
            view = self._logs[key] = LogView(title, lambda: self._log_text(key), self._page)
        view.refresh()
        view.show()
        view.raise_()
        return view

    def show_elsewhere(self, key: str, position: QPoint) -> None:
        """Open the path and the command of a pane's model at a global position."""
        pane, elsewhere = self._session.pane(key), self._session.use_elsewhere(key)
        popover = ElsewherePopover(pane.letter, elsewhere, self._page, pane.candidate)
        popover.show_below(position)

    def forget_closed(self) -> None:
        """Close the logs of panes that are gone."""
        for key in [key for key in self._logs if not self._has(key)]:
            view = self._logs.pop(key)
            view.close()
            view.deleteLater()

    def _log_text(self, key: str) -> str:
        return self._session.log_text(key) if self._has(key) else ""

    def _has(self, key: str) -> bool:
        return self._session.chat.pane(key) is not None
