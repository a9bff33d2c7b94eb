"""What opens over the page for one pane: its menu, its log, how to use it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.pages.compare.panes.menu import PaneCommand, fill_pane_menu
from app.ui.pages.compare.turns.elsewhere_popover import ElsewherePopover
from app.ui.pages.compare.turns.log_view import LogView

if TYPE_CHECKING:
    from app.lab.compare.session import Session


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
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
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
        letter = self._session.pane(key).letter
        popover = ElsewherePopover(letter, self._session.use_elsewhere(key), self._page)
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
