"""Descriptive figures and intervals, small and exact enough to be checked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.statistics.distributions import normal_quantile


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included.

    Attributes:
        confidence: How often such an interval holds the true value; for intervals that cannot
            be made exactly as sure as was asked, how sure this one is.
    """

    low: float
    high: float
    confidence: float


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, summed without loss.

    Raises:
        ValueError: There are no values.
    """
    _expect(values, 1)
    return math.fsum(values) / len(values)


def sample_standard_deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample, with n − 1 as divisor.

    Raises:
        ValueError: There are fewer than two values.
    """
    _expect(values, 2)
    centre = mean(values)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in values) / (len(values) - 1))


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle.

    Raises:
        ValueError: There are no values.
    """
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie, interpolated between neighbours.

    Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
    Statistician 50 (1996), which numpy and R take unless told otherwise.

    Raises:
        ValueError: There are no values, or ``percent`` is not between 0 and 100.
    """
    _expect(values, 1)
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} is no percentage")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = min(math.floor(place), len(ordered) - 2) if len(ordered) > 1 else 0
    share = place - below
    if share == 0:
        return ordered[below]
    return ordered[below] * (1 - share) + ordered[below + 1] * share


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """The score interval of a share, which stays between 0 and 1 and works for few trials.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    Journal of the American Statistical Association 22 (1927); without continuity correction.

    Raises:
        ValueError: No trials, more successes than trials, or no confidence between 0 and 1.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    return score_interval(successes / trials, trials, confidence)


def score_interval(share: float, trials: float, confidence: float) -> Interval:
    """The same of a share that is worth so many trials, be they no whole number."""
    z = normal_quantile(confidence)
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # The ends are exact where there is nothing to estimate from on that side.
    low = 0.0 if share <= 0 else max(centre - half, 0.0)
    high = 1.0 if share >= 1 else min(centre + half, 1.0)
    return Interval(low, high, confidence)


def _expect(values: Sequence[float], at_least: int) -> None:
    if len(values) < at_least:
        raise ValueError(f"{len(values)} values where at least {at_least} are needed")
