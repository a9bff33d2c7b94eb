"""A cost against a loss: points with error bars, the Pareto front, the person's limits."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.core.axes import Axis, Scale, wants_log, wants_widened
from app.core.scatter import Box, Label, pareto, place_labels
from app.core.shapes import colour_of, letter_of
from app.lab.ladder_figures import Cost, Loss
from app.ui.format import UNKNOWN, Quantity, divergence
from app.ui.ladder.plots import words
from app.ui.ladder.plots.drawing import (
    Drawing,
    Spot,
    paint_baselines,
    paint_ticks_across,
    paint_ticks_up,
)
from app.ui.ladder.plots.look import (
    DASHES,
    DOTS,
    MARK_PX,
    Look,
    crisp,
    dashed,
    paint_mark,
    paint_whisker,
    write,
)
from app.ui.plots.words import Readout, ReadoutRow
from app.ui.theme import GRID

if TYPE_CHECKING:
    from app.core.scatter import PlotPoint
    from app.ui.ladder.plots.content import ScatterContent, Version

_NOTHING = (UNKNOWN, UNKNOWN)
_NAME_PX = 18 * GRID
_RING_PX = 9.0
# A limit is drawn where the axis need not become this many times as long for it.
_STRETCH = 1.6
# So many times below the least loss the noise floor is told in words: it would take all the room.
_FLOOR_REACH = 15.0
_TICK_PX = 5 * GRID
_UPRIGHT_TICK_PX = 8 * GRID


class ScatterDrawing(Drawing):
    """The plot of one cost and one loss."""

    def __init__(self, content: ScatterContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self._content = content
        points = [point for _, point in content.points]
        self._x_axis, self._y_axis = _axes(content)
        ups = [v for p in points for v in (p.y, p.low, p.high) if v is not None]
        ups += [content.tolerance] if content.tolerance is not None else []
        self._floor_inside = content.floor is not None and content.floor * _FLOOR_REACH >= min(ups)
        ups += [content.floor] if content.floor is not None and self._floor_inside else []
        swings = [v for p in points for v in (p.x - (p.across or 0.0), p.x + (p.across or 0.0))]
        costs = [max(value, 0.0) for value in swings if value > 0 or not self._x_axis.is_log]
        costs += [content.reference[1]] if content.reference else []
        self._limit_inside = content.limit is not None and _near(content.limit, costs)
        costs += [content.limit] if content.limit is not None and self._limit_inside else []
        line = look.line_px
        self._note = words.missing_words(content.missing)
        bottom = size.height() - 2 * line - GRID - (line if self._note else 0.0)
        top = line + GRID
        right = size.width() - 1.5 * GRID
        most = max(2, min(6, int((bottom - top) / _TICK_PX)))
        self.y_scale = Scale(self._y_axis, ups, bottom, top)
        self._up = [(v, words.loss_tick(content.loss, v)) for v in self.y_scale.ticks(most)]
        left = max(look.advance(text) for _, text in self._up) + GRID
        self.area = QRectF(left, top, max(1.0, right - left), max(1.0, bottom - top))
        self.x_scale = Scale(self._x_axis, costs, left, right)
        self._words = self._upright_words()
        if self._words:
            # Room for the words of the upright lines, above all points.
            top = max(box.bottom() for box, _ in self._words)
            self.y_scale = Scale(self._y_axis, ups, bottom, top)
        self._words += self._level_words()
        most = max(2, min(6, int(self.area.width() / _UPRIGHT_TICK_PX)))
        self._across = [(v, words.cost_tick(content.cost, v)) for v in self.x_scale.ticks(most)]
        self.places = [QPointF(self.x_scale.place(p.x), self.y_scale.place(p.y)) for p in points]
        self.front = pareto(points, self._x_axis, self._y_axis)
        self._labels = self._placed_labels()
        self.spots = [
            Spot.around(version.file, place)
            for (version, _), place in zip(content.points, self.places, strict=True)
        ]
        if content.reference is not None:
            version, cost = content.reference
            x = self.x_scale.place(cost)
            area = QRectF(x - 6.0, self.area.top(), 12.0, self.area.height())
            self.spots.append(Spot(version.file, QPointF(x, self.area.top() + GRID), area))
        self._order = sorted(range(len(self.spots)), key=lambda i: self.spots[i].centre.x())

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        return self.step_along(index, key, self._order)

    def readout(self, index: int) -> Readout:
        """All versions at this place: several may be the same in both."""
        content, spot = self._content, self.spots[index]
        loss_name = words.loss_name(content.loss)
        cost_name = words.tr("memory") if content.cost is Cost.MEMORY else words.tr("speed")
        columns = (cost_name, loss_name, words.tr("95 % interval"))
        rows = tuple(
            self._row(version, point)
            for (version, point), place in zip(content.points, self.places, strict=True)
            if (place - spot.centre).manhattanLength() <= MARK_PX
        )
        if not rows and content.reference is not None:
            version, cost = content.reference
            values = (words.cost_words(content.cost, cost), *_NOTHING)
            letter = letter_of(version.number)
            rows = (ReadoutRow(letter, version.name, colour_of(version.number), values),)
        files = {
            version.file
            for (version, _), place in zip(content.points, self.places, strict=True)
            if (place - spot.centre).manhattanLength() <= MARK_PX
        }
        return Readout(spot_title(content), columns, rows, tuple(self._notes(files, spot.file)))

    def _row(self, version: Version, point: PlotPoint) -> ReadoutRow:
        content = self._content
        cost = words.cost_words(content.cost, point.x)
        if point.across:
            swing = words.cost_words(content.cost, point.across)
            cost = cost._replace(value=f"{cost.value} ± {swing.value}")
        between = UNKNOWN
        if point.low is not None and point.high is not None:
            ends = (words.loss_words(content.loss, end) for end in (point.low, point.high))
            between = Quantity(words.interval_words(*ends))
        up: Quantity = words.loss_words(content.loss, point.y)
        values = (cost, up, between)
        return ReadoutRow(
            letter_of(version.number), version.name, colour_of(version.number), values
        )

    def _notes(self, files: set[str], own: str) -> list[str]:
        content, notes = self._content, list[str]()
        if content.recommended in files | {own}:
            notes.append(words.tr("The one to run by your limits"))
        if content.reference is not None and own == content.reference[0].file:
            notes.append(words.tr("The reference: it has no divergence from itself"))
        if content.predicted & files:
            notes.append(words.tr("Memory as predicted; it was not measured"))
        if any(version.failed for version, _ in content.points if version.file in files):
            notes.append(words.tr("Not everything could be measured; its row says why"))
        return notes

    # ---------------------------------------------------------------------------- laying out

    def _upright_words(self) -> list[tuple[QRectF, str]]:
        """Words of the limit and of the reference, at the upper ends of their lines."""
        content, look, area = self._content, self.look, self.area
        found: list[tuple[QRectF, str]] = []
        line = look.line_px
        if content.limit is not None:
            text = words.limit_words(content.cost, content.limit)
            wide = look.advance(text)
            if self._limit_inside:
                x = self.x_scale.place(content.limit)
                left = x - wide - 4.0 if x + 4.0 + wide > area.right() else x + 4.0
            else:
                beyond = content.limit > self._middle()
                text = f"{text} ▸" if beyond else f"◂ {text}"
                wide = look.advance(text)
                left = area.right() - wide if beyond else area.left() + 4.0
            found.append((QRectF(left, area.top(), wide, line), text))
        if content.reference is not None:
            version, cost = content.reference
            text = look.elided(words.name_of(version), _NAME_PX)
            wide, x = look.advance(text), self.x_scale.place(cost)
            left = x - wide - 4.0 if x + 4.0 + wide > area.right() else x + 4.0
            top = area.top()
            taken = [box for box, _ in found if box.top() < top + line]
            while any(box.intersects(QRectF(left, top, wide, line)) for box in taken):
                top += line
            found.append((QRectF(left, top, wide, line), text))
        return found

    def _level_words(self) -> list[tuple[QRectF, str]]:
        """Words of the lines across the plot, above them."""
        content, look = self._content, self.look
        said: list[tuple[float, str]] = []
        if content.floor is not None:
            text = words.tr("noise floor")
            if not self._floor_inside:
                text = words.tr("noise floor {0} ▾").format(divergence(content.floor).value)
            said.append((content.floor, text))
        if content.tolerance is not None:
            said.append((content.tolerance, words.tr("tolerated")))
        found: list[tuple[QRectF, str]] = []
        for value, text in said:
            wide, y = look.advance(text), self.y_scale.place(value)
            left = self.area.right() - wide - 2.0
            found.append((QRectF(left, y - look.line_px, wide, look.line_px), text))
        return found

    def _middle(self) -> float:
        points = self._content.points
        return sum(point.x for _, point in points) / max(1, len(points))

    def _placed_labels(self) -> list[tuple[Label, str, str]]:
        """Letter and name of each point, the recommended one first: it may have most words."""
        look, content = self.look, self._content
        forms = [self._forms(version) for version, _ in content.points]
        widths = [[look.advance(a, bold=True) + look.advance(b) for a, b in form] for form in forms]
        taken = [_box(box) for box, _ in self._words]
        taken += [_thin(line) for line in self._lines()]
        order = sorted(
            range(len(forms)), key=lambda i: content.points[i][0].file != content.recommended
        )
        area = self.area
        bounds = Box(area.left() + 2.0, area.top(), self.size.width(), area.bottom())
        placed = place_labels(
            [(self.places[i].x(), self.places[i].y()) for i in order],
            [widths[i] for i in order],
            look.line_px - 2.0,
            bounds,
            taken,
            reach=12.0,
        )
        found: dict[int, tuple[Label, str, str]] = {}
        for i, label in zip(order, placed, strict=True):
            found[i] = (label, *forms[i][label.form])
        return [found[i] for i in range(len(forms))]

    def _forms(self, version: Version) -> list[tuple[str, str]]:
        letter = letter_of(version.number)
        name = " " + self.look.elided(version.name, _NAME_PX)
        if version.file != self._content.recommended:
            return [(letter, name), (letter, "")]
        run = words.tr("run this")
        return [(letter, f"{name} · {run}"), (letter, f" {run}"), (letter, "")]

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter, marked: str | None = None, at: int | None = None) -> None:
        look, content, area = self.look, self._content, self.area
        self._paint_beyond_limit(painter)
        paint_ticks_up(painter, look, area, self.y_scale, self._up)
        paint_ticks_across(painter, look, area, self.x_scale, self._across, self.size.width())
        paint_baselines(painter, look, area)
        self._paint_titles(painter)
        self._paint_lines(painter)
        for (version, point), place in zip(content.points, self.places, strict=True):
            self._paint_bars(painter, version, point, place)
        for index, ((version, _), place) in enumerate(
            zip(content.points, self.places, strict=True)
        ):
            below = sum(
                (other - place).manhattanLength() < 2.0 for other in self.places[index + 1 :]
            )
            # What lies below another mark at the same place looks out around it.
            radius = MARK_PX + 3.0 * below
            self._paint_ring(painter, version, place, radius, marked, at == index)
            paint_mark(painter, look, version.number, place, radius=radius)
        for label, letter, rest in self._labels:
            self._paint_label(painter, label.box, letter, rest)

    def _paint_beyond_limit(self, painter: QPainter) -> None:
        """The side of the limit where nothing should be: tinted, so that it is seen at a glance."""
        content, area = self._content, self.area
        if content.limit is None or not self._limit_inside:
            return
        x = self.x_scale.place(content.limit)
        tint = QColor(self.look.tokens.failed)
        tint.setAlpha(22)
        if content.cost is Cost.MEMORY:
            box = QRectF(x, area.top(), area.right() - x, area.height())
        else:
            box = QRectF(area.left(), area.top(), x - area.left(), area.height())
        painter.fillRect(box, tint)

    def _paint_titles(self, painter: QPainter) -> None:
        look, content, area = self.look, self._content, self.area
        dim, line = look.tokens.dim, look.line_px
        is_log = self._y_axis.is_log or self._y_axis.widened is not None
        title = words.loss_title(content.loss, is_log=is_log)
        room = self.size.width() - GRID
        box = QRectF(GRID / 2, 0.0, room, line)
        write(painter, look, dim, box, look.fitting(title, room))
        below = area.bottom() + line + GRID / 2
        text = look.fitting(words.cost_title(content.cost), area.width())
        box = QRectF(area.left(), below, area.width(), line)
        write(painter, look, dim, box, text, Qt.AlignmentFlag.AlignHCenter)
        if self._note:
            box = QRectF(GRID / 2, below + line, room, line)
            write(painter, look, dim, box, look.elided(self._note, room))

    def _paint_lines(self, painter: QPainter) -> None:
        look, content, area = self.look, self._content, self.area
        for value in (content.floor if self._floor_inside else None, content.tolerance):
            if value is not None:
                y = crisp(self.y_scale.place(value))
                painter.setPen(dashed(look.tokens.dim, DOTS))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if content.limit is not None and self._limit_inside:
            x = crisp(self.x_scale.place(content.limit))
            painter.setPen(QPen(QColor(look.tokens.failed), 1.0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if content.reference is not None:
            version, cost = content.reference
            x = crisp(self.x_scale.place(cost))
            painter.setPen(dashed(look.edge(version.number).name(), DOTS, 1.5))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for box, text in self._words:
            write(painter, look, look.tokens.dim, box, text)
        if len(self.front) > 1:
            painter.setPen(dashed(look.tokens.accent, DASHES, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(self._stairs()))

    def _stairs(self) -> list[QPointF]:
        """Between two points of the front nothing is known to be as good as both."""
        found: list[QPointF] = []
        for point in self.front:
            there = QPointF(self.x_scale.place(point.x), self.y_scale.place(point.y))
            if found:
                # Towards the worse corner: the better side of a staircase stays empty.
                here = found[-1]
                rises = there.y() < here.y()
                found.append(
                    QPointF(here.x(), there.y()) if rises else QPointF(there.x(), here.y())
                )
            found.append(there)
        return found

    def _lines(self) -> list[tuple[QPointF, QPointF]]:
        """All that names should not stand on: bars, the front, the limit, the reference."""
        content, area = self._content, self.area
        found = list(itertools.pairwise(self._stairs()))
        for (_, point), place in zip(content.points, self.places, strict=True):
            if point.low is not None and point.high is not None:
                low, high = self.y_scale.place(point.low), self.y_scale.place(point.high)
                found.append((QPointF(place.x(), high), QPointF(place.x(), low)))
            if point.across:
                ends = (point.x - point.across, point.x + point.across)
                left, right = map(self.x_scale.place, ends)
                found.append((QPointF(left, place.y()), QPointF(right, place.y())))
        upright = [content.reference[1]] if content.reference else []
        upright += [content.limit] if content.limit is not None and self._limit_inside else []
        places = map(self.x_scale.place, upright)
        found += [(QPointF(x, area.top()), QPointF(x, area.bottom())) for x in places]
        return found

    def _paint_bars(
        self, painter: QPainter, version: Version, point: PlotPoint, place: QPointF
    ) -> None:
        colour = self.look.edge(version.number)
        if point.across:
            ends = (max(0.0, point.x + sign * point.across) for sign in (-1, 1))
            left, right = map(self.x_scale.place, ends)
            paint_whisker(painter, colour, QPointF(left, place.y()), QPointF(right, place.y()))
        if point.low is not None and point.high is not None:
            low, high = self.y_scale.place(point.low), self.y_scale.place(point.high)
            if abs(high - low) > 2 * MARK_PX:
                paint_whisker(painter, colour, QPointF(place.x(), high), QPointF(place.x(), low))

    def _paint_ring(
        self, painter: QPainter, version: Version, place: QPointF, radius: float,
        marked: str | None, is_read: bool,
    ) -> None:  # fmt: skip
        look = self.look
        if version.file == marked:
            painter.setPen(Qt.PenStyle.NoPen)
            halo = QColor(look.tokens.accent)
            halo.setAlpha(70)
            painter.setBrush(halo)
            painter.drawEllipse(place, radius + 8.0, radius + 8.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if version.file == self._content.recommended:
            painter.setPen(QPen(QColor(look.tokens.accent), 2.0))
            painter.drawEllipse(place, radius - MARK_PX + _RING_PX, radius - MARK_PX + _RING_PX)
        if is_read:
            painter.setPen(QPen(QColor(look.tokens.text), 1.0))
            painter.drawEllipse(place, radius + 7.0, radius + 7.0)

    def _paint_label(self, painter: QPainter, box: Box, letter: str, rest: str) -> None:
        look = self.look
        wide = look.advance(letter, bold=True)
        room = QRectF(box.left, box.top - 1.0, box.right - box.left, look.line_px)
        painter.setPen(QColor(look.tokens.text))
        painter.setFont(look.bold)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(room, left, letter)
        if rest:
            painter.setFont(look.font)
            painter.drawText(room.adjusted(wide, 0.0, 2.0, 0.0), left, rest)


def spot_title(content: ScatterContent) -> str:
    """What a readout of this plot is about."""
    if content.cost is Cost.MEMORY:
        return words.tr("Needed memory and loss")
    return words.tr("Generation and loss")


def _axes(content: ScatterContent) -> tuple[Axis, Axis]:
    points = [point for _, point in content.points]
    across = Axis(
        "",
        lambda value: words.cost_tick(content.cost, value),
        more_is_better=content.cost is Cost.SPEED,
        is_log=wants_log([point.x for point in points]),
    )
    ups = [v for p in points for v in (p.y, p.low, p.high) if v is not None]
    up = Axis(
        "",
        lambda value: words.loss_tick(content.loss, value),
        is_log=content.loss is Loss.DIVERGENCE and wants_log(ups),
        least=None if content.tolerance is None else (0.0, content.tolerance),
        widened=content.tolerance if wants_widened(ups, content.tolerance or 0.0) else None,
    )
    return across, up


def _near(limit: float, costs: list[float]) -> bool:
    return min(costs) / _STRETCH <= limit <= max(costs) * _STRETCH


def _thin(line: tuple[QPointF, QPointF]) -> Box:
    """A line's room. So thin that a name may cross it where there is no better place."""
    (one, other), half = line, 0.5
    return Box(
        min(one.x(), other.x()) - half,
        min(one.y(), other.y()) - half,
        max(one.x(), other.x()) + half,
        max(one.y(), other.y()) + half,
    )


def _box(rect: QRectF) -> Box:
    return Box(rect.left(), rect.top(), rect.right(), rect.bottom())
