from __future__ import annotations

import random

import pytest

from tests.benchmarks.slopes import slope_an_hour


def test_a_straight_line_has_its_slope() -> None:
    seconds = [float(n) for n in range(100)]
    slope = slope_an_hour(seconds, [5 + second / 60 for second in seconds])
    assert slope.value == pytest.approx(60)
    assert (slope.low, slope.high) == pytest.approx((60, 60))
    assert (slope.verdict(61), slope.verdict(59)) == (True, False)


def test_an_even_series_is_flat() -> None:
    slope = slope_an_hour([float(n) for n in range(40)], [7.0] * 40)
    assert (slope.low, slope.value, slope.high) == (0, 0, 0)
    assert slope.verdict(0) is True


def test_noise_is_told_from_growth_nineteen_times_in_twenty() -> None:
    numbers = random.Random(1)
    seconds = [float(n) for n in range(200)]
    hits = 0
    for _ in range(400):
        slope = slope_an_hour(seconds, [numbers.gauss(second / 10, 5) for second in seconds])
        hits += slope.low <= 360 <= slope.high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_short_series_tells_nothing() -> None:
    numbers = random.Random(2)
    slope = slope_an_hour(range(12), [numbers.gauss(0, 5) for _ in range(12)])
    assert slope.verdict(1) is None
    with pytest.raises(ValueError, match="too few"):
        slope_an_hour([1.0], [1.0])
