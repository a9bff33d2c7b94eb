"""Quantiles and tails of the few distributions that intervals and tests are made of.

Only Python's own library: the figures of the ladder must not need a heavy package.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_FRACTION_STEPS = 400
_FRACTION_PRECISION = 1e-15
_TINY = 1e-300


def normal_quantile(confidence: float) -> float:
    """How many standard deviations to either side hold ``confidence`` of a normal distribution.

    Raises:
        ValueError: ``confidence`` is not between 0 and 1.
    """
    _expect_confidence(confidence)
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def normal_confidence(distance: float) -> float:
    """The share of a normal distribution within so many standard deviations to either side."""
    return math.erf(distance / math.sqrt(2))


@lru_cache(maxsize=256)
def student_quantile(confidence: float, degrees_of_freedom: float) -> float:
    """How far to either side hold ``confidence`` of Student's t distribution.

    Found by halving on the distribution function, to the last digits of a float.

    Raises:
        ValueError: ``confidence`` is not between 0 and 1, or there is no degree of freedom.
    """
    _expect_confidence(confidence)
    if degrees_of_freedom <= 0:
        raise ValueError(f"{degrees_of_freedom} degrees of freedom")
    low, high = 0.0, 1.0
    while student_within(high, degrees_of_freedom) < confidence:
        low, high = high, high * 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if student_within(middle, degrees_of_freedom) < confidence:
            low = middle
        else:
            high = middle


def student_within(distance: float, degrees_of_freedom: float) -> float:
    """The share of Student's t distribution that lies within ``distance`` of its centre."""
    square = distance * distance
    part = square / (degrees_of_freedom + square)
    return incomplete_beta(0.5, degrees_of_freedom / 2, part)


def log_beta(a: float, b: float) -> float:
    """The logarithm of Euler's beta function of two positive numbers."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function: the share of Beta(a, b) below ``x``.

    By its continued fraction, formula 26.5.8 in M. Abramowitz and I. A. Stegun, "Handbook of
    Mathematical Functions" (1964), evaluated by Lentz's method from the side where it converges
    fast.

    Raises:
        ValueError: ``x`` is not between 0 and 1, or ``a`` or ``b`` is not positive.
    """
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError(f"no incomplete beta function of {a}, {b}, {x}")
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_fraction(b, a, 1 - x)
    return _beta_fraction(a, b, x)


def _beta_fraction(a: float, b: float, x: float) -> float:
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b)) / a
    ratio_c = 1.0
    ratio_d = _away_from_zero(1 - (a + b) * x / (a + 1))
    ratio_d = 1 / ratio_d
    value = ratio_d
    for step in range(1, _FRACTION_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for term in (even, odd):
            ratio_d = 1 / _away_from_zero(1 + term * ratio_d)
            ratio_c = _away_from_zero(1 + term / ratio_c)
            change = ratio_c * ratio_d
            value *= change
        if abs(change - 1) < _FRACTION_PRECISION:
            break
    return front * value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _expect_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence")
