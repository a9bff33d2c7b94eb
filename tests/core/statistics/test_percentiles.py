from __future__ import annotations

import numpy as np
import pytest

from app.core.statistics.percentiles import enough_positions, percentile_over_chunks


def test_how_many_positions_a_percentile_needs() -> None:
    assert enough_positions(50, 20)
    assert not enough_positions(90, 99)
    assert enough_positions(90, 100)
    assert not enough_positions(99, 999)
    assert enough_positions(99, 1000)
    assert not enough_positions(99.9, 9999)
    assert enough_positions(99.9, 10_000)


def test_too_few_positions_give_nothing() -> None:
    assert percentile_over_chunks(np.arange(500.0), [250, 250], 99.9) is None


def test_the_value_is_numpys() -> None:
    values = np.random.default_rng(1).lognormal(size=4000)
    found = percentile_over_chunks(values, [200] * 20, 90)
    assert found is not None
    assert found.interval is not None
    assert found.standard_error is not None
    assert found.value == pytest.approx(float(np.percentile(values, 90)))
    assert found.interval.low < found.value < found.interval.high


def test_one_chunk_has_no_error() -> None:
    found = percentile_over_chunks(np.arange(200.0), [200], 50)
    assert found is not None
    assert found.standard_error is None
    assert found.interval is None


def test_an_end_that_cannot_be_known_is_open() -> None:
    # All that is large lies in one of four chunks: nobody knows how much there is elsewhere.
    values = np.concatenate((np.linspace(0, 1, 300), np.linspace(5, 9, 100)))
    found = percentile_over_chunks(values, [100] * 4, 90)
    assert found is not None
    assert found.interval is not None
    assert found.interval.high == np.inf
    assert found.standard_error is None


@pytest.mark.parametrize(("percent", "chunks"), [(50, 24), (90, 24), (99, 48)])
def test_percentiles_of_correlated_positions_are_covered(percent: float, chunks: int) -> None:
    rng = np.random.default_rng(13)
    runs, positions = 600, 120

    def draw(many: int) -> np.ndarray:
        own = rng.normal(0, 0.4, size=(many, chunks, 1))
        return np.exp(own + rng.normal(0, 1.3, size=(many, chunks, positions)))

    truth = float(np.percentile(draw(800), percent))
    held = 0
    for run in draw(runs):
        found = percentile_over_chunks(run.ravel(), [positions] * chunks, percent)
        assert found is not None
        assert found.interval is not None
        held += found.interval.low <= truth <= found.interval.high
    assert 0.92 <= held / runs <= 0.985


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        percentile_over_chunks(np.arange(10.0), [5, 4], 50)
    with pytest.raises(ValueError, match="no percentage"):
        percentile_over_chunks(np.arange(10.0), [5, 5], 100)
