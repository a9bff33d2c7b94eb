"""Axes of report plots: scales, ticks, and what is drawn around the points."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 68, 14, 14, 46
_ROOM = 0.08
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows.

    Attributes:
        label: With its unit.
        words: Writes a value.
        more_is_better: Else less is.
        is_log: Decades in equal steps; values must be above zero.
        least: What it shows at least, if given.
    """

    label: str
    words: Callable[[float], str]
    more_is_better: bool = False
    is_log: bool = False
    least: tuple[float, float] | None = None


class Scale:
    """Turns values of an axis into places between two others."""

    def __init__(self, axis: Axis, values: Sequence[float], begin: float, end: float) -> None:
        self._log = axis.is_log
        found = [*values, *(axis.least or ())]
        low, high = self._of(min(found)), self._of(max(found))
        room = (high - low) * _ROOM or (0.5 if self._log else abs(high) * 0.2 or 1.0)
        self.low, self.high = low - room, high + room
        if not self._log and min(found) >= 0:
            self.low = max(self.low, 0.0) if min(found) > 0 else -room / 2
        self._begin, self._end = begin, end

    def place(self, value: float) -> float:
        """Where a value stands; beyond the ends it stands at the end."""
        share = (self._of(value) - self.low) / (self.high - self.low)
        return self._begin + min(1.0, max(0.0, share)) * (self._end - self._begin)

    def ticks(self) -> list[float]:
        """Round values to write beside the axis."""
        if self._log:
            first, last = math.ceil(self.low), math.floor(self.high)
            if last - first >= 1:
                step = -(-(last - first + 1) // _MOST_TICKS)
                return [10.0**exponent for exponent in range(first, last + 1, step)]
            return [10**self.low * 1.2, 10**self.high / 1.2]
        return _nice_ticks(self.low, self.high)

    def _of(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self._log else value


def _nice_ticks(low: float, high: float) -> list[float]:
    raw = (high - low) / _MOST_TICKS
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= raw)
    count = math.floor(high / step) - math.ceil(low / step) + 1
    return [(math.ceil(low / step) + number) * step for number in range(count)]


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
