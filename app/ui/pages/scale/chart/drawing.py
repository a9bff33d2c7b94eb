"""The scaling chart laid out and painted for one size."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.core.plots.axes import Axis, Scale
from app.core.plots.scatter import Box, Label, place_labels
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import bits_per_byte, large, number
from app.ui.kit.words.text import translate
from app.ui.pages.scale.chart.content import ChartContent, ChartKind, readout_of
from app.ui.plots.ladder.drawing import (
    Drawing,
    Notice,
    Spot,
    frame_of,
    paint_baselines,
    paint_ticks_across,
    paint_ticks_up,
)
from app.ui.plots.ladder.look import DASHES, DOTS, Look, dashed, halo, write

if TYPE_CHECKING:
    from app.core.scale.points import ScalePoint
    from app.ui.plots.words import Readout

_MARGIN_PX, _REACH_PX = 5.0, 11.0
_TICK_PX, _UPRIGHT_TICK_PX = 5 * GRID, 8 * GRID
_BAND_ALPHA = 34
# Names beyond these would take long to place and find no room.
_MOST_NAMES = 48
# So many models of this PC are named in any case.
_SURE_NAMES = 6
# Losses that lines are drawn for: closer together where most models are.
_LOSSES = (1.85, 1.9, 1.95, 2.0, 2.1, 2.2, 2.4, 2.6, 3.0, 3.5)
_LEAST_SHOWN = (6e7, 1e12), (1.2e11, 4e13)
_BAND_STEPS = 24
_CELL_PX = 6.0


class _Mark(NamedTuple):
    """How a kind of point is drawn: not by colour alone.

    Attributes:
        colour: Name of a token.
        radius: In pixels.
        is_diamond: Else a circle.
        filled: Else its outline.
    """

    colour: str
    radius: float
    is_diamond: bool
    filled: bool


_HERE = _Mark("accent", 5.5, False, True)
_ARTICLE = _Mark("text", 5.0, True, True)
_PUBLISHED = _Mark("dim", 3.5, False, False)


def lay_out(content: ChartContent, size: QSizeF, look: Look) -> Drawing:
    """The drawing of a chart; of its empty state where there is nothing to show."""
    if content.empty is not None:
        return Notice(size, look, content.empty)
    kind = TrainingDrawing if content.kind is ChartKind.TRAINING else MeasuredDrawing
    return kind(content, size, look)


class PointsDrawing(Drawing):
    """What both charts have in common: axes, marks, names that do not overlap."""

    def __init__(self, content: ChartContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self.content = content
        self.points = content.shown
        line = look.line_px
        bottom = size.height() - 2 * line - GRID
        top, right = 2 * line + GRID, size.width() - 1.5 * GRID
        self.x_axis, self.y_axis = self._axes()
        xs, ys = self._reach()
        self.y_scale = Scale(self.y_axis, ys, bottom - _MARGIN_PX, top + _MARGIN_PX)
        most = max(2, min(6, int((bottom - top) / _TICK_PX)))
        self._up = [(value, self.y_axis.words(value)) for value in self.y_scale.ticks(most)]
        left = max((look.advance(text) for _, text in self._up), default=0.0) + GRID
        self.area = QRectF(left, top, max(1.0, right - left), max(1.0, bottom - top))
        self.x_scale = Scale(self.x_axis, xs, left + _MARGIN_PX, right - _MARGIN_PX)
        most = max(2, min(7, int(self.area.width() / _UPRIGHT_TICK_PX)))
        self._across = [(value, self.x_axis.words(value)) for value in self.x_scale.ticks(most)]
        places = [self.place(*self._values(point)) for point in self.points]
        self.spots = [
            Spot.around(point.name, place) for point, place in zip(self.points, places, strict=True)
        ]
        self._order = sorted(range(len(places)), key=lambda i: (places[i].x(), places[i].y()))
        self._lay_out_lines()
        self.names = self._placed_names(places)

    @abstractmethod
    def _axes(self) -> tuple[Axis, Axis]: ...

    @abstractmethod
    def _values(self, point: ScalePoint) -> tuple[float, float]: ...

    @abstractmethod
    def _reach(self) -> tuple[list[float], list[float]]: ...

    @abstractmethod
    def _titles(self) -> tuple[str, str]:
        """Of the axis across and of the one up."""

    def _lay_out_lines(self) -> None:
        """Lines of the law, before names are placed."""

    def _taken(self) -> list[Box]:
        """What names should not stand on, beside marks."""
        return []

    def _paint_lines(self, painter: QPainter) -> None:
        """Below the marks."""

    def place(self, x: float, y: float) -> QPointF:
        """Where values stand."""
        return QPointF(self.x_scale.place(x), self.y_scale.place(y))

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        return self.step_along(index, key, self._order)

    def readout(self, index: int) -> Readout:
        point = self.points[index]
        return readout_of(self.content, point, getattr(self.look.tokens, _mark_of(point).colour))

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        look, area = self.look, self.area
        paint_ticks_up(painter, look, area, self.y_scale, self._up)
        paint_ticks_across(painter, look, area, self.x_scale, self._across, self.size.width())
        painter.save()
        painter.setClipRect(area)
        self._paint_lines(painter)
        painter.restore()
        paint_baselines(painter, look, area)
        self._paint_titles(painter)
        for point, spot in zip(self.points, self.spots, strict=True):
            _paint_mark(painter, look, _mark_of(point), spot.centre)
        for text, index, box in self.names:
            colour = look.tokens.text if _rank(self.points[index]) < 2 else look.tokens.dim
            write(painter, look, colour, box, text)

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        for spot in self.spots:
            if spot.file == marked:
                painter.setPen(QPen(QColor(self.look.tokens.accent), 2.0))
                painter.setBrush(halo(self.look))
                painter.drawEllipse(spot.centre, 2.0 * _MARGIN_PX, 2.0 * _MARGIN_PX)
        if at is not None:
            frame_of(painter, self.look, self.spots[at].area)

    def _paint_titles(self, painter: QPainter) -> None:
        look, area = self.look, self.area
        across, up = self._titles()
        room = self.size.width() - GRID
        write(painter, look, look.tokens.dim, QRectF(GRID / 2, 0, room, look.line_px), up)
        below = QRectF(area.left(), area.bottom() + look.line_px + GRID / 2, area.width(),
                       look.line_px)  # fmt: skip
        text = look.elided(across, area.width())
        write(painter, look, look.tokens.dim, below, text, Qt.AlignmentFlag.AlignHCenter)
        x = GRID / 2
        for mark, words in self._legend():
            wide = 2 * GRID + look.advance(words)
            if x + wide > room:
                break
            middle = QPointF(x + 6.0, 1.5 * look.line_px)
            _paint_mark(painter, look, mark, middle)
            box = QRectF(x + 2 * GRID, look.line_px, wide, look.line_px)
            write(painter, look, look.tokens.text, box, words)
            x += wide + 2 * GRID
        self._legend_end = x

    def _legend(self) -> list[tuple[_Mark, str]]:
        return [
            (_HERE, translate("Scale", "on this PC")),
            (_ARTICLE, translate("Scale", "milestone")),
            (_PUBLISHED, translate("Scale", "published")),
        ]

    def _placed_names(self, places: list[QPointF]) -> list[tuple[str, int, QRectF]]:
        """Names that find room, the most telling first; the others are read at their marks."""
        look, area = self.look, self.area
        # Marks at one place have one name, which says how many there are.
        alike: dict[tuple[int, int], list[int]] = {}
        for index in sorted(range(len(places)), key=lambda i: _rank(self.points[i])):
            cell = (round(places[index].x() / _CELL_PX), round(places[index].y() / _CELL_PX))
            alike.setdefault(cell, []).append(index)
        groups = list(alike.values())
        named, others = groups[:_MOST_NAMES], groups[_MOST_NAMES:]
        words = [
            self.points[group[0]].name + (f" +{len(group) - 1}" if len(group) > 1 else "")
            for group in named
        ]
        at = [(places[group[0]].x(), places[group[0]].y()) for group in named]
        rest = [places[group[0]] for group in others]
        marks = [Box(p.x() - 4, p.y() - 4, p.x() + 4, p.y() + 4) for p in rest]
        bounds = Box(area.left() + 2, area.top(), self.size.width(), area.bottom())
        placed: list[Label] = place_labels(
            at,
            [
                (look.advance(text),)
                if order < _SURE_NAMES and self.points[group[0]].is_here
                else (look.advance(text), 0.0)
                for order, (text, group) in enumerate(zip(words, named, strict=True))
            ],
            look.line_px - 2.0,
            bounds,
            [*marks, *self._taken()],
            _REACH_PX,
        )
        return [
            (text, group[0], QRectF(box.left, box.top - 1.0, box.right - box.left, look.line_px))
            for text, group, (box, form) in zip(words, named, placed, strict=True)
            if form == 0
        ]


class TrainingDrawing(PointsDrawing):
    """Parameters against training tokens, lines of equal loss, the best use of training."""

    def _axes(self) -> tuple[Axis, Axis]:
        def words(value: float) -> str:
            return str(large(value))

        return Axis("", words, is_log=True), Axis("", words, is_log=True)

    def _values(self, point: ScalePoint) -> tuple[float, float]:
        return point.parameters, point.tokens

    def _reach(self) -> tuple[list[float], list[float]]:
        across, up = _LEAST_SHOWN
        return (
            [*across, *(point.parameters for point in self.points)],
            [*up, *(point.tokens for point in self.points)],
        )

    def _titles(self) -> tuple[str, str]:
        return (
            translate("Scale", "parameters (of mixtures: those at work on a token)"),
            translate("Scale", "tokens it was trained on"),
        )

    def _lay_out_lines(self) -> None:
        law = self.content.law
        sizes = (10**self.x_scale.low, 10**self.x_scale.high)
        tokens = (10**self.y_scale.low, 10**self.y_scale.high)
        self._isolines = [
            (loss, [self.place(*point) for point in line])
            for loss in _LOSSES
            if len(line := law.iso_loss(loss, sizes, tokens)) > 1
        ]
        steps = [
            10 ** (self.x_scale.low + share * (self.x_scale.high - self.x_scale.low) / _BAND_STEPS)
            for share in range(_BAND_STEPS + 1)
        ]
        steps = sorted([*steps, law.largest_parameters])
        self._best = [(size, self._beyond(size, law.best_tokens(size))) for size in steps]
        band = [(size, law.band_at(size)) for size in steps]
        edge = [self._beyond(size, high) for size, (_, high) in band]
        low = [self._beyond(size, low) for size, (low, _) in reversed(band)]
        self._band = QPolygonF(edge + low)
        self._labels = self._loss_labels()

    def _beyond(self, size: float, tokens: float) -> QPointF:
        """Where values stand, be it outside: scales end at their ends, the painter cuts off."""
        scale = self.y_scale
        share = (math.log10(tokens) - scale.low) / (scale.high - scale.low)
        bottom, top = (scale.place(10**end) for end in (scale.low, scale.high))
        return QPointF(self.x_scale.place(size), bottom + share * (top - bottom))

    def _loss_labels(self) -> list[tuple[QRectF, str]]:
        """At the right or lower end of each line, where they leave each other room."""
        look, found = self.look, []
        for loss, line in self._isolines:
            text = number(loss, 2)
            end = next(
                (point for point in reversed(line) if point.y() < self.area.bottom() - 2), line[-1]
            )
            wide = look.advance(text)
            left = min(end.x(), self.area.right()) - wide - 2.0
            box = QRectF(left, end.y() - look.line_px, wide, look.line_px)
            if all(not box.intersects(other) for other, _ in found):
                found.append((box, text))
        return found

    def _taken(self) -> list[Box]:
        boxes = [Box(box.left(), box.top(), box.right(), box.bottom()) for box, _ in self._labels]
        return [*boxes, *(Box(p.x() - 3, p.y() - 3, p.x() + 3, p.y() + 3) for _, p in self._best)]

    def _paint_lines(self, painter: QPainter) -> None:
        look, law = self.look, self.content.law
        tint = QColor(look.tokens.accent)
        tint.setAlpha(_BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(self._band)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(dashed(look.tokens.edge, DOTS))
        for _, line in self._isolines:
            painter.drawPolyline(QPolygonF(line))
        for box, text in self._labels:
            write(painter, look, look.tokens.dim, box, text)
        inside = [place for size, place in self._best if size <= law.largest_parameters]
        beyond = [place for size, place in self._best if size >= law.largest_parameters]
        painter.setPen(QPen(QColor(look.tokens.accent), 1.8))
        painter.drawPolyline(QPolygonF(inside))
        painter.setPen(dashed(look.tokens.accent, DASHES, 1.8))
        painter.drawPolyline(QPolygonF(beyond))

    def _paint_titles(self, painter: QPainter) -> None:
        super()._paint_titles(painter)
        look = self.look
        words = look.elided(
            translate(
                "Scale",
                "— best use of training, with 95 % band (broken: beyond the law's runs)"
                "   ··· equal loss",
            ),
            self.size.width() - self._legend_end - GRID,
        )
        box = QRectF(self._legend_end, look.line_px, look.advance(words), look.line_px)
        write(painter, look, look.tokens.dim, box, words)


class MeasuredDrawing(PointsDrawing):
    """The law's loss against bits per byte of one text."""

    def _axes(self) -> tuple[Axis, Axis]:
        return (
            Axis("", lambda value: number(value, 2)),
            Axis("", lambda value: bits_per_byte(value).value),
        )

    def _values(self, point: ScalePoint) -> tuple[float, float]:
        measured = point.measured
        return self.content.loss(point), 0.0 if measured is None else measured.bits_per_byte

    def _reach(self) -> tuple[list[float], list[float]]:
        values = [self._values(point) for point in self.points]
        return [x for x, _ in values], [y for _, y in values]

    def _titles(self) -> tuple[str, str]:
        return (
            translate("Scale", "the law's loss, nats a token"),
            translate("Scale", "measured here: bits for a byte of the same text"),
        )

    def _legend(self) -> list[tuple[_Mark, str]]:
        return [(_HERE, translate("Scale", "its least shrunken version here"))]


def _mark_of(point: ScalePoint) -> _Mark:
    if point.is_here:
        return _HERE
    return _ARTICLE if point.published.article else _PUBLISHED


def _rank(point: ScalePoint) -> int:
    return 0 if point.is_here else 1 if point.published.article else 2


def _paint_mark(painter: QPainter, look: Look, mark: _Mark, centre: QPointF) -> None:
    colour = QColor(getattr(look.tokens, mark.colour))
    painter.setPen(QPen(colour if not mark.filled else QColor(look.tokens.surface), 1.4))
    painter.setBrush(colour if mark.filled else QColor(look.tokens.surface))
    if mark.is_diamond:
        r = mark.radius
        painter.drawPolygon(
            QPolygonF([centre + QPointF(*d) for d in ((0, -r), (r, 0), (0, r), (-r, 0))])
        )
    else:
        painter.drawEllipse(centre, mark.radius, mark.radius)
