"""Which part of a text is shown, and whether as Markdown; knows nothing of the screen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.ui.answers.text_parts import (
    Part,
    first_part,
    grown_part,
    last_part,
    part_after,
    part_around,
    part_before,
)


class ShownParts(QObject):
    """A text that may grow, and the part of it that is looked at.

    Signals:
        changed: Another part is wanted, or in another way.

    Attributes:
        source: The text, the newest.
        ended: Whether all of it is there.
        part: What is shown of it.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._as_wished: bool | None = None
        self.source = ""
        self.ended = True
        self.part = Part(0, 0)

    def take(self, text: str, *, ended: bool) -> bool:
        """Follow the end of a text that grows; another is shown from where it begins or has come.

        Returns:
            Whether this is news.
        """
        if text == self.source and ended is self.ended:
            return False
        grows = bool(self.source) and text.startswith(self.source)
        at_end = self.part.end == len(self.source)
        self.source, self.ended = text, ended
        if not grows:
            self.part = first_part(text) if ended else grown_part(text, Part(0, 0))
        elif at_end:
            self.part = grown_part(text, self.part)
        return True

    @property
    def shown(self) -> str:
        """The text of the part."""
        return self.source[self.part.start : self.part.end]

    @property
    def whole(self) -> bool:
        """Whether all of the text is shown."""
        return self.part.start == 0 and self.part.end == len(self.source)

    @property
    def formatted(self) -> bool:
        """Whether the text is shown as Markdown; a long one is shown as it is written."""
        return self.whole if self._as_wished is None else self._as_wished

    def set_formatted(self, formatted: bool | None) -> None:
        """Show the text as Markdown or as it is written; None for what suits its length."""
        if formatted != self._as_wished:
            self._as_wished = formatted
            self.changed.emit()

    def show_start(self) -> None:
        """Show the part at the beginning."""
        self._show(first_part(self.source))

    def show_earlier(self) -> None:
        """Show the part before."""
        if self.part.start > 0:
            self._show(part_before(self.source, self.part))

    def show_later(self) -> None:
        """Show the part behind."""
        if self.part.end < len(self.source):
            self._show(part_after(self.source, self.part))

    def show_end(self) -> None:
        """Show the part at the end."""
        self._show(last_part(self.source))

    def show_offset(self, offset: int) -> None:
        """Show a part in which this offset lies."""
        if not self.part.start <= offset < self.part.end:
            self._show(part_around(self.source, offset))

    def _show(self, part: Part) -> None:
        self.part = part
        self.changed.emit()
