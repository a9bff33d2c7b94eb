"""A cost against a loss: points with error bars, the Pareto front, the person's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.core.ladder.plotted import Cost
from app.ui.kit.theme import GRID
from app.ui.plots.ladder import words
from app.ui.plots.ladder.drawing import (
    Drawing,
    Spot,
    frame_of,
    paint_baselines,
    paint_ticks_across,
    paint_ticks_up,
)
from app.ui.plots.ladder.look import (
    DASHES,
    DOTS,
    MARK_PX,
    Look,
    crisp,
    dashed,
    halo,
    mark_of_way,
    paint_mark,
    paint_whisker,
    tinted,
    write,
    write_name,
)
from app.ui.plots.ladder.readouts import scatter_readout
from app.ui.plots.ladder.scatter_layout import ScatterLayout

if TYPE_CHECKING:
    from app.ui.plots.ladder.content import ScatterContent, Version
    from app.ui.plots.words import Readout

_RING_PX = 9.0
_TINT_ALPHA = 22
_HALO_ALPHA = 110


class ScatterDrawing(Drawing):
    """The plot of one cost and one loss."""

    def __init__(self, content: ScatterContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self._content = content
        self.layout = ScatterLayout(content, size, look)
        self.spots = [
            Spot.around(version.file, place)
            for (version, _), place in zip(content.points, self.layout.places, strict=True)
        ]
        if content.reference is not None:
            version, cost = content.reference
            x, area = self.layout.x_scale.place(cost), self.layout.area
            band = QRectF(x - 6.0, area.top(), 12.0, area.height())
            self.spots.append(Spot(version.file, QPointF(x, area.top() + GRID), band))
        self._order = sorted(range(len(self.spots)), key=lambda i: self.spots[i].centre.x())

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        return self.step_along(index, key, self._order)

    def readout(self, index: int) -> Readout:
        """All versions at this place: several may be the same in both."""
        points, places = self._content.points, self.layout.places
        here = [
            point
            for point, place in zip(points, places, strict=True)
            if index < len(points) and (place - places[index]).manhattanLength() <= MARK_PX
        ]
        return scatter_readout(self._content, here)

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        look, content, area = self.look, self._content, self.layout.area
        self._paint_beyond_limit(painter)
        paint_ticks_up(painter, look, area, self.layout.y_scale, self.layout.up)
        paint_ticks_across(
            painter, look, area, self.layout.x_scale, self.layout.across, self.size.width()
        )
        paint_baselines(painter, look, area)
        self._paint_titles(painter)
        self._paint_legend(painter)
        self._paint_lines(painter)
        for index in range(len(content.points)):
            self._paint_bars(painter, index)
        for index, (version, _) in enumerate(content.points):
            place, radius = self.layout.places[index], self._radius(index)
            if version.file == content.recommended:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(look.tokens.accent), 2.0))
                ring = radius - MARK_PX + _RING_PX
                painter.drawEllipse(place, ring, ring)
            number, hollow = self._mark(version)
            paint_mark(painter, look, number, place, radius=radius, hollow=hollow)
        for name in self.layout.names:
            write_name(painter, look, name.box, name.letter, name.rest)

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        look = self.look
        for index, spot in enumerate(self.spots):
            if spot.file != marked:
                continue
            if index >= len(self._content.points):
                painter.fillRect(spot.area, halo(look))
                continue
            inner, outer = self._radius(index) + 1.0, self._radius(index) + 8.0
            # The mark itself stays as it is.
            ring = QPainterPath()
            ring.addEllipse(spot.centre, outer, outer)
            ring.addEllipse(spot.centre, inner, inner)
            painter.fillPath(ring, halo(look, _HALO_ALPHA))
        if at is not None:
            frame_of(painter, look, self.spots[at].area)

    def _mark(self, version: Version) -> tuple[int, bool]:
        """Whose mark a point has, and whether it is hollow."""
        if not self._content.by_way:
            return version.number, False
        return mark_of_way(version.way), version.way is None

    def _paint_legend(self, painter: QPainter) -> None:
        look = self.look
        for way, box, text in self.layout.legend:
            middle = QPointF(box.left() + MARK_PX + 1.0, box.center().y())
            paint_mark(painter, look, mark_of_way(way), middle, hollow=way is None)
            box = box.adjusted(2 * GRID, 0.0, 0.0, 0.0)
            write(painter, look, look.tokens.text, box, text)

    def _radius(self, index: int) -> float:
        """What lies below another mark at the same place looks out around it."""
        places = self.layout.places
        below = sum((o - places[index]).manhattanLength() < 2.0 for o in places[index + 1 :])
        return MARK_PX + 3.0 * below

    def _paint_beyond_limit(self, painter: QPainter) -> None:
        """The side of the limit where nothing should be: tinted, so that it is seen at a glance."""
        content, area = self._content, self.layout.area
        if content.limit is None or not self.layout.limit_inside:
            return
        x = self.layout.x_scale.place(content.limit)
        tint = QColor(self.look.tokens.failed)
        tint.setAlpha(_TINT_ALPHA)
        if content.cost is Cost.MEMORY:
            box = QRectF(x, area.top(), area.right() - x, area.height())
        else:
            box = QRectF(area.left(), area.top(), x - area.left(), area.height())
        tinted(painter, box, tint)

    def _paint_titles(self, painter: QPainter) -> None:
        look, content, area = self.look, self._content, self.layout.area
        dim, line = look.tokens.dim, look.line_px
        is_log = self.layout.y_axis.is_log or self.layout.y_axis.widened is not None
        title = words.loss_title(content.loss, is_log=is_log)
        room = self.size.width() - GRID
        limit = self.layout.limit_note
        wide = look.advance(limit) + GRID if limit else 0.0
        box = QRectF(GRID / 2, 0.0, room, line)
        write(painter, look, dim, box, look.fitting(title, room - wide))
        write(painter, look, dim, box, limit, Qt.AlignmentFlag.AlignRight)
        below = area.bottom() + line + GRID / 2
        text = look.fitting(words.cost_title(content.cost), area.width())
        box = QRectF(area.left(), below, area.width(), line)
        write(painter, look, dim, box, text, Qt.AlignmentFlag.AlignHCenter)
        if self.layout.note:
            box = QRectF(GRID / 2, below + line, room, line)
            write(painter, look, dim, box, look.elided(self.layout.note, room))

    def _paint_lines(self, painter: QPainter) -> None:
        look, content, area = self.look, self._content, self.layout.area
        for value in (content.floor if self.layout.floor_inside else None, content.tolerance):
            if value is not None:
                y = crisp(self.layout.y_scale.place(value))
                painter.setPen(dashed(look.tokens.dim, DOTS))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if content.limit is not None and self.layout.limit_inside:
            x = crisp(self.layout.x_scale.place(content.limit))
            painter.setPen(QPen(QColor(look.tokens.failed), 1.0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if content.reference is not None:
            version, cost = content.reference
            x = crisp(self.layout.x_scale.place(cost))
            painter.setPen(dashed(look.edge(version.number).name(), DOTS, 1.5))
            # From its own words on: it does not cross those above them.
            top = self.layout.words[self.layout.upright - 1][0].top()
            painter.drawLine(QPointF(x, top), QPointF(x, area.bottom()))
        for box, text in self.layout.words:
            write(painter, look, look.tokens.dim, box, text)
        if len(self.layout.front) > 1:
            painter.setPen(dashed(look.tokens.accent, DASHES, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(self.layout.stairs()))

    def _paint_bars(self, painter: QPainter, index: int) -> None:
        colour = self.look.edge(self._mark(self._content.points[index][0])[0])
        swing, whisker = self.layout.swing(index), self.layout.whisker(index)
        if swing is not None:
            paint_whisker(painter, colour, *swing)
        if whisker is not None and whisker[1].y() - whisker[0].y() > 2 * MARK_PX:
            paint_whisker(painter, colour, *whisker)
