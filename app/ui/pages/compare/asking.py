"""From the field to the session: what was taken is cleared, what was refused is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.chats.pictures import Picture
    from app.ui.pages.compare.controller import CompareController
    from app.ui.pages.compare.page_parts import PageParts


class Asking(QObject):
    """Asks what is written."""

    def __init__(self, controller: CompareController, parts: PageParts) -> None:
        super().__init__(parts)
        self._controller = controller
        self._parts = parts

    def ask(
        self, text: str, keys: list[str] | None = None, pictures: Sequence[Picture] = ()
    ) -> bool:
        """Ask all panes, or some; an old refusal goes when a prompt is taken."""
        taken = self._controller.ask(text, keys, pictures)
        if taken:
            self._parts.notice.hide()
        return taken

    def ask_suggested(self, text: str) -> None:
        """Ask what stands on a button; as that goes, the keyboard goes to the field."""
        if self.ask(text):
            self.focus_prompt()

    def ask_written(self, text: str, only: str | None = None) -> None:
        """Ask one candidate, or all, what stands in the field; if nothing does, go there."""
        if not text:
            self.focus_prompt()
        else:
            prompt = self._parts.prompt
            if self.ask(text, None if only is None else [only], prompt.field.pictures()):
                prompt.clear()

    def focus_prompt(self) -> None:
        """Put the cursor in the field to ask in."""
        self._parts.prompt.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
