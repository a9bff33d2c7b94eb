"""Means, roots, shares and their standard errors where neighbours are alike.

Positions of one chunk of text share their context, so their values are correlated and the usual
standard error over positions comes out too small. Chunks are (nearly) independent of each other:
all errors here are taken between chunks. A mean over all positions is a ratio of two chunk
totals, the values' and the positions', and its error follows from how far each chunk's total
lies from what its number of positions predicts: W. G. Cochran, "Sampling Techniques", 3rd edition
(1977), sections 2.11 and 9A.4. With equally long chunks that is the mean of the chunk means and its
textbook error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.statistics.describe import Interval, score_interval
from app.core.statistics.distributions import normal_quantile, student_quantile

_MIN_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its standard error over chunks.

    Attributes:
        value: The figure.
        standard_error: None where there are fewer than two chunks.
        chunks: How many chunks it was taken from; one less are the degrees of freedom.
        positions: How many positions these hold.
    """

    value: float
    standard_error: float | None
    chunks: int
    positions: int

    def interval(self, confidence: float = 0.95) -> Interval | None:
        """A t-interval: the value ± t times its error. None without an error."""
        if self.standard_error is None:
            return None
        half = student_quantile(confidence, self.chunks - 1) * self.standard_error
        return Interval(self.value - half, self.value + half, confidence)

    def log_interval(self, confidence: float = 0.95) -> Interval | None:
        """A t-interval on the logarithm, for figures that are positive and skew.

        The mean of a heavy-tailed divergence is skew even over many chunks; its logarithm is
        much less so, and the interval stays positive. The error of the logarithm is the error
        divided by the value (delta method). A value of zero or below, which rounding can make of
        a reference measured against itself, gets the plain interval from zero on.
        """
        plain = self.interval(confidence)
        if plain is None:
            return None
        if self.value <= 0:
            return Interval(0.0, max(plain.high, 0.0), confidence)
        half = (plain.high - self.value) / self.value
        # A handful of chunks can differ so wildly that e**half is no float any more.
        factor = math.exp(min(half, 700.0))
        return Interval(self.value / factor, self.value * factor, confidence)

    def share_interval(self, confidence: float = 0.95) -> Interval | None:
        """Wilson's interval for a share, with as many trials as the positions are worth.

        The error over chunks says how many independent trials would have had the same error;
        that many, fewer still for the few degrees of freedom, go into Wilson's formula, so that
        the interval stays between 0 and 1. E. L. Korn and B. I. Graubard, "Confidence intervals
        for proportions with small expected number of positive counts estimated from survey
        data", Survey Methodology 24 (1998), do the same with the exact interval. Where every
        position agrees no error can be seen, and each position counts as a trial.
        """
        if self.standard_error is None:
            return None
        z = normal_quantile(confidence)
        shrink = (z / student_quantile(confidence, self.chunks - 1)) ** 2
        trials = float(self.positions)
        if self.standard_error > 0:
            spread = self.value * (1 - self.value)
            trials = min(trials, spread / self.standard_error**2)
        return score_interval(self.value, max(trials * shrink, 1.0), confidence)

    def root(self) -> Estimate:
        """The root of this: of a mean square, the root mean square."""
        value = math.sqrt(max(self.value, 0.0))
        if self.standard_error is None or value == 0:
            error = self.standard_error
        else:
            error = self.standard_error / (2 * value)
        return Estimate(value, error, self.chunks, self.positions)

    def exponential(self) -> Estimate:
        """The number e to the power of this: of a mean negative log probability, the perplexity."""
        value = math.exp(min(self.value, 700.0))
        error = None if self.standard_error is None else self.standard_error * value
        return Estimate(value, error, self.chunks, self.positions)

    def scaled(self, factor: float) -> Estimate:
        """This in another unit."""
        error = None if self.standard_error is None else self.standard_error * abs(factor)
        return Estimate(self.value * factor, error, self.chunks, self.positions)


def mean_over_chunks(sums: Sequence[float], positions: Sequence[int]) -> Estimate:
    """The mean over all positions, with its standard error over chunks.

    For a paired logarithm of a perplexity ratio, hand in the sums of the differences of the two
    negative log probabilities: what both find hard then cancels within each position.

    Args:
        sums: For each chunk the sum of the values of its positions.
        positions: For each chunk how many positions it has; chunks without any are left out.

    Raises:
        ValueError: The two are not equally long, or there is no position at all.
    """
    pairs = [(s, n) for s, n in zip(sums, positions, strict=True) if n > 0]
    total = sum(n for _, n in pairs)
    if total == 0:
        raise ValueError("no positions, so no mean")
    value = math.fsum(s for s, _ in pairs) / total
    count = len(pairs)
    if count < _MIN_CHUNKS:
        return Estimate(value, None, count, total)
    scatter = math.fsum((s - value * n) ** 2 for s, n in pairs)
    error = math.sqrt(count / (count - 1) * scatter) / total
    return Estimate(value, error, count, total)
