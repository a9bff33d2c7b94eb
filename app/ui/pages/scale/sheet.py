"""A picture of the page to be kept or sent, of one size whatever the window's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter

from app.ui.plots.sheet import Sheet

if TYPE_CHECKING:
    from app.ui.plots.ladder.drawing import Drawing


class DrawnSheet(Sheet):
    """One drawing on its ground."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    @property
    def size(self) -> QSize:
        return self._drawing.size.toSize()

    def paint(self, painter: QPainter, pixel_ratio: float) -> None:
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        size, tokens = self._drawing.size, self._drawing.look.tokens
        painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), QColor(tokens.surface))
        self._drawing.paint(painter)
