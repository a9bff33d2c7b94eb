"""A candidate's letter on its colour: painted, as a widget, and as an icon."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.tokens import contrast

SIDE_PX = 20
_ICON_SCALE = 2


def paint_mark(painter: QPainter, rect: QRectF, letter: str, colour: str) -> None:
    """A rounded square with a letter."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(rect, 4.0, 4.0)
    ink = max(("#FFFFFF", "#101418"), key=lambda each: contrast(each, colour))
    font = QFont(painter.font())
    font.setPixelSize(max(9, round(rect.height() * (0.6 if len(letter) == 1 else 0.45))))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), letter)


@cache
def mark_icon(letter: str, colour: str) -> QIcon:
    """The mark for lists."""
    side = SIDE_PX * _ICON_SCALE
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, QRectF(1, 1, side - 2, side - 2), letter, colour)
    painter.end()
    return QIcon(pixmap)


class CandidateMark(QWidget):
    """The mark as a widget; nothing is painted and nothing said until it is told whose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = self._colour = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_mark(self, letter: str, colour: str) -> None:
        """Show a letter, or nothing for an empty one."""
        self._letter, self._colour = letter, colour
        self.setAccessibleName(letter)
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(SIDE_PX, SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._letter:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, QRectF(self.rect()), self._letter, self._colour)
