"""The page's commands: what the keyboard map and the command palette run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from app.core.candidates.candidate import MAX_CANDIDATES
from app.ui.kit.icons import icon
from app.ui.kit.words.text import translate
from app.ui.pages.compare.panes.menu import PaneCommand

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class CompareActions:
    """Actions of the Compare page; they work while the page is shown."""

    def __init__(self) -> None:
        self._all: list[QAction] = []
        self.ask_all = self._add(
            translate("CompareActions", "Ask every model"), "send", "Ctrl+Return"
        )
        self.stop = self._add(translate("CompareActions", "Stop every answer"), "stop", "Esc")
        self.new_chat = self._add(translate("CompareActions", "New chat"), "add", "Ctrl+N")
        self.add = self._add(translate("CompareActions", "Add a model …"), "file", "Ctrl+T")
        self.remove = self._add(
            translate("CompareActions", "Remove the focused pane"), "close", "Ctrl+W"
        )
        self.focus_prompt = self._add(
            translate("CompareActions", "Go to the prompt"), "edit", "Ctrl+L"
        )
        self.focus_panes = [
            self._add(
                translate("CompareActions", "Go to pane {number}").format(number=number),
                "",
                f"Ctrl+{number}",
            )
            for number in range(1, MAX_CANDIDATES + 1)
        ]
        self.show_chats = self._add(
            translate("CompareActions", "Show the chats"), "chat-list", "Ctrl+B", checked=True
        )
        self.show_plots = self._add(
            translate("CompareActions", "Show the live plots"), "plot", "Ctrl+P", checked=True
        )
        self.show_settings = self._add(
            translate("CompareActions", "Show the settings"), "settings", "Ctrl+,", checked=False
        )
        self.measure = self._add(
            translate("CompareActions", "Measure what each version loses …"), "ladder", "Ctrl+M"
        )
        self.for_pane = {
            PaneCommand.SETTINGS: self._add(
                translate("CompareActions", "Settings of the focused pane …"), "settings"
            ),
            PaneCommand.REFERENCE: self._add(
                translate("CompareActions", "Make the focused pane the reference"), "star"
            ),
            PaneCommand.RELOAD: self._add(
                translate("CompareActions", "Reload the focused pane"), "reload"
            ),
            PaneCommand.UNLOAD: self._add(
                translate("CompareActions", "Unload the focused pane"), "unload"
            ),
            PaneCommand.ELSEWHERE: self._add(
                translate("CompareActions", "Use the focused pane elsewhere …"), "external"
            ),
            PaneCommand.LOG: self._add(
                translate("CompareActions", "Show the focused pane’s log"), "log"
            ),
        }

    def follow(self, *, busy: bool, panes: int) -> None:
        """Enable what can be done now."""
        for action, possible in (
            (self.ask_all, panes > 0),
            (self.stop, busy),
            (self.add, panes < MAX_CANDIDATES),
            (self.remove, panes > 0),
            (self.measure, panes > 0),
            *((action, index < panes) for index, action in enumerate(self.focus_panes)),
            *((action, panes > 0) for action in self.for_pane.values()),
        ):
            if action.isEnabled() != possible:
                action.setEnabled(possible)

    def give_to(self, page: QWidget) -> None:
        """Let the page own them, so that they are its commands."""
        for action in self._all:
            action.setParent(page)
            page.addAction(action)

    def _add(
        self, text: str, icon_name: str, keys: str = "", *, checked: bool | None = None
    ) -> QAction:
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
