"""Axes of report plots: what is drawn around the points."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.plots.axes import Axis, Scale

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
