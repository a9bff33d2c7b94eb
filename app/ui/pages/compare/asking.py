"""From a box to the session: what was taken is cleared, what was refused is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

if TYPE_CHECKING:
    from app.ui.pages.compare.controller import CompareController
    from app.ui.pages.compare.page_parts import PageParts


class Asking(QObject):
    """Asks what is written in the page's boxes."""

    def __init__(self, controller: CompareController, parts: PageParts) -> None:
        super().__init__(parts)
        self._controller = controller
        self._parts = parts

    def ask(self, text: str, keys: list[str] | None = None) -> bool:
        """Ask all panes, or some; an old refusal goes when a prompt is taken."""
        taken = self._controller.ask(text, keys)
        if taken:
            self._parts.notice.hide()
        return taken

    def ask_suggested(self, text: str) -> None:
        """Ask what stands on a button; as that goes, the keyboard goes to the big box."""
        if self.ask(text):
            self.focus_prompt()

    def ask_all(self, text: str) -> None:
        """Ask what stands in the big box; if nothing does, go there."""
        if not text:
            self.focus_prompt()
        elif self.ask(text):
            self._parts.prompt.clear()

    def ask_one(self, key: str, text: str) -> None:
        """Ask one pane what stands in its own box."""
        if self.ask(text, [key]):
            self._parts.panes.view(key).own_box.clear()

    def ask_all_from_pane(self, key: str, text: str) -> None:
        """Ask all what stands in one pane's box; if nothing does, what stands in the big one."""
        if not text:
            self.ask_all(self._parts.prompt.text())
        elif self.ask(text):
            self._parts.panes.view(key).own_box.clear()

    def focus_prompt(self) -> None:
        """Put the cursor in the box that asks all."""
        self._parts.prompt.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
