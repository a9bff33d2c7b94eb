"""Axes of plots: scales, round values to write beside them. In the window and in reports alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ROOM = 0.08
_MOST_TICKS = 5
# One tick more than asked for is better than half as many.
_SLACK = 0.85
_LOG_RATIO = 12.0
_WIDENED_RATIO = 8.0
_FLOOR_REACH = 15.0


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows.

    Attributes:
        label: With its unit.
        words: Writes a value.
        more_is_better: Else less is.
        is_log: Decades in equal steps; values must be above zero.
        least: What it shows at least, if given.
        widened: Up to so far from 0 steps are nearly equal, beyond they become decades: for values
            that matter most around 0, where some are far away. None for equal steps.
    """

    label: str
    words: Callable[[float], str]
    more_is_better: bool = False
    is_log: bool = False
    least: tuple[float, float] | None = None
    widened: float | None = None


class Scale:
    """Turns values of an axis into places between two others."""

    def __init__(self, axis: Axis, values: Sequence[float], begin: float, end: float) -> None:
        self._log, self._widened = axis.is_log, axis.widened
        found = [*values, *(axis.least or ())]
        low, high = self._of(min(found)), self._of(max(found))
        room = (high - low) * _ROOM or (0.5 if self._log else abs(high) * 0.2 or 1.0)
        self.low, self.high = low - room, high + room
        if not self._log and min(found) >= 0:
            self.low = max(self.low, 0.0) if min(found) > 0 else -room / 2
        if axis.widened is not None:
            self.low, self.high = low - room, high + room
        self._begin, self._end = begin, end

    def place(self, value: float) -> float:
        """Where a value stands; beyond the ends it stands at the end."""
        share = (self._of(value) - self.low) / (self.high - self.low)
        return self._begin + min(1.0, max(0.0, share)) * (self._end - self._begin)

    def ticks(self, most: int = _MOST_TICKS) -> list[float]:
        """Round values to write beside the axis, about so many."""
        if self._log:
            return _log_ticks(self.low, self.high, most)
        if self._widened is not None:
            ticks = _widened_ticks(self._widened)
            return [value for value in ticks if self.low <= self._of(value) <= self.high]
        return _nice_ticks(self.low, self.high, most)

    def _of(self, value: float) -> float:
        if self._widened is not None:
            return math.copysign(math.log10(1 + abs(value) / self._widened), value)
        return math.log10(max(value, 1e-300)) if self._log else value


def floor_is_near(floor: float, values: Sequence[float]) -> bool:
    """Whether a noise floor can be drawn; far below all values it would take all the room."""
    return floor > 0 and floor * _FLOOR_REACH >= min(values)


def wants_widened(values: Sequence[float], near: float) -> bool:
    """Whether values are so far from 0 that what lies near it could not be told apart."""
    return near > 0 and max(map(abs, values), default=0.0) > _WIDENED_RATIO * near


def wants_log(values: Sequence[float]) -> bool:
    """Whether values are so far apart that only equal steps of decades show all of them."""
    return min(values, default=0.0) > 0 and max(values) / min(values) >= _LOG_RATIO


def _nice_ticks(low: float, high: float, most: int) -> list[float]:
    raw = (high - low) / most
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= _SLACK * raw)
    count = math.floor(high / step) - math.ceil(low / step) + 1
    return [(math.ceil(low / step) + number) * step for number in range(count)]


def _widened_ticks(near: float) -> list[float]:
    """Zero, the end of the nearly equal steps, and beyond it 10, 30, 100 …, to both sides."""
    far = [factor * 10.0**e for e in range(-3, 6) for factor in (1.0, 3.0)]
    far = [near, *(value for value in far if value >= 2.5 * near)]
    return [*(-value for value in reversed(far)), 0.0, *far]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(low), math.floor(high)
    if last - first >= 1:
        step = -(-(last - first + 1) // most)
        return [10.0**exponent for exponent in range(first, last + 1, step)]
    for factors in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        found = [
            factor * 10.0**exponent
            for exponent in range(math.floor(low), last + 1)
            for factor in factors
            if low <= math.log10(factor * 10.0**exponent) <= high
        ]
        if len(found) >= 2:
            return found if len(found) <= most + 1 else found[:: -(-len(found) // most)]
    # Less than a doubling: equal steps look the same.
    return _nice_ticks(10**low, 10**high, most)
