"""Where everything in a plot of a cost against a loss stands."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

from app.core.candidates.shapes import letter_of
from app.core.ladder.plotted import Cost, Loss
from app.core.plots.axes import Axis, Scale, floor_is_near, wants_log, wants_widened
from app.core.plots.scatter import Box, line_box, pareto, place_labels, staircase
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import divergence
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words

if TYPE_CHECKING:
    from app.core.shrink.ways import Way
    from app.ui.plots.ladder.content import ScatterContent, Version
    from app.ui.plots.ladder.look import Look

_NAME_PX = 18 * GRID
# A limit is drawn where the axis need not become this many times as long for it.
_STRETCH = 1.6
_TICK_PX = 5 * GRID
_UPRIGHT_TICK_PX = 8 * GRID
_LABEL_REACH_PX = 12.0
# In a low plot the scale's own room would be less than half a mark.
_MARGIN_PX = 5.0
# From mark to mark where several need as much memory.
_APART_PX = 2.0 * GRID


class Name(NamedTuple):
    """A point's name in its place: the letter, and what follows it."""

    box: QRectF
    letter: str
    rest: str


class ScatterLayout:
    """Scales, places and words for one content and one size.

    Attributes:
        area: Between the axes.
        places: Of the points.
        words: Of the lines across the plot, with their room: the limit, the reference, level ones.
        upright: How many of them belong to upright lines.
        names: Of the points.
        legend: The ways of shrinking whose marks are in the plot, each with its room and words.
        limit_inside: The limit is near enough to be drawn as a line; else words stand for it.
        floor_inside: Likewise the noise floor.
    """

    def __init__(self, content: ScatterContent, size: QSizeF, look: Look) -> None:
        self._content, self._size, self._look = content, size, look
        points = [point for _, point in content.points]
        self.x_axis, self.y_axis = _axes(content)
        ups = [v for p in points for v in (p.y, p.low, p.high) if v is not None]
        ups += [content.tolerance] if content.tolerance is not None else []
        self.floor_inside = content.floor is not None and floor_is_near(content.floor, ups)
        ups += [content.floor] if content.floor is not None and self.floor_inside else []
        swings = [v for p in points for v in (p.x - (p.across or 0.0), p.x + (p.across or 0.0))]
        costs = [max(value, 0.0) for value in swings if value > 0 or not self.x_axis.is_log]
        costs += [content.reference[1]] if content.reference else []
        self.limit_inside = content.limit is not None and _near(content.limit, costs)
        costs += [content.limit] if content.limit is not None and self.limit_inside else []
        self.legend = self._placed_legend()
        self._scale(ups, costs)
        self.places = [QPointF(self.x_scale.place(p.x), self.y_scale.place(p.y)) for p in points]
        if content.by_way:
            self._nudge_apart()
        self.front = [] if content.by_way else pareto(points, self.x_axis, self.y_axis)
        self.names = self._placed_names()

    def _scale(self, ups: list[float], costs: list[float]) -> None:
        """The scales, and the words that need room beside them."""
        content, size, look = self._content, self._size, self._look
        line = look.line_px
        self.note = words.missing_words(content.missing)
        bottom = size.height() - 2 * line - GRID - (line if self.note else 0.0)
        top, right = line + GRID, size.width() - 1.5 * GRID
        if self.legend:
            top = self.legend[-1][1].bottom() + GRID / 2
        self.y_scale = Scale(self.y_axis, ups, bottom - _MARGIN_PX, top + _MARGIN_PX)
        most = max(2, min(6, int((bottom - top) / _TICK_PX)))
        self.up = [(v, words.loss_tick(content.loss, v)) for v in self.y_scale.ticks(most)]
        left = max(look.advance(text) for _, text in self.up) + GRID
        self.area = QRectF(left, top, max(1.0, right - left), max(1.0, bottom - top))
        self.x_scale = Scale(self.x_axis, costs, left + _MARGIN_PX, right - _MARGIN_PX)
        most = max(2, min(6, int(self.area.width() / _UPRIGHT_TICK_PX)))
        self.across = [(v, words.cost_tick(content.cost, v)) for v in self.x_scale.ticks(most)]
        self.words = self._upright_words()
        if self.words:
            # Room for the words of the upright lines, above all points.
            top = self.words[-1][0].bottom() + _MARGIN_PX
            self.y_scale = Scale(self.y_axis, ups, bottom - _MARGIN_PX, top)
        self.upright = len(self.words)
        self.words += self._level_words()

    def _nudge_apart(self) -> None:
        """Marks that need as much as each other would hide each other's bars: side by side."""
        order = sorted(range(len(self.places)), key=lambda index: self.places[index].x())
        runs: list[list[int]] = []
        for index in order:
            if runs and self.places[index].x() - self.places[runs[-1][-1]].x() < _APART_PX:
                runs[-1].append(index)
            else:
                runs.append([index])
        for run in runs:
            middle = sum(self.places[index].x() for index in run) / len(run)
            left = max(self.area.left() + _APART_PX / 2, middle - _APART_PX * (len(run) - 1) / 2)
            for place, index in enumerate(run):
                self.places[index].setX(left + place * _APART_PX)

    def _placed_legend(self) -> list[tuple[Way | None, QRectF, str]]:
        """In lines below the title."""
        look, right = self._look, self._size.width() - GRID
        found: list[tuple[Way | None, QRectF, str]] = []
        x, y = GRID / 2, look.line_px + GRID / 2
        for way in self._content.ways:
            text = words.way_words(way)
            wide = 2 * GRID + look.advance(text)
            if x + wide > right and found:
                x, y = GRID / 2, y + look.line_px
            found.append((way, QRectF(x, y, wide, look.line_px), text))
            x += wide + 1.5 * GRID
        return found

    @property
    def limit_note(self) -> str:
        """What is said of a limit that is too far away for a line."""
        content = self._content
        if content.limit is None or self.limit_inside:
            return ""
        text = words.limit_words(content.cost, content.limit)
        middle = sum(point.x for _, point in content.points) / len(content.points)
        return f"{text} ▸" if content.limit > middle else f"◂ {text}"

    def whisker(self, index: int) -> tuple[QPointF, QPointF] | None:
        """The error bar of the loss."""
        point, place = self._content.points[index][1], self.places[index]
        if point.low is None or point.high is None:
            return None
        ends = (self.y_scale.place(end) for end in (point.high, point.low))
        high, low = (QPointF(place.x(), end) for end in ends)
        return high, low

    def swing(self, index: int) -> tuple[QPointF, QPointF] | None:
        """The error bar of the cost; nothing is cheaper than nothing."""
        point, place = self._content.points[index][1], self.places[index]
        if not point.across:
            return None
        ends = (max(0.0, point.x - point.across), point.x + point.across)
        left, right = (QPointF(self.x_scale.place(end), place.y()) for end in ends)
        return left, right

    def stairs(self) -> list[QPointF]:
        """The line along the front."""
        places = [(self.x_scale.place(p.x), self.y_scale.place(p.y)) for p in self.front]
        return [QPointF(x, y) for x, y in staircase(places)]

    def _upright_words(self) -> list[tuple[QRectF, str]]:
        """Words of the limit and of the reference, at the upper ends of their lines."""
        content, look, area = self._content, self._look, self.area
        said: list[tuple[float, str]] = []
        if content.limit is not None and self.limit_inside:
            said.append((content.limit, words.limit_words(content.cost, content.limit)))
        if content.reference is not None:
            version, cost = content.reference
            said.append((cost, look.elided(words.name_of(version), _NAME_PX)))
        found: list[tuple[QRectF, str]] = []
        for value, text in said:
            wide, x = look.advance(text), self.x_scale.place(value)
            left = x - wide - 4.0 if x + 4.0 + wide > area.right() else x + 4.0
            box = QRectF(left, area.top(), wide, look.line_px)
            around = box.adjusted(-GRID, 0.0, GRID, 0.0)
            if any(other.intersects(around) for other, _ in found):
                box.translate(0.0, look.line_px)
            found.append((box, text))
        return found

    def _level_words(self) -> list[tuple[QRectF, str]]:
        """Words of the lines across the plot, above them."""
        content, look, area = self._content, self._look, self.area
        said: list[tuple[float, str]] = []
        if content.floor is not None:
            text = translate("LadderPlots", "noise floor")
            if not self.floor_inside:
                text = translate("LadderPlots", "noise floor {0} ▾").format(
                    divergence(content.floor).value
                )
            said.append((content.floor, text))
        if content.tolerance is not None:
            said.append((content.tolerance, translate("LadderPlots", "tolerated")))
        found: list[tuple[QRectF, str]] = []
        for value, text in said:
            wide, y = look.advance(text), self.y_scale.place(value)
            if value == content.floor and not self.floor_inside:
                y = area.bottom()
            # The corner where cheap and harmless meet is the emptiest one.
            at_left = content.cost is Cost.MEMORY and content.loss is Loss.DIVERGENCE
            left = area.left() + 4.0 if at_left else area.right() - wide - 2.0
            found.append((QRectF(left, y - look.line_px, wide, look.line_px), text))
        return found

    def _placed_names(self) -> list[Name]:
        """Letter and name of each point, the recommended one first: it may have most words."""
        look, content, area = self._look, self._content, self.area
        forms = [self._forms(version) for version, _ in content.points]
        widths = [[look.advance(a, bold=True) + look.advance(b) for a, b in form] for form in forms]
        taken = [_box(box) for box, _ in self.words]
        taken += [line_box(one.toTuple(), other.toTuple()) for one, other in self._lines()]
        order = sorted(
            range(len(forms)), key=lambda i: content.points[i][0].file != content.recommended
        )
        placed = place_labels(
            [(self.places[i].x(), self.places[i].y()) for i in order],
            [widths[i] for i in order],
            look.line_px - 2.0,
            Box(area.left() + 2.0, area.top(), self._size.width(), area.bottom()),
            taken,
            _LABEL_REACH_PX,
        )
        found: dict[int, Name] = {}
        for i, (box, form) in zip(order, placed, strict=True):
            room = QRectF(box.left, box.top - 1.0, box.right - box.left, look.line_px)
            found[i] = Name(room, *forms[i][form])
        return [found[i] for i in range(len(forms))]

    def _forms(self, version: Version) -> list[tuple[str, str]]:
        letter = letter_of(version.number)
        name = " " + self._look.elided(version.name, _NAME_PX)
        if version.file != self._content.recommended:
            return [(letter, name), (letter, "")]
        run = translate("LadderPlots", "run this")
        return [(letter, f"{name} · {run}"), (letter, f" {run}"), (letter, "")]

    def _lines(self) -> list[tuple[QPointF, QPointF]]:
        """All that names should not stand on: bars, the front, the limit, the reference."""
        content, area = self._content, self.area
        found = list(itertools.pairwise(self.stairs()))
        for index in range(len(content.points)):
            bars = (self.whisker(index), self.swing(index))
            found += [bar for bar in bars if bar is not None]
        upright = [content.reference[1]] if content.reference else []
        upright += [content.limit] if content.limit is not None and self.limit_inside else []
        places = map(self.x_scale.place, upright)
        found += [(QPointF(x, area.top()), QPointF(x, area.bottom())) for x in places]
        return found


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
        more_is_better=content.loss is Loss.RIGHT,
        is_log=content.loss is Loss.DIVERGENCE and wants_log(ups),
        least=None if content.tolerance is None else (0.0, content.tolerance),
        widened=content.tolerance if wants_widened(ups, content.tolerance or 0.0) else None,
    )
    return across, up


def _near(limit: float, costs: list[float]) -> bool:
    return min(costs) / _STRETCH <= limit <= max(costs) * _STRETCH


def _box(rect: QRectF) -> Box:
    return Box(rect.left(), rect.top(), rect.right(), rect.bottom())
