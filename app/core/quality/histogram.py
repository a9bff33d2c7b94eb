"""Counts of KL divergences in fixed bins, so that histograms of several texts can be added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOWEST_EXPONENT = -6
HIGHEST_EXPONENT = 1
BINS_PER_DECADE = 4
EDGES: tuple[float, ...] = tuple(
    10 ** (LOWEST_EXPONENT + i / BINS_PER_DECADE)
    for i in range((HIGHEST_EXPONENT - LOWEST_EXPONENT) * BINS_PER_DECADE + 1)
)
"""In nats, from a millionth (below it is rounding) to 10, four bins a decade."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many positions have a divergence in each bin.

    Attributes:
        below: Positions below the first edge, zero and rounding below zero among them.
        counts: One number between each two edges; an edge belongs to the bin above it.
        above: Positions at or beyond the last edge.
    """

    below: int
    counts: tuple[int, ...]
    above: int

    @property
    def positions(self) -> int:
        """All that were counted."""
        return self.below + sum(self.counts) + self.above

    def __add__(self, other: Histogram) -> Histogram:
        """Both together."""
        counts = tuple(a + b for a, b in zip(self.counts, other.counts, strict=True))
        return Histogram(self.below + other.below, counts, self.above + other.above)


def histogram(kld: NDArray[np.float64]) -> Histogram:
    """Count divergences, in nats."""
    bins = np.searchsorted(np.asarray(EDGES), kld, side="right")
    counts: list[int] = np.bincount(bins, minlength=len(EDGES) + 1).tolist()
    return Histogram(counts[0], tuple(counts[1:-1]), counts[-1])
