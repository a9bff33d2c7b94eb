"""Whether a figure grows: the slope of a series with its interval, held against an allowance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.statistics.describe import mean
from app.core.statistics.distributions import student_quantile

BLOCKS = 10
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth an hour, with its interval."""

    value: float
    low: float
    high: float

    def verdict(self, allowed: float) -> bool | None:
        """Whether it is flat: True, False, or None where the series is too short to tell."""
        if self.high <= allowed:
            return True
        return False if self.low > allowed else None


def slope_an_hour(seconds: Sequence[float], values: Sequence[float]) -> Slope:
    """The straight line of least squares through the means of ten blocks of a series.

    Samples that follow each other are alike; blocks are less so, and an interval by single samples
    would be too narrow.

    Raises:
        ValueError: There are fewer samples than blocks.
    """
    if len(values) < BLOCKS:
        raise ValueError(f"{len(values)} samples are too few")
    edges = [round(place * len(values) / BLOCKS) for place in range(BLOCKS + 1)]
    blocks = [slice(*pair) for pair in itertools.pairwise(edges)]
    times = [mean(seconds[block]) for block in blocks]
    heights = [mean(values[block]) for block in blocks]
    centre, level = mean(times), mean(heights)
    spread = math.fsum((time - centre) ** 2 for time in times)
    rise = math.fsum((t - centre) * (h - level) for t, h in zip(times, heights, strict=True))
    slope = rise / spread
    misses = [h - level - slope * (t - centre) for t, h in zip(times, heights, strict=True)]
    error = math.sqrt(math.fsum(miss**2 for miss in misses) / (BLOCKS - 2) / spread)
    half = student_quantile(CONFIDENCE, BLOCKS - 2) * error
    return Slope(3600 * slope, 3600 * (slope - half), 3600 * (slope + half))
