from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.describe import (
    mean,
    median,
    percentile,
    sample_standard_deviation,
    wilson_interval,
)

numbers = st.floats(-1e6, 1e6)


def test_mean_loses_nothing_between_large_and_small() -> None:
    assert mean([1e16, 1.0, -1e16]) == pytest.approx(1 / 3)


def test_standard_deviation_of_a_sample_by_hand() -> None:
    # squares of the distances from 5: 9 1 1 1 0 0 4 16, together 32, over 8 - 1
    assert sample_standard_deviation([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(math.sqrt(32 / 7))
    assert sample_standard_deviation([3, 3, 3]) == 0


def test_median_of_odd_and_even_counts() -> None:
    assert median([9, 1, 5]) == 5
    assert median([9, 1, 5, 2]) == 3.5
    assert median([7]) == 7


def test_percentiles_by_hand() -> None:
    values = [15, 20, 35, 40, 50]
    assert percentile(values, 0) == 15
    assert percentile(values, 40) == pytest.approx(29)  # place 1.6: 20 + 0.6 * 15
    assert percentile(values, 100) == 50


@given(st.lists(numbers, min_size=1, max_size=30), st.floats(0, 100))
def test_percentiles_are_numpys(values: list[float], percent: float) -> None:
    expected = float(np.percentile(values, percent))
    assert percentile(values, percent) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(numbers, min_size=2, max_size=30))
def test_deviation_is_numpys(values: list[float]) -> None:
    expected = float(np.std(values, ddof=1))
    assert sample_standard_deviation(values) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_intervals_of_a_published_table(
    successes: int, trials: int, low: float, high: float
) -> None:
    interval = wilson_interval(successes, trials)

    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)
    assert interval.confidence == 0.95


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_intervals_hold_the_share_and_stay_between_0_and_1(case: tuple[int, int]) -> None:
    successes, trials = case
    interval = wilson_interval(successes, trials)
    mirrored = wilson_interval(trials - successes, trials)

    assert 0 <= interval.low <= successes / trials <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirrored.high)
    assert wilson_interval(successes, trials, 0.99).high >= interval.high


def test_nothing_is_computed_from_nothing() -> None:
    for compute in (mean, median, sample_standard_deviation):
        with pytest.raises(ValueError, match="needed"):
            compute([])
    with pytest.raises(ValueError, match="needed"):
        sample_standard_deviation([1.0])
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(3, 2)
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(0, 0)
    with pytest.raises(ValueError, match="no confidence"):
        wilson_interval(1, 2, 1.0)
    with pytest.raises(ValueError, match="no percentage"):
        percentile([1.0], 101)
