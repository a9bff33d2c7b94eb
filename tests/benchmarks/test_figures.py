"""Intervals of medians, by hand and by what they promise."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.describe import median
from tests.benchmarks.figures import median_interval

numbers = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("count", "k", "confidence"),
    [
        # Sums of binomial coefficients over 2**n, by hand: 1 - 2/64, 1 - 2(1+8)/256,
        # They are 1 - 2(1+10)/1024, 1 - 2(1+15+105+455)/32768, 1 - 2*21700/2**20
        (6, 1, 1 - 2 / 64),
        (8, 1, 1 - 2 / 256),
        (9, 2, 1 - 2 * 10 / 512),
        (10, 2, 1 - 2 * 11 / 1024),
        (15, 4, 1 - 2 * 576 / 32768),
        (20, 6, 1 - 2 * 21700 / 2**20),
    ],
)
def test_median_intervals_by_hand(count: int, k: int, confidence: float) -> None:
    interval = median_interval([float(value) for value in range(count, 0, -1)])

    assert (interval.low, interval.high) == (k, count + 1 - k)
    assert interval.confidence == pytest.approx(confidence)


def test_five_values_cannot_say_where_the_median_is() -> None:
    with pytest.raises(ValueError, match="at least 6"):
        median_interval([1, 2, 3, 4, 5])
    with pytest.raises(ValueError, match="too few"):
        median_interval([1, 2, 3, 4, 5, 6], confidence=0.99)


def test_thousands_of_values_are_no_trouble() -> None:
    interval = median_interval([float(value) for value in range(2001)])

    assert interval.low == pytest.approx(1000 - 0.98 * math.sqrt(2001), abs=1.5)
    assert interval.confidence >= 0.95


@given(st.lists(numbers, min_size=6, max_size=60))
def test_median_intervals_hold_the_median_and_what_was_asked(values: list[float]) -> None:
    interval = median_interval(values)

    assert interval.low <= median(values) <= interval.high
    assert 0.95 <= interval.confidence < 1


def test_an_interval_of_more_pairs_is_narrower() -> None:
    widths = [
        (interval := median_interval([i / n for i in range(n)])).high - interval.low
        for n in (10, 40, 160)
    ]
    assert all(wide > narrow for wide, narrow in pairwise(widths))
