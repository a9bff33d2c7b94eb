"""A plain text field that takes no more than can be laid out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit

from app.ui.answers.text_parts import fits

if TYPE_CHECKING:
    from collections.abc import Callable

EDIT_WEIGHT = 12_000
"""A line of so many letters is laid out anew at each key."""


class BoundedEdit(QPlainTextEdit):
    """What is pasted or dropped beyond the bound is not put in, but told.

    Signals:
        too_long: A text that was to be put in.

    Attributes:
        takes_pictures: Asked first of what is pasted: whether it took pictures out of it.
    """

    too_long = Signal(str)
    most_weight = EDIT_WEIGHT
    takes_pictures: Callable[[QMimeData], bool] | None = None

    def takes(self, text: str, beside: str = "") -> bool:
        """Whether a text is light enough, together with what stands there already."""
        return fits(beside + text, 0, self.most_weight)

    # Qt's own names from here on.

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files are the window's: a model dropped here is opened, not written out as its path.
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.takes_pictures is not None and self.takes_pictures(source):
            return
        text = source.text()
        if self.takes(text, self.toPlainText()):
            super().insertFromMimeData(source)
        elif text:
            self.too_long.emit(text)
