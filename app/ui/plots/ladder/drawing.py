"""A plot laid out for one size: what can be painted, pointed at and read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.ui.kit.theme import GRID
from app.ui.plots.ladder.look import Look, crisp, write

if TYPE_CHECKING:
    from app.core.plots.axes import Scale
    from app.ui.plots.words import Readout

_REACH_PX = 12.0


class Spot(NamedTuple):
    """A place that can be pointed at and picked.

    Attributes:
        file: Whose it is.
        centre: Where the readout points.
        area: What belongs to it.
    """

    file: str
    centre: QPointF
    area: QRectF

    @classmethod
    def around(cls, file: str, centre: QPointF) -> Spot:
        """A spot as large as a finger needs."""
        reach = QPointF(_REACH_PX, _REACH_PX)
        return cls(file, centre, QRectF(centre - reach, centre + reach))


class Drawing(ABC):
    """One plot for one size.

    Attributes:
        spots: In the order in which the keys go through them.
    """

    def __init__(self, size: QSizeF, look: Look) -> None:
        self.size = size
        self.look = look
        self.spots: list[Spot] = []

    @abstractmethod
    def paint(self, painter: QPainter) -> None:
        """Paint all that stands still, from 0, 0 to ``size``."""

    @abstractmethod
    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        """Paint what changes quickly over it.

        Args:
            painter: Where.
            marked: The file that is selected elsewhere.
            at: The spot that is read.
        """

    @abstractmethod
    def readout(self, index: int) -> Readout:
        """The values at a spot."""

    @abstractmethod
    def step(self, index: int | None, key: Qt.Key) -> int | None:
        """The spot that an arrow key leads to."""

    def spots_at(self, point: QPointF) -> list[int]:
        """The spots under a point, the nearest first."""
        found = [
            (QPointF.dotProduct(spot.centre - point, spot.centre - point), index)
            for index, spot in enumerate(self.spots)
            if spot.area.contains(point)
        ]
        return [index for _, index in sorted(found)]

    def step_along(self, index: int | None, key: Qt.Key, order: Sequence[int]) -> int | None:
        """One on or back in an order, for plots that have but one."""
        if not order:
            return None
        if index is None:
            return order[-1] if key is Qt.Key.Key_End else order[0]
        place = order.index(index)
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            place = min(place + 1, len(order) - 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            place = max(place - 1, 0)
        else:
            place = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(order) - 1}.get(key, place)
        return order[place]


class Notice(Drawing):
    """A plot that has nothing to show says why."""

    def __init__(self, size: QSizeF, look: Look, words: tuple[str, str]) -> None:
        super().__init__(size, look)
        self.words = words

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        pass

    def paint(self, painter: QPainter) -> None:
        wrap = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
        look, width = self.look, max(1.0, self.size.width() - 4 * GRID)
        lines = [
            (
                text,
                font,
                colour,
                QFontMetricsF(font).boundingRect(_tall(width), wrap, text).height(),
            )
            for text, font, colour in (
                (self.words[0], look.bold, look.tokens.text),
                (self.words[1], look.font, look.tokens.dim),
            )
        ]
        top = max(0.0, (self.size.height() - sum(line[3] for line in lines) - GRID / 2) / 2)
        for text, font, colour, height in lines:
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(2.0 * GRID, top, width, height), wrap, text)
            top += height + GRID / 2

    def readout(self, index: int) -> Readout:
        raise IndexError(index)

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        return None


def frame_of(painter: QPainter, look: Look, area: QRectF) -> None:
    """A thin frame around what is read."""
    painter.setPen(QPen(QColor(look.tokens.text), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def paint_ticks_up(
    painter: QPainter, look: Look, area: QRectF, scale: Scale, ticks: Sequence[tuple[float, str]]
) -> None:
    """The grid's level lines, with words to their left."""
    for value, text in ticks:
        y = crisp(scale.place(value))
        painter.setPen(QPen(QColor(look.tokens.line), 1.0))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        box = QRectF(0.0, y - look.line_px / 2, area.left() - 6.0, look.line_px)
        write(painter, look, look.tokens.dim, box, text, Qt.AlignmentFlag.AlignRight)


def paint_ticks_across(
    painter: QPainter, look: Look, area: QRectF, scale: Scale, ticks: Sequence[tuple[float, str]],
    right: float,
) -> None:  # fmt: skip
    """The grid's upright lines, with words below; words that would touch are left out."""
    free = -1e9
    for value, text in ticks:
        x = crisp(scale.place(value))
        painter.setPen(QPen(QColor(look.tokens.line), 1.0))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        wide = look.advance(text)
        left = min(x - wide / 2, right - wide)
        if left < free:
            continue
        box = QRectF(left, area.bottom() + 3.0, wide, look.line_px)
        write(painter, look, look.tokens.dim, box, text, Qt.AlignmentFlag.AlignHCenter)
        free = left + wide + 1.5 * GRID


def paint_baselines(painter: QPainter, look: Look, area: QRectF) -> None:
    """The edges where the axes stand."""
    painter.setPen(QPen(QColor(look.tokens.edge), 1.0))
    x, y = crisp(area.left()), crisp(area.bottom())
    painter.drawLine(QPointF(x, area.top()), QPointF(x, y))
    painter.drawLine(QPointF(x, y), QPointF(area.right(), y))


def _tall(width: float) -> QRectF:
    return QRectF(0.0, 0.0, width, 1000.0)
