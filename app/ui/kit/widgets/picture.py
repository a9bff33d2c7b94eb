"""An icon that is only looked at."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.icons import Tone, icon


class Picture(QWidget):
    """Shows one of the project's icons in the colours of the theme."""

    def __init__(self, icon_name: str, *, size_px: int = 18, tone: Tone = Tone.TEXT) -> None:
        super().__init__()
        self._icon = icon(icon_name, tone)
        self._size_px = size_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon_name(self, icon_name: str, tone: Tone = Tone.TEXT) -> None:
        """Show another icon."""
        self._icon = icon(icon_name, tone)
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._icon.paint(QPainter(self), self.rect())
