"""A page's commands: what its keys and the command palette run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from app.ui.kit.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class PageCommands:
    """Actions that work while the page is shown."""

    def __init__(self) -> None:
        self._all: list[QAction] = []

    def command(
        self, text: str, icon_name: str = "", keys: str = "", *, checked: bool | None = None
    ) -> QAction:
        """One more; ``checked`` makes it one to be switched on and off."""
        action = QAction(text)
        if icon_name:
            action.setIcon(icon(icon_name))
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        self._all.append(action)
        return action

    def give_to(self, page: QWidget) -> None:
        """Let the page own them, so that they are its commands."""
        for action in self._all:
            action.setParent(page)
            page.addAction(action)


def enable(which: Iterable[tuple[QAction, bool]]) -> None:
    """Enable what can be done now; what stays as it is tells nobody."""
    for action, possible in which:
        if action.isEnabled() != possible:
            action.setEnabled(possible)
