"""Plots of reports as SVG that takes its colours from the page, light or dark."""

from __future__ import annotations

import itertools
import math
from html import escape
from typing import TYPE_CHECKING

from app.core.axes import Scale
from app.core.scatter import Box, pareto, place_labels
from app.core.shapes import CIRCLE, colour_of, outline_of
from app.lab.report_axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw_axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.axes import Axis
    from app.core.scatter import PlotPoint

_LETTER_WIDTH, _LINE_HEIGHT = 6.9, 14.0
_MARK = 5.0


def scatter(
    title: str,
    points: Sequence[PlotPoint],
    x_axis: Axis,
    y_axis: Axis,
    floor: float | None = None,
    floor_words: str = "",
) -> str:
    """Points with error bars and the Pareto edge: what nothing else beats in both.

    Args:
        title: For those who hear the plot.
        points: At least one.
        x_axis: From left to right.
        y_axis: From below to above.
        floor: A value of y below which differences mean nothing; drawn as a dashed line.
        floor_words: What it is.
    """
    swings = [(point.x - (point.across or 0), point.x + (point.across or 0)) for point in points]
    xs = [max(0.0, low) for low, _ in swings] + [high for _, high in swings]
    ys = [value for p in points for value in (p.y, p.low, p.high) if value is not None]
    if y_axis.is_log:
        ys = [value for value in ys if value > 0]
    if floor is not None and (floor > 0 or not y_axis.is_log):
        ys.append(floor)
    else:
        floor = None
    x_scale = Scale(x_axis, xs, LEFT, WIDTH - RIGHT)
    y_scale = Scale(y_axis, ys, HEIGHT - BOTTOM, TOP)
    parts = [draw_axes(x_axis, y_axis, x_scale, y_scale)]
    if floor is not None:
        y = y_scale.place(floor)
        parts.append(f'<path class="floor" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'<text class="note" x="{WIDTH - RIGHT}" y="{y - 4:.1f}" text-anchor="end">'
            f"{escape(floor_words)}</text>"
        )
    edge = pareto(points, x_axis, y_axis)
    if len(edge) > 1:
        parts.append(f'<path class="edge" d="{_steps(edge, x_scale, y_scale)}"/>')
    places = [(x_scale.place(p.x), y_scale.place(p.y)) for p in points]
    for point, (x, y) in zip(points, places, strict=True):
        if point.across:
            begin, end = (x_scale.place(point.x + sign * point.across) for sign in (-1, 1))
            parts.append(f'<path class="bar" d="M{begin:.1f} {y:.1f}H{end:.1f}"/>')
        parts.append(_mark(point, x, y, y_scale, x_axis, y_axis))
    widths = [[len(point.name) * _LETTER_WIDTH] for point in points]
    bounds = Box(LEFT, 0, WIDTH, HEIGHT - BOTTOM)
    labels = place_labels(places, widths, _LINE_HEIGHT, bounds)
    for point, (box, _) in zip(points, labels, strict=True):
        middle = (box.left + box.right) / 2
        parts.append(
            f'<text class="name" x="{middle:.1f}" y="{box.bottom - 3:.1f}" '
            f'text-anchor="middle">{escape(point.name)}</text>'
        )
    return _svg(title, "".join(parts), WIDTH, HEIGHT)


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


def _steps(edge: Sequence[PlotPoint], x_scale: Scale, y_scale: Scale) -> str:
    """A staircase: between two points nothing is known to be as good as both."""
    places = [(x_scale.place(point.x), y_scale.place(point.y)) for point in edge]
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    for (_, y), (next_x, next_y) in itertools.pairwise(places):
        # Towards the worse corner: the better side of a staircase stays empty.
        path += f"H{next_x:.1f}V{next_y:.1f}" if next_y > y else f"V{next_y:.1f}H{next_x:.1f}"
    return path


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
