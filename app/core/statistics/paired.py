"""The same questions asked twice: tests and intervals for what was lost and gained.

The counts always come as *flips*: ``lost`` are questions that only the reference got right,
``gained`` those that only the candidate got right. A difference is candidate minus reference, so
that a loss is negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.core.statistics.describe import Interval, wilson_interval
from app.core.statistics.distributions import normal_confidence, normal_quantile

POWER_ERRORS = 0.84
"""A plan allows for so many standard errors more: four in five fall closer."""


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """How often each of the two was right.

    Attributes:
        both: Questions that both got right.
        lost: Questions that only the reference got right.
        gained: Questions that only the candidate got right.
        neither: Questions that both got wrong.
    """

    both: int
    lost: int
    gained: int
    neither: int

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.both, self.lost, self.gained, self.neither) < 0:
            raise ValueError("a count is negative")

    @classmethod
    def sum_of(cls, parts: Iterable[PairedCounts]) -> PairedCounts:
        """Several counts as one; of none, no questions."""
        sums = cls(0, 0, 0, 0)
        for part in parts:
            sums = cls(
                sums.both + part.both,
                sums.lost + part.lost,
                sums.gained + part.gained,
                sums.neither + part.neither,
            )
        return sums

    @property
    def total(self) -> int:
        """All questions."""
        return self.both + self.lost + self.gained + self.neither

    @property
    def right(self) -> int:
        """Questions that the candidate got right."""
        return self.both + self.gained

    @property
    def difference(self) -> float:
        """The candidate's accuracy minus the reference's.

        Raises:
            ValueError: There are no questions.
        """
        if not self.total:
            raise ValueError("no questions, so no difference")
        return (self.gained - self.lost) / self.total


def paired_difference_interval(
    counts: PairedCounts, confidence: float = 0.95, widening: float = 1.0
) -> Interval:
    """The interval of the candidate's accuracy minus the reference's.

    Method 10 of R. G. Newcombe, "Improved confidence intervals for the difference between
    binomial proportions based on paired data", Statistics in Medicine 17 (1998) 2635-2650: the
    two Wilson intervals are put together like right angles that the correlation of the two
    bends; the correlation is taken a little smaller than observed (n/2 off its numerator).

    Args:
        counts: Of all questions.
        confidence: How sure it is.
        widening: How much wider it is to either side, where questions come in sorts.

    Raises:
        ValueError: There are no questions, or no confidence between 0 and 1.
    """
    total = counts.total
    candidate = wilson_interval(counts.both + counts.gained, total, confidence)
    reference = wilson_interval(counts.both + counts.lost, total, confidence)
    share_c = (counts.both + counts.gained) / total
    share_r = (counts.both + counts.lost) / total
    phi = _shrunken_correlation(counts)
    below = _joined(share_c - candidate.low, reference.high - share_r, phi)
    above = _joined(candidate.high - share_c, share_r - reference.low, phi)
    difference = share_c - share_r
    low, high = difference - widening * below, difference + widening * above
    return Interval(max(-1.0, low), min(1.0, high), confidence)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values of several tests, in their order, so that together they err seldom.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (1979): the smallest of m is multiplied by m, the next by m − 1 and so on; none
    becomes smaller than one before it, and none larger than 1.

    Raises:
        ValueError: A value is not between 0 and 1.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError("a p-value lies between 0 and 1")
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    so_far = 0.0
    for place, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = so_far
    return adjusted


@lru_cache(maxsize=4096)  # a ladder's rows are judged alone and then together
def items_to_settle(
    counts: PairedCounts,
    tolerance: float,
    confidence: float = 0.95,
    widening: float = 1.0,
    most: int = 100_000,
) -> int | None:
    """How many questions in all would settle it four times in five, were the shares the true ones.

    Settled means that the interval of the difference lies above −``tolerance`` or below zero. So
    many that it just would with these shares would be a coin toss, since further answers fall to
    either side: the plan is for an interval wider by what they may well swing.

    Returns:
        A number not below what there is, or None where ``most`` would not do.

    Raises:
        ValueError: There are no questions, or the tolerance is not positive.
    """
    if tolerance <= 0:
        raise ValueError("a tolerance is positive")
    if settled(counts, tolerance, confidence, widening):
        return counts.total
    planned = normal_confidence(normal_quantile(confidence) + POWER_ERRORS)
    low, high = counts.total, most
    if low >= most or not settled(_scaled(counts, high), tolerance, planned, widening):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if settled(_scaled(counts, middle), tolerance, planned, widening):
            high = middle
        else:
            low = middle
    return high


def settled(
    counts: PairedCounts, tolerance: float, confidence: float = 0.95, widening: float = 1.0
) -> bool:
    """Whether the difference is known: no loss of ``tolerance`` or more, or below zero."""
    interval = paired_difference_interval(counts, confidence, widening)
    return interval.low >= -tolerance or interval.high < 0


def _scaled(counts: PairedCounts, total: int) -> PairedCounts:
    """The same shares with another total, rounded so that they add up to it."""
    parts = (counts.both, counts.lost, counts.gained, counts.neither)
    bounds = [round(sum(parts[: i + 1]) * total / counts.total) for i in range(4)]
    sizes = [bounds[0], *(b - a for a, b in pairwise(bounds))]
    return PairedCounts(*sizes)


def _shrunken_correlation(counts: PairedCounts) -> float:
    right_c, right_r = counts.both + counts.gained, counts.both + counts.lost
    margins = right_c * (counts.total - right_c) * right_r * (counts.total - right_r)
    if margins == 0:
        return 0.0
    agreement: float = counts.both * counts.neither - counts.lost * counts.gained
    if agreement > 0:
        agreement = max(agreement - counts.total / 2, 0.0)
    return agreement / math.sqrt(margins)


def _joined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one * one + other * other - 2 * phi * one * other, 0.0))
