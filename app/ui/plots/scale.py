"""Arithmetic of the axes and of thinning lines: coarse steps, so that plots rarely change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from app.core.plots.series import Floats, Times

_STEPS = (1.0, 2.0, 5.0, 10.0)
_HEADROOM = 1.02
_SHRINK = 1.15


def coarse_ceiling(highest: float, least: float) -> float:
    """The end of an axis: the first of 1, 2, 5, 10, 20, 50 … that leaves the line some room.

    Args:
        highest: The largest value to be shown; anything but a positive number counts as 0.
        least: The smallest end that makes sense, positive.
    """
    wanted = highest * _HEADROOM if highest > 0 else 0.0
    # A bare touch of the least end is no reason for a coarser axis: percentages stay at 100.
    if highest <= least or wanted <= least:
        return least
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in _STEPS if step * power >= wanted)


def steady_ceiling(current: float, highest: float, least: float) -> float:
    """As `coarse_ceiling`, but an axis shrinks only when the line is well below the new end."""
    needed = coarse_ceiling(highest, least)
    if needed < current and coarse_ceiling(highest * _SHRINK, least) >= current:
        return current
    return needed


def seconds_ago(times_ns: Times, now_ns: int) -> Floats:
    """Times as seconds before now, so negative."""
    return (times_ns - now_ns) / 1e9


def cut(seconds: Floats, values: Floats, start: float) -> tuple[Floats, Floats]:
    """The part of a line from a moment on; it starts on the line where it crosses the moment."""
    inside = int(np.searchsorted(seconds, start, side="left"))
    if inside == 0 or inside == len(seconds):
        return seconds[inside:], values[inside:]
    before, after = float(seconds[inside - 1]), float(seconds[inside])
    share = (start - before) / (after - before)
    edge = float(values[inside - 1]) * (1 - share) + float(values[inside]) * share
    return np.append(start, seconds[inside:]), np.append(edge, values[inside:])


def straightened(seconds: Floats, values: Floats, step: float) -> tuple[Floats, Floats]:
    """A line without the points inside its level parts, where it moves by less than a step."""
    if len(values) < 3:
        return seconds, values
    levels = np.round(values / step)
    inside = (levels[1:-1] == levels[:-2]) & (levels[1:-1] == levels[2:])
    kept = np.concatenate(([True], ~inside, [True]))
    return seconds[kept], values[kept]


def thinned(seconds: Floats, values: Floats, first: int, limit: int) -> tuple[Floats, Floats]:
    """Fewer points that look the same: the smallest and the largest of each small group.

    Args:
        seconds: Times of the points.
        values: Their values, NaN for none.
        first: Number of the first point in its series. Groups start at fixed numbers, so that
            a line does not flicker while it moves.
        limit: About how many points may stay.
    """
    if len(seconds) <= limit or limit < 2:
        return seconds, values
    size = math.ceil(2 * len(seconds) / limit)
    starts = np.arange(-(first % size), len(seconds), size)
    starts[0] = 0
    ends = np.append(starts[1:], len(seconds)) - 1
    thin_seconds = np.column_stack((seconds[starts], seconds[ends])).ravel()
    lows = np.fmin.reduceat(values, starts)
    highs = np.fmax.reduceat(values, starts)
    return thin_seconds, np.column_stack((lows, highs)).ravel()
