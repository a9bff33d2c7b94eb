"""Axes, grid and geometry of a plot: all that stands still while lines move."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen
from PySide6.QtWidgets import QGraphicsLineItem

from app.ui.kit.theme import GRID
from app.ui.plots.kinds import DEFAULT_SPAN_S, Metric
from app.ui.plots.marks import MARK_ROOM_PX
from app.ui.plots.words import time_ticks, value_tick

if TYPE_CHECKING:
    import pyqtgraph as pg

    from app.ui.kit.tokens import Tokens

_GRID_SHARES = (0.0, 0.5, 1.0)


class Frame:
    """Dresses a pyqtgraph plot and knows where a moment and a value lie in it.

    The plot's own ranges are fixed: seconds before now, and 0 to 1. A change of scale changes
    the words beside the grid, nothing else.

    Attributes:
        cursor: The crosshair's line.
    """

    def __init__(self, plot: pg.PlotItem, font: QFont) -> None:
        self.span_s = DEFAULT_SPAN_S
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setContentsMargins(0.0, GRID, 0.0, 0.0)
        self.box: pg.ViewBox = plot.getViewBox()
        self.box.setMouseEnabled(x=False, y=False)
        self.box.disableAutoRange()
        self.box.setYRange(0.0, 1.0, padding=0.0)
        self._values: pg.AxisItem = plot.getAxis("left")
        self._times: pg.AxisItem = plot.getAxis("bottom")
        self._metrics = metrics = QFontMetricsF(font)
        self._values.setWidth(round(metrics.horizontalAdvance("8888.8 MB")) + GRID)
        self._times.setHeight(round(metrics.height()) + GRID // 2)
        # pyqtgraph gives pens of a plain colour another one, so this one has none at all.
        nothing = QPen(QBrush(Qt.BrushStyle.NoBrush), 1.0, Qt.PenStyle.NoPen)
        for axis in (self._values, self._times):
            axis.setStyle(
                tickLength=0,
                tickFont=font,
                tickTextOffset=4,
                hideOverlappingLabels=4 * GRID,
            )
            axis.setPen(nothing)
            axis.setTickPen(nothing)
        self._grid = [QGraphicsLineItem(self.box) for _ in _GRID_SHARES]
        self.cursor = QGraphicsLineItem(self.box)
        self.cursor.setZValue(15)
        self.cursor.hide()
        self.cursor_s: float | None = None

    @property
    def area(self) -> QRectF:
        """Where the lines are drawn; its own pixels, from 0, 0."""
        return QRectF(0.0, 0.0, self.box.width(), self.box.height())

    def x_of(self, seconds: float) -> float:
        """Where a moment lies in the area; 0 is now."""
        return (self.box.width() - MARK_ROOM_PX) * (1.0 + seconds / self.span_s)

    def y_of(self, share: float) -> float:
        """Where a share of the axis lies in the area."""
        return self.box.height() * (1.0 - share)

    def seconds_at(self, scene: QPointF) -> float | None:
        """The moment under a point of the scene, None outside the area."""
        place = self.box.mapFromScene(scene)
        width = max(1.0, self.box.width() - MARK_ROOM_PX)
        seconds = (place.x() / width - 1.0) * self.span_s
        if not -self.span_s <= seconds or place.x() > self.box.width():
            return None
        return min(0.0, seconds)

    def dress(self, theme: Tokens) -> None:
        """Take the colours of a theme."""
        for axis in (self._values, self._times):
            axis.setTextPen(QColor(theme.dim))
        for line in self._grid:
            line.setPen(QPen(QColor(theme.line), 1.0))
        self.cursor.setPen(QPen(QColor(theme.dim), 1.0))

    def write_values(self, metric: Metric, ceiling: float) -> None:
        """Write beside the grid what it stands for."""
        ticks = [(share, value_tick(metric, share * ceiling)) for share in _GRID_SHARES]
        self._values.setTicks([ticks])

    def lay_out(self) -> None:
        """Bring everything to its place after a change of size or span."""
        area = self.area
        room = self.span_s * MARK_ROOM_PX / max(1.0, area.width() - MARK_ROOM_PX)
        self.box.setXRange(-self.span_s, room, padding=0.0)
        for share, line in zip(_GRID_SHARES, self._grid, strict=True):
            y = round(self.y_of(share)) + 0.5
            line.setLine(0.0, y, area.width(), y)
        self._times.setTicks([self._with_room(time_ticks(self.span_s))])
        self.set_cursor(self.cursor_s)

    def _with_room(self, ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """The moments whose words do not reach into those of a later one."""
        kept: list[tuple[float, str]] = []
        end = math.inf
        for seconds, words in reversed(ticks):
            half = self._metrics.horizontalAdvance(words) / 2
            if self.x_of(seconds) + half < end:
                kept.append((seconds, words))
                end = self.x_of(seconds) - half - GRID
        return kept

    def set_cursor(self, seconds: float | None) -> None:
        """Stand the crosshair's line at a moment, or take it away."""
        self.cursor_s = seconds
        if seconds is None or not -self.span_s <= seconds <= 0.0:
            self.cursor.hide()
            return
        x = self.x_of(seconds)
        self.cursor.setLine(QLineF(x, 0.0, x, self.box.height()))
        self.cursor.show()
