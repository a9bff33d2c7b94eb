"""Percentiles with standard errors over chunks, where there are positions enough for them.

A percentile has no sum over positions, so its error comes by way of a share: how surely do so many
percent of the positions lie below it? That share's error over chunks is known (``chunks``), and the
values at both ends of its interval are the interval of the percentile: R. S. Woodruff,
"Confidence intervals for medians and other position measures", Journal of the American
Statistical Association 47 (1952).

Imported on its own, not through the package: it needs numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.core.statistics.chunks import mean_over_chunks
from app.core.statistics.describe import Interval
from app.core.statistics.distributions import student_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

POSITIONS_BEYOND = 10
"""A percentile is given where at least so many positions are expected on its thinner side: the 90th
from 100 positions on, the 99th from 1,000, the 99.9th from 10,000."""


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile over all positions.

    Attributes:
        value: Interpolated as ``describe.percentile`` does.
        standard_error: Half the interval's width over t; None where the interval has no end.
        interval: None with fewer than two chunks. Where so few positions lie beyond that one end
            cannot be known, that end is infinite.
    """

    value: float
    standard_error: float | None
    interval: Interval | None


def enough_positions(percent: float, positions: int) -> bool:
    """Whether a percentile of so many positions says anything."""
    thinner = min(percent, 100 - percent) / 100
    # A little slack: 100 - 99.9 is not exactly 0.1.
    return positions * thinner >= POSITIONS_BEYOND - 1e-6


def percentile_over_chunks(
    values: NDArray[np.floating], positions: Sequence[int], percent: float, confidence: float = 0.95
) -> Percentile | None:
    """A percentile with its error over chunks; None where there are too few positions.

    Args:
        values: Of all positions, chunk after chunk.
        positions: For each chunk how many of the values are its own.
        percent: Between 0 and 100, both excluded.
        confidence: Of the interval.

    Raises:
        ValueError: The chunks do not add up to the values, or no percentage.
    """
    if sum(positions) != len(values):
        raise ValueError("the chunks do not add up to the values")
    if not 0 < percent < 100:
        raise ValueError(f"{percent} is no percentage")
    if not enough_positions(percent, len(values)):
        return None
    value = float(np.percentile(values, percent))
    ends = np.cumsum(np.asarray(positions, dtype=np.int64))
    below_so_far = np.concatenate(([0], np.cumsum(values <= value)))
    starts = np.concatenate(([0], ends[:-1]))
    below = (below_so_far[ends] - below_so_far[starts]).astype(np.float64)
    share = mean_over_chunks(below.tolist(), list(positions))
    if share.standard_error is None:
        return Percentile(value, None, None)
    t = student_quantile(confidence, share.chunks - 1)
    reach = 100 * t * share.standard_error
    low = _end(values, percent - reach, -np.inf)
    high = _end(values, percent + reach, np.inf)
    width = high - low
    error = width / (2 * t) if np.isfinite(width) else None
    return Percentile(value, error, Interval(min(low, value), max(high, value), confidence))


def _end(values: NDArray[np.floating], percent: float, beyond: float) -> float:
    if not 0 < percent < 100:
        return beyond
    return float(np.percentile(values, percent))
