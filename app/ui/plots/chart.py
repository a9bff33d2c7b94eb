"""One live plot. Lines are drawn over fixed ranges, so that a repaint costs little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)

from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.plots.frame import Frame
from app.ui.plots.kinds import LineStyle, Metric, PlotCandidate, line_colour, line_pen
from app.ui.plots.lines import Line, least, lines_of
from app.ui.plots.marks import Caption, Mark, Marks, apart, spread
from app.ui.plots.scale import (
    coarse_ceiling,
    cut,
    seconds_ago,
    steady_ceiling,
    straightened,
    thinned,
)

if TYPE_CHECKING:
    from app.ui.plots.history import History

_POINTS_PER_PX = 1.0
_KEY_STEP_S = 1.0


class Curve(pg.PlotCurveItem):
    """A pyqtgraph curve that says it may be anywhere in the plot's area.

    pyqtgraph works out the bounds of every new set of points and asks for them several times a
    repaint. A live line fills most of its plot anyway, so the plot's fixed area is right and free.
    """

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return view.viewRect() if view is not None else QRectF()


class Chart(pg.PlotWidget):
    """One plot: a metric of all candidates over the last seconds.

    It keeps no data: `repaint_from` draws a history as it was at a moment. Values are divided by
    the end of the axis, so that the ranges stay the same and only the words of the axis change.
    Main thread only.

    Attributes:
        shows: What the plot shows.
        ceiling: The upper end of the axis, in the metric's unit.

    Signals:
        pointed: The pointer or the keys are at this many seconds before now (0 or negative);
            None when they left.
        repainted: A repaint from a history is done.
        copy_asked: The person pressed the keys for copying.
    """

    pointed = Signal(object)
    repainted = Signal()
    copy_asked = Signal()

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self.shows = metric
        self.ceiling = coarse_ceiling(0.0, least(metric))
        self._curves: dict[str, Curve] = {}
        self._lines: list[Line] = []
        self._now_ns = 0
        self._pixel_ratio = 1.0
        self._font = tabular(small_font(self.font()))
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(12 * GRID)
        self.scene().setFont(self._font)
        self._frame = Frame(cast("pg.PlotItem", self.getPlotItem()), self._font)
        self._marks = Marks(self._frame.box)
        self._frame.box.sigResized.connect(self._lay_out)
        self.dress()
        self.set_metric(metric)

    # ---------------------------------------------------------------------------- settings

    @property
    def lines(self) -> list[Line]:
        """The lines of the last repaint."""
        return list(self._lines)

    def set_metric(self, metric: Metric) -> None:
        """Show something else, from the next repaint on."""
        self.shows = metric
        self.ceiling = coarse_ceiling(0.0, least(metric))
        for name in list(self._curves):
            self._drop(name)
        self._lines = []
        self._marks.forget()
        self._frame.write_values(self.shows, self.ceiling)
        self.setAccessibleName(self.tr("Plot: {0}").format(metric.title))

    def set_span(self, span_s: int) -> None:
        """Show this many seconds."""
        self._frame.span_s = span_s
        self._lay_out()

    def dress(self) -> None:
        """Take the colours of now; the lines follow with the next repaint."""
        theme = current_tokens()
        self.setBackground(QColor(theme.surface))
        self._frame.dress(theme)
        self._marks.text_colour = QColor(theme.text)
        self._marks.dim_colour = QColor(theme.dim)
        for name in list(self._curves):
            self._drop(name)
        self._marks.forget()

    # ---------------------------------------------------------------------------- drawing

    def repaint_from(
        self, history: History, candidates: Sequence[PlotCandidate], now_ns: int
    ) -> None:
        """Draw the span before a moment."""
        self._now_ns = now_ns
        self._take_pixel_ratio(self.devicePixelRatioF())
        span_ns = self._frame.span_s * 1_000_000_000
        self._lines = lines_of(self.shows, history, candidates, now_ns, span_ns)
        self._rescale()
        shown = [line for line in self._lines if self._in_range(line)]
        for name in self._curves.keys() - {line.name for line in shown}:
            self._drop(name)
        for line in shown:
            self._draw(line)
        self._place_marks(shown)
        self.repainted.emit()

    def set_cursor(self, seconds: float | None) -> None:
        """Stand a thin line at this many seconds before now, or take it away."""
        self._frame.set_cursor(seconds)

    def render_onto(self, painter: QPainter, target: QRectF, pixel_ratio: float) -> None:
        """Paint the plot as it is now, without crosshair and background, into a rectangle.

        Args:
            painter: Where to paint.
            target: The rectangle in the painter's units.
            pixel_ratio: Real pixels of the painter's device in one of its units.
        """
        cursor = self._frame.cursor
        shown = cursor.isVisible()
        cursor.hide()
        self._take_pixel_ratio(pixel_ratio)
        # The frame of the plot's area is painted with what the painter has.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        source = self.mapToScene(self.viewport().rect()).boundingRect()
        self.scene().render(painter, target, source, Qt.AspectRatioMode.IgnoreAspectRatio)
        self._take_pixel_ratio(self.devicePixelRatioF())
        cursor.setVisible(shown)

    def x_of(self, seconds: float) -> float:
        """The horizontal place of a moment, in pixels of this widget."""
        place = self._frame.box.mapToScene(QPointF(self._frame.x_of(seconds), 0.0))
        return self.mapFromScene(place).x()

    def _rescale(self) -> None:
        highest = max((_highest(line) for line in self._lines if line.sets_scale), default=0.0)
        ceiling = steady_ceiling(self.ceiling, highest, least(self.shows))
        if ceiling != self.ceiling:
            self.ceiling = ceiling
            self._frame.write_values(self.shows, self.ceiling)

    def _in_range(self, line: Line) -> bool:
        return line.sets_scale or float(np.nanmin(line.values)) <= self.ceiling

    def _draw(self, line: Line) -> None:
        curve = self._curves.get(line.name)
        if curve is None:
            curve = Curve(pen=line_pen(line, self._pixel_ratio), antialias=True)
            # A thick uneven line takes Qt twenty times as long in one piece as segment by segment;
            # a broken one must be in one piece for the sake of its dashes.
            curve.setSegmentedLineMode("on" if line.style is LineStyle.SOLID else "off")
            curve.setZValue({LineStyle.SOLID: 10, LineStyle.DASHED: 6}.get(line.style, 2))
            self._curves[line.name] = curve
            self._frame.box.addItem(curve, ignoreBounds=True)
        seconds = seconds_ago(line.times_ns, self._now_ns)
        limit = max(100, int(self._frame.area.width() * _POINTS_PER_PX))
        seconds, values = thinned(seconds, line.values, line.first, limit)
        # Drawings do not clip, so the line itself ends at the edge.
        seconds, values = cut(seconds, values, -float(self._frame.span_s))
        half_px = self.ceiling / max(1.0, 2.0 * self._frame.box.height())
        seconds, values = straightened(seconds, values, half_px)
        whole = not np.isnan(values).any()
        curve.setData(
            x=seconds,
            y=values / self.ceiling,
            connect="all" if whole else "finite",
            skipFiniteCheck=whole,
        )

    def _take_pixel_ratio(self, ratio: float) -> None:
        if ratio == self._pixel_ratio:
            return
        self._pixel_ratio = ratio
        for line in self._lines:
            if line.name in self._curves:
                self._curves[line.name].setPen(line_pen(line, ratio))

    def _lay_out(self) -> None:
        self._frame.lay_out()
        self._marks.place(self._frame.area)

    def _drop(self, name: str) -> None:
        self._frame.box.removeItem(self._curves.pop(name))

    def _place_marks(self, lines: list[Line]) -> None:
        ends = [self._mark(line) for line in lines if line.mark]
        self._marks.marks = spread(
            [mark for mark in ends if mark is not None],
            QFontMetricsF(self._font).height() - 3.0,
            self._frame.area.height(),
        )
        self._marks.captions = apart([self._caption(line) for line in lines if line.caption])
        has_lines = any(line.sets_scale for line in lines)
        self._marks.note = "" if has_lines else self.shows.nothing
        self._marks.update()

    def _mark(self, line: Line) -> Mark | None:
        """The mark at the line's newest value, None when that is out of sight."""
        last = int(np.flatnonzero(~np.isnan(line.values))[-1])
        seconds = (int(line.times_ns[last]) - self._now_ns) / 1e9
        if seconds < -self._frame.span_s:
            return None
        y = self._frame.y_of(float(line.values[last]) / self.ceiling)
        return Mark(QPointF(self._frame.x_of(seconds), y), y, line.mark, line_colour(line))

    def _caption(self, line: Line) -> Caption:
        """The words at the line's oldest visible value."""
        first = int(np.flatnonzero(~np.isnan(line.values))[0])
        seconds = (int(line.times_ns[first]) - self._now_ns) / 1e9
        x = max(0.0, self._frame.x_of(seconds))
        return Caption(
            QPointF(x, self._frame.y_of(float(line.values[first]) / self.ceiling)), line.caption
        )

    # ---------------------------------------------------------------------------- Qt's own names

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        # Not handed on: pyqtgraph would look for items under the pointer at every move.
        self.pointed.emit(self._frame.seconds_at(self.mapToScene(ev.position().toPoint())))
        ev.accept()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        ev.accept()

    def leaveEvent(self, ev: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(ev)

    def focusOutEvent(self, ev: QFocusEvent) -> None:
        self.pointed.emit(None)
        super().focusOutEvent(ev)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Left and Right read the values at other moments, Home and End at the ends."""
        here = self._frame.cursor_s or 0.0
        span_s = float(self._frame.span_s)
        far = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = span_s / 10 if far else _KEY_STEP_S
        targets = {
            Qt.Key.Key_Left: here - step,
            Qt.Key.Key_Right: here + step,
            Qt.Key.Key_Home: -span_s,
            Qt.Key.Key_End: 0.0,
        }
        target = targets.get(Qt.Key(ev.key()))
        if target is not None:
            self.pointed.emit(min(0.0, max(-span_s, target)))
            ev.accept()
        elif ev.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
            ev.accept()
        else:
            ev.ignore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self.hasFocus():
            painter.setPen(QPen(QColor(current_tokens().accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.mapToScene(self.viewport().rect()).boundingRect())

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "_marks"):  # pyqtgraph resizes before this class is built
            self._lay_out()


def _highest(line: Line) -> float:
    return float(np.nanmax(line.values))
