"""Letters at the ends of lines: which line is whose without looking at colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.ui.kit.theme import GRID

MARK_ROOM_PX = 4 * GRID
"""Room to the right of "now" for dot, leader and letter."""

_DOT_RADIUS_PX = 3.0
_LEADER_PX = 11.0
# Ends that differ by less count as equal, so that noise does not make letters change places.
_TIE_PX = 6.0


@dataclass(frozen=True, slots=True)
class Mark:
    """The end of a line: a dot there, and a letter beside it.

    Attributes:
        end: Where the line ends, in pixels of the plot's area.
        text_y: The middle of the letter.
        text: The letter.
        colour: Of the dot and of the leader to the letter.
    """

    end: QPointF
    text_y: float
    text: str
    colour: QColor


@dataclass(frozen=True, slots=True)
class Caption:
    """Words above the start of a line that belongs to nobody."""

    start: QPointF
    text: str


class Marks(QGraphicsItem):
    """Paints marks and captions over a plot's area, and a note where there are no lines."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.marks: list[Mark] = []
        self.captions: list[Caption] = []
        self.note = ""
        self.area = QRectF()
        self.text_colour = QColor()
        self.dim_colour = QColor()
        self.setZValue(20)

    def forget(self) -> None:
        """Show nothing until the next repaint."""
        self.marks = []
        self.captions = []
        self.note = ""
        self.update()

    def place(self, area: QRectF) -> None:
        """Cover this area, and forget what was placed in the one before."""
        self.prepareGeometryChange()
        self.area = area
        self.forget()

    # ---------------------------------------------------------------------------- Qt's own names

    def boundingRect(self) -> QRectF:
        return self.area

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        font = self.scene().font()
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = QFontMetricsF(font).height()
        painter.setPen(self.dim_colour)
        if self.note:
            painter.drawText(self.area, Qt.AlignmentFlag.AlignCenter, self.note)
        for caption in self.captions:
            painter.drawText(caption.start + QPointF(GRID / 2, -3.0), caption.text)
        for mark in self.marks:
            self._paint_mark(painter, mark, height)

    def _paint_mark(self, painter: QPainter, mark: Mark, height: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mark.colour)
        painter.drawEllipse(mark.end, _DOT_RADIUS_PX, _DOT_RADIUS_PX)
        painter.setPen(QPen(mark.colour, 1.0))
        x = mark.end.x() + _LEADER_PX
        painter.drawLine(QLineF(mark.end, QPointF(x, mark.text_y)))
        painter.setPen(self.text_colour)
        box = QRectF(x + 3.0, mark.text_y - height / 2, MARK_ROOM_PX, height)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, flags, mark.text)


def apart(captions: list[Caption]) -> list[Caption]:
    """Without the captions that would be written over another one."""
    kept: list[Caption] = []
    for caption in captions:
        if all(abs(caption.start.y() - other.start.y()) >= 1.5 * GRID for other in kept):
            kept.append(caption)
    return kept


def spread(marks: list[Mark], distance: float, height: float) -> list[Mark]:
    """Move the letters of lines that end close together apart, within the plot's height."""
    ordered = sorted(marks, key=lambda mark: (round(mark.text_y / _TIE_PX), mark.text))
    down: list[Mark] = []
    for mark in ordered:
        least = max((near.text_y + distance for near in _near(mark, down)), default=0.0)
        down.append(replace(mark, text_y=max(mark.text_y, least)))
    up: list[Mark] = []
    for mark in reversed(down):
        most = min(
            (near.text_y - distance for near in _near(mark, up)), default=height - distance / 2
        )
        up.append(replace(mark, text_y=min(mark.text_y, most)))
    return up


def _near(mark: Mark, others: list[Mark]) -> list[Mark]:
    return [other for other in others if abs(other.end.x() - mark.end.x()) < 2 * GRID]
