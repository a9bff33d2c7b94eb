"""The uncertainties that llama.cpp's perplexity tool prints, by its formulas.

They take positions as independent, which they are not: shown so that figures can be laid beside
published ones, next to the standard errors over chunks. The tool prints 0 for very few positions;
so do these. Its variances divide by n, and their errors by n − 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_FEWEST_FOR_VARIANCE = 11
_FEWEST_FOR_COVARIANCE = 10


def mean_error(values: Sequence[float]) -> float:
    """The error of the mean: of KL divergences, log probabilities, Δp.

    Raises:
        ValueError: There are no values.
    """
    return math.sqrt(_variance_of_mean(values))


def perplexity_error(negative_log_probabilities: Sequence[float]) -> float:
    """The error of exp(mean), the perplexity."""
    values = negative_log_probabilities
    return math.exp(_mean(values)) * mean_error(values)


def log_ratio_error(candidate: Sequence[float], reference: Sequence[float]) -> float:
    """The error of ln(PPL/PPL of the reference), from both negative log probabilities, paired.

    Raises:
        ValueError: There are no values, or not equally many.
    """
    both = [a * b for a, b in zip(candidate, reference, strict=True)]
    covariance = 0.0
    if len(both) >= _FEWEST_FOR_COVARIANCE:
        covariance = _mean(both) - _mean(candidate) * _mean(reference)
        covariance /= len(both) - 1
    variance = _variance_of_mean(candidate) + _variance_of_mean(reference) - 2 * covariance
    return math.sqrt(max(variance, 0.0))


def root_mean_square_error(values: Sequence[float]) -> float:
    """The error of the root mean square, of Δp; 0 where all values are 0."""
    squares = [value * value for value in values]
    root = math.sqrt(_mean(squares))
    return 0.5 / root * mean_error(squares) if root else 0.0


def share_error(share: float, positions: int) -> float:
    """The error of a share, of the same top token.

    Raises:
        ValueError: There are fewer than two positions.
    """
    if positions < 2:
        raise ValueError(f"{positions} positions where at least 2 are needed")
    return math.sqrt(share * (1 - share) / (positions - 1))


def _mean(values: Sequence[float]) -> float:
    if not len(values):
        raise ValueError("no values, so no mean")
    return math.fsum(values) / len(values)


def _variance_of_mean(values: Sequence[float]) -> float:
    mean = _mean(values)
    if len(values) < _FEWEST_FOR_VARIANCE:
        return 0.0
    variance = math.fsum(value * value for value in values) / len(values) - mean * mean
    return max(variance, 0.0) / (len(values) - 1)
