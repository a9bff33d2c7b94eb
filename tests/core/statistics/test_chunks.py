from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.chunks import Estimate, mean_over_chunks
from app.core.statistics.describe import wilson_interval

chunk_means = st.lists(st.floats(-100, 100), min_size=2, max_size=40)


@given(chunk_means, st.integers(1, 300))
def test_equal_chunks_give_the_textbook_error(means: list[float], positions: int) -> None:
    sums = [mean * positions for mean in means]
    estimate = mean_over_chunks(sums, [positions] * len(means))

    assert estimate.value == pytest.approx(statistics.fmean(means), abs=1e-9)
    error = statistics.stdev(means) / math.sqrt(len(means))
    assert estimate.standard_error == pytest.approx(error, abs=1e-9)
    assert (estimate.chunks, estimate.positions) == (len(means), positions * len(means))


def test_unequal_chunks_by_hand() -> None:
    # totals 2 + 9 over 1 + 3 positions: 2.75; residuals 2 - 2.75 and 9 - 8.25
    estimate = mean_over_chunks([2.0, 9.0], [1, 3])
    assert estimate.value == 2.75
    assert estimate.standard_error == pytest.approx(math.sqrt(2 * 2 * 0.75**2) / 4)


def test_chunks_without_positions_do_not_count() -> None:
    assert mean_over_chunks([1.0, 0.0, 3.0], [1, 0, 1]).chunks == 2


def test_one_chunk_has_no_error() -> None:
    estimate = mean_over_chunks([3.0], [2])
    assert estimate == Estimate(1.5, None, 1, 2)
    assert estimate.interval() is None
    assert estimate.log_interval() is None
    assert estimate.share_interval() is None
    assert estimate.root().standard_error is None
    assert estimate.exponential().standard_error is None
    with pytest.raises(ValueError, match="no positions"):
        mean_over_chunks([], [])


def test_log_interval_by_hand() -> None:
    estimate = Estimate(0.02, 0.002, 16, 4000)
    interval = estimate.log_interval()
    assert interval is not None
    factor = math.exp(2.13145 * 0.1)
    assert interval.low == pytest.approx(0.02 / factor, rel=1e-4)
    assert interval.high == pytest.approx(0.02 * factor, rel=1e-4)


def test_nothing_lost_still_has_an_interval() -> None:
    assert Estimate(0.0, 0.0, 16, 4000).log_interval() is not None
    rounded_below = Estimate(-1e-9, 1e-9, 16, 4000).log_interval()
    assert rounded_below is not None
    assert rounded_below.low == 0 < rounded_below.high


def test_wild_chunks_do_not_overflow() -> None:
    interval = Estimate(1e-9, 10.0, 2, 20).log_interval()
    assert interval is not None
    assert 0 <= interval.low < 1e-9 < interval.high


def test_functions_of_an_estimate() -> None:
    estimate = Estimate(0.04, 0.004, 20, 100)
    root = estimate.root()
    assert (root.value, root.standard_error) == (pytest.approx(0.2), pytest.approx(0.01))
    power = estimate.exponential()
    assert power.value == pytest.approx(math.exp(0.04))
    assert power.standard_error == pytest.approx(0.004 * math.exp(0.04))
    assert estimate.scaled(-100).standard_error == pytest.approx(0.4)
    assert Estimate(0.0, 0.0, 20, 100).root().value == 0


def test_a_share_without_clustering_gets_wilsons_interval() -> None:
    rng = np.random.default_rng(5)
    hits = rng.random((4000, 50)) < 0.9
    estimate = mean_over_chunks(hits.sum(axis=1).tolist(), [50] * 4000)
    interval = estimate.share_interval()
    plain = wilson_interval(int(hits.sum()), hits.size)
    assert interval is not None
    assert interval.low == pytest.approx(plain.low, abs=2e-4)
    assert interval.high == pytest.approx(plain.high, abs=2e-4)


def test_a_share_of_all_or_nothing_stays_a_share() -> None:
    for share in (0.0, 1.0):
        interval = mean_over_chunks([share * 50] * 16, [50] * 16).share_interval()
        assert interval is not None
        assert 0 <= interval.low <= share <= interval.high <= 1
        assert interval.high - interval.low > 0.001


def test_shares_of_clustered_positions_are_covered() -> None:
    rng = np.random.default_rng(7)
    runs, chunks, positions = 1500, 24, 100
    rates = rng.beta(45, 5, size=(runs, chunks))  # chunks differ; on the whole 0.9
    hits = rng.binomial(positions, rates)
    held = 0
    for row in hits.tolist():
        interval = mean_over_chunks(row, [positions] * chunks).share_interval()
        assert interval is not None
        held += interval.low <= 0.9 <= interval.high
    assert 0.92 <= held / runs <= 0.98


def test_means_of_correlated_positions_are_covered() -> None:
    rng = np.random.default_rng(9)
    runs, chunks = 1500, 16
    sizes = rng.integers(50, 250, size=chunks)
    own = rng.normal(0, 1, size=(runs, chunks))  # what all positions of a chunk share
    sums = sizes * own + rng.normal(0, 1, size=(runs, chunks)) * np.sqrt(sizes)
    held = 0
    for row in sums.tolist():
        interval = mean_over_chunks(row, sizes.tolist()).interval()
        assert interval is not None
        held += interval.low <= 0 <= interval.high
    assert 0.92 <= held / runs <= 0.98
