"""Plots of reports as SVG that takes its colours from the page, light or dark."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from app.core.candidates.shapes import CIRCLE, colour_of, letter_of, outline_of
from app.core.ladder.plotted import Cost, Loss, points_of
from app.core.plots.axes import Axis, Scale, floor_is_near, wants_widened
from app.core.plots.scatter import Box, Place, PlotPoint, line_box, pareto, place_labels, staircase
from app.core.quality.floor import NO_FURTHER
from app.core.words import figures

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 68, 14, 14, 46


def draw_axes(x_axis: Axis, y_axis: Axis, x_scale: Scale, y_scale: Scale) -> str:
    """Both axes with ticks, grid and labels."""
    below, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts: list[str] = []
    for value in y_scale.ticks():
        y = y_scale.place(value)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(
            f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{escape(y_axis.words(value))}</text>"
        )
    for value in x_scale.ticks():
        x = x_scale.place(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{below}"/>')
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{below + 16}" text-anchor="middle">'
            f"{escape(x_axis.words(value))}</text>"
        )
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{below}H{right}"/>')
    parts.append(
        f'<text class="label" x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 8}" '
        f'text-anchor="middle">{escape(x_axis.label)}</text>'
    )
    middle = (TOP + below) / 2
    parts.append(
        f'<text class="label" transform="translate(13 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_axis.label)}</text>'
    )
    return "".join(parts)


_LETTER_WIDTH, _LINE_HEIGHT = 7.8, 14.0
_MARK, _RING, _REACH = 5.0, 9.0, 11.0
_LONGEST_NAME = 16


def scatter(
    title: str,
    points: Sequence[PlotPoint],
    x_axis: Axis,
    y_axis: Axis,
    floor: float | None = None,
    floor_words: str = "",
    chosen: int | None = None,
) -> str:
    """Points with error bars and the Pareto edge: what nothing else beats in both.

    Args:
        title: For those who hear the plot.
        points: At least one.
        x_axis: From left to right.
        y_axis: From below to above.
        floor: A value of y below which differences mean nothing; drawn as a dashed line, or only
            told where it is far below all points.
        floor_words: What it is.
        chosen: The number of the point to run; it has a ring.
    """
    ys = [value for p in points for value in (p.y, p.low, p.high) if value is not None]
    ys = [value for value in ys if value > 0] if y_axis.is_log else ys
    is_near = floor is not None and floor_is_near(floor, ys)
    if floor is not None and is_near:
        ys.append(floor)
    xs = [x for point in points for x in _ends(point)]
    x_scale = Scale(x_axis, xs, LEFT, WIDTH - RIGHT)
    y_scale = Scale(y_axis, ys, HEIGHT - BOTTOM, TOP)
    parts = [draw_axes(x_axis, y_axis, x_scale, y_scale)]
    if floor is not None:
        # The corner where cheap and harmless meet is the emptiest one.
        at = WIDTH - RIGHT if x_axis.more_is_better else LEFT + 4
        parts.append(_floor(floor, at, y_scale, floor_words, y_axis, is_near=is_near))
    places = [(x_scale.place(p.x), y_scale.place(p.y)) for p in points]
    edge = pareto(points, x_axis, y_axis)
    stairs = staircase([(x_scale.place(p.x), y_scale.place(p.y)) for p in edge])
    lines = list(itertools.pairwise(stairs))
    if lines:
        parts.append('<path class="edge" d="M' + "L".join(f"{x:.1f} {y:.1f}" for x, y in stairs))
        parts.append('"/>')
    for point, (x, y) in zip(points, places, strict=True):
        if point.across:
            begin, end = map(x_scale.place, _ends(point))
            parts.append(f'<path class="bar" d="M{begin:.1f} {y:.1f}H{end:.1f}"/>')
            lines.append(((begin, y), (end, y)))
        if point.low is not None and point.high is not None:
            low, high = y_scale.place(point.low), y_scale.place(point.high)
            lines.append(((x, high), (x, low)))
        if point.number == chosen:
            parts.append(f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{_RING}"/>')
        parts.append(_mark(point, x, y, y_scale, x_axis, y_axis))
    parts += _names(points, places, lines)
    return _svg(title, "".join(parts), WIDTH, HEIGHT)


def _ends(point: PlotPoint) -> tuple[float, float]:
    """How far its x swings; nothing is below zero."""
    swing = point.across or 0.0
    return max(0.0, point.x - swing), point.x + swing


def _floor(
    floor: float, at: float, y_scale: Scale, said: str, y_axis: Axis, *, is_near: bool
) -> str:
    y, line = y_scale.place(floor), ""
    if is_near:
        line = f'<path class="floor" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
    else:
        said = f"{said} {y_axis.words(floor)} ▾"
    anchor = "start" if at < WIDTH / 2 else "end"
    return (
        f'{line}<text class="note" x="{at}" y="{y - 4:.1f}" text-anchor="{anchor}">'
        f"{escape(said)}</text>"
    )


def _names(
    points: Sequence[PlotPoint],
    places: Sequence[Place],
    lines: Sequence[tuple[Place, Place]],
) -> list[str]:
    names = [f"{letter_of(point.number)} {_shortened(point.name)}" for point in points]
    widths = [[len(name) * _LETTER_WIDTH] for name in names]
    bounds = Box(LEFT, 0, WIDTH, HEIGHT - BOTTOM)
    taken = [line_box(one, other) for one, other in lines]
    labels = place_labels(places, widths, _LINE_HEIGHT, bounds, taken, _REACH)
    return [
        f'<text class="name" x="{(box.left + box.right) / 2:.1f}" y="{box.bottom - 3:.1f}" '
        f'text-anchor="middle">{escape(name)}</text>'
        for name, (box, _) in zip(names, labels, strict=True)
    ]


def _shortened(name: str) -> str:
    """A long name without its middle; the whole one stands in the table beside the same mark."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[1 - half :]}"


def histogram_bars(title: str, counts: Sequence[int], edges: Sequence[float], number: int) -> str:
    """How many positions have a divergence in each bin; the ends hold what lies beyond.

    Args:
        title: For those who hear the plot.
        counts: Below the first edge, between each two, above the last.
        edges: In nats.
        number: The candidate's place: the colour.
    """
    width, height, left, bottom = 300, 110, 8, 22
    most = max(counts, default=0) or 1
    step = (width - 2 * left) / len(counts)
    colour = colour_of(number)
    parts: list[str] = []
    for place, count in enumerate(counts):
        tall = (height - bottom - 6) * count / most
        parts.append(
            f'<rect x="{left + place * step:.1f}" y="{height - bottom - tall:.1f}" '
            f'width="{step - 1:.1f}" height="{tall:.1f}" fill="{colour}"/>'
        )
    parts.append(f'<path class="axis" d="M{left} {height - bottom}H{width - left}"/>')
    for place, edge in enumerate(edges):
        exponent = math.log10(edge)
        if abs(exponent - round(exponent)) < 1e-9 and round(exponent) % 2 == 0:
            x = left + (place + 1) * step
            parts.append(
                f'<text class="tick" x="{x:.1f}" y="{height - 7}" text-anchor="middle">'
                f"{edge:g}</text>"
            )
    return _svg(title, "".join(parts), width, height)


def mark(number: int, size: float = 6.0) -> str:
    """A candidate's mark for tables and legends."""
    shape = _shape(number, size, size, size - 1)
    return (
        f'<svg class="mark" width="{2 * size:g}" height="{2 * size:g}" aria-hidden="true">'
        f"{shape}</svg>"
    )


def _svg(title: str, inside: str, width: int, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{inside}</svg>"
    )


def _mark(point: PlotPoint, x: float, y: float, y_scale: Scale, x_axis: Axis, y_axis: Axis) -> str:
    said = f"{point.name}: {x_axis.words(point.x)}, {y_axis.words(point.y)}"
    bar = ""
    if point.low is not None and point.high is not None:
        low, high = y_scale.place(point.low), y_scale.place(point.high)
        said += f" ({y_axis.words(point.low)} to {y_axis.words(point.high)})"
        if abs(high - low) > 2 * _MARK:
            bar = (
                f'<path class="bar" d="M{x:.1f} {low:.1f}V{high:.1f}'
                f'M{x - 4:.1f} {low:.1f}h8M{x - 4:.1f} {high:.1f}h8"/>'
            )
    shape = _shape(point.number, x, y, _MARK)
    return f"<g><title>{escape(said)}</title>{bar}{shape}</g>"


def _shape(number: int, x: float, y: float, r: float) -> str:
    corners = outline_of(number)
    if corners == CIRCLE:
        path = f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
    else:
        path = "M" + "L".join(f"{x + r * dx:.1f} {y + r * dy:.1f}" for dx, dy in corners) + "z"
    return f'<path class="dot" fill="{colour_of(number)}" d="{path}"/>'


class Plot(NamedTuple):
    """A plot with what stands above and below it."""

    title: str
    svg: str
    caption: str


def scatters(view: LadderView) -> list[Plot]:
    """Memory and speed against right answers lost, and against drift."""
    memory = Axis("memory", _size)
    speed = Axis("tokens a second", lambda v: figures.number(v, 0), more_is_better=True)
    kld = Axis("drift: mean KL divergence, nats", _nats, is_log=True)
    lost, floor = _lost_axis(view), view.floor_nats
    chosen = view.row(view.answer.run) if view.answer.run else None
    run = chosen.number if chosen is not None else None
    found: list[Plot] = []
    for x_axis, cost, noun in ((memory, Cost.MEMORY, "Memory"), (speed, Cost.SPEED, "Speed")):
        at_tasks = points_of(view.rows, cost, Loss.TASKS)
        if len(at_tasks) > 1:
            title = f"{noun} against right answers"
            svg = scatter(title, at_tasks, x_axis, lost, chosen=run)
            caption = "All questions together; bars are 95 % intervals of the paired difference."
            found.append(Plot(title, svg, caption))
        at_text = points_of(view.rows, cost, Loss.DIVERGENCE)
        if at_text:
            title = f"{noun} against drift"
            svg = scatter(title, at_text, x_axis, kld, floor, "noise floor", run)
            caption = "Bars are 95 % intervals over chunks of text. The original has none."
            found.append(Plot(title, svg, caption + _at_floor(view)))
    return found


def _at_floor(view: LadderView) -> str:
    names = [row.name for row in view.rows if row.at_floor]
    return f" {', '.join(names)}: {NO_FURTHER}." if names else ""


def _lost_axis(view: LadderView) -> Axis:
    """Widened around zero where a version lost so much that the others would lie on one line."""
    tolerance = 100 * view.limits.tolerance
    lost = [figure.number for row in view.rows if (figure := row.points_lost) is not None]
    is_wide = wants_widened(lost, tolerance)
    return Axis(
        "lost in 100 questions, widened around 0" if is_wide else "lost in 100 questions",
        _points,
        least=(0.0, tolerance),
        widened=tolerance if is_wide else None,
    )


def _size(value: float) -> str:
    """Bytes for an axis, without zeros at the end."""
    return str(figures.size(value, figures.brief()))


def _nats(value: float) -> str:
    return figures.nats(value).value


def _points(value: float) -> str:
    digits = 0 if abs(value) >= 10 or value == int(value) else 1
    return figures.number(value, digits)
