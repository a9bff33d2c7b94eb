"""How many times as long one thing takes as another, by repetitions of both.

Times are multiplied by what disturbs a PC, so logarithms are compared. Where repetitions were taken
in turns, each is held against the one of the same round; else both are samples of their own
(B. L. Welch 1947). Parts that were measured apart are added by their weights, and the degrees of
freedom follow from all of them (F. E. Satterthwaite 1946, doi:10.2307/3002019). Several
comparisons with the same first one are corrected together by Bonferroni: all their intervals hold
at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.statistics.describe import mean, sample_standard_deviation
from app.core.statistics.distributions import student_quantile


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast, with the ends of its interval."""

    times: float
    low: float
    high: float

    @property
    def is_faster(self) -> bool:
        """Whether that is certain."""
        return self.low > 1

    @property
    def is_slower(self) -> bool:
        """Whether that is certain."""
        return self.high < 1


@dataclass(frozen=True, slots=True)
class Part:
    """The same work done by both, again and again.

    Attributes:
        base_seconds: Of the one that the other is held against, a repetition each.
        seconds: Of the other.
        in_turns: Both at the same place belong to one round.
    """

    base_seconds: Sequence[float]
    seconds: Sequence[float]
    in_turns: bool


def times_as_fast(
    parts: Sequence[Part], comparisons: int, confidence: float = 0.95
) -> Ratio | None:
    """How many times as fast the other one does all parts; None with too few repetitions.

    Args:
        parts: What both did; each counts by the time that the first took for it.
        comparisons: So many are made, this one among them.
        confidence: Of all their intervals together.
    """
    whole = sum(mean(part.base_seconds) for part in parts if part.base_seconds)
    found, pieces = 0.0, list[tuple[float, int]]()
    for part in parts:
        ours, theirs = (list(map(math.log, some)) for some in (part.seconds, part.base_seconds))
        if len(ours) < 2 or len(theirs) < 2:
            return None
        weight = mean(part.base_seconds) / whole
        paired = part.in_turns and len(ours) == len(theirs)
        samples = [[b - a for a, b in zip(ours, theirs, strict=True)]] if paired else [theirs, ours]
        found += weight * (mean(theirs) - mean(ours))
        pieces += [
            (weight**2 * sample_standard_deviation(each) ** 2 / len(each), len(each) - 1)
            for each in samples
        ]
    variance = sum(one for one, _ in pieces)
    if not pieces:
        return None
    if variance <= 0:
        return Ratio(math.exp(found), math.exp(found), math.exp(found))
    freedom = variance**2 / sum(one**2 / degrees for one, degrees in pieces)
    sure = 1 - (1 - confidence) / max(1, comparisons)
    half = student_quantile(sure, freedom) * math.sqrt(variance)
    return Ratio(math.exp(found), math.exp(found - half), math.exp(found + half))
