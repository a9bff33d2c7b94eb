from __future__ import annotations

import numpy as np
import pytest

from app.core.statistics.describe import Interval
from app.core.statistics.looks import (
    LOOKS_CHUNKS,
    Look,
    StoppedBy,
    is_precise,
    next_look,
    take_look,
)

POSITIONS = 224


def test_the_looks() -> None:
    assert [next_look(done) for done in (0, 15, 16, 31, 47, 48)] == [16, 16, 24, 32, 48, None]


def test_precise_enough_is_20_percent_or_half_a_thousandth() -> None:
    assert is_precise(0.1, Interval(0.085, 0.1199, 0.95))
    assert not is_precise(0.1, Interval(0.085, 0.121, 0.95))
    assert is_precise(0.0004, Interval(0.0, 0.0009, 0.95))
    assert not is_precise(0.0004, Interval(0.0, 0.00091, 0.95))


def sums_of(mean: float, spread: float, chunks: int) -> list[float]:
    """Chunk sums that lie evenly around a mean."""
    return [
        (mean + spread * (1 if i % 2 else -1)) * POSITIONS if i else mean * POSITIONS
        for i in range(chunks)
    ]


def look(sums: list[float], **flags: bool) -> Look:
    return take_look(sums, [POSITIONS] * len(sums), **flags)


def test_stops_only_at_a_look() -> None:
    assert look(sums_of(0.1, 0.01, 15)).stopped_by is None
    assert look(sums_of(0.1, 0.01, 16)).stopped_by is StoppedBy.PRECISE
    assert look(sums_of(0.1, 0.01, 17)).stopped_by is None


def test_goes_on_while_it_is_vague_and_ends_at_the_last_look() -> None:
    assert look(sums_of(0.1, 0.09, 16)).stopped_by is None
    assert look(sums_of(0.1, 0.09, 32)).stopped_by is None
    assert look(sums_of(0.1, 0.099, 48)).stopped_by is StoppedBy.LAST_LOOK


def test_small_divergences_need_only_absolute_precision() -> None:
    seen = look(sums_of(0.0005, 0.0004, 16))
    assert seen.interval is not None
    assert seen.interval.high - seen.estimate.value > 0.2 * seen.estimate.value
    assert seen.stopped_by is StoppedBy.PRECISE


def test_time_and_text_end_it() -> None:
    vague = sums_of(0.1, 0.09, 20)
    assert look(vague, time_up=True).stopped_by is StoppedBy.TIME
    assert look(vague, text_ended=True).stopped_by is StoppedBy.TEXT_END
    assert look([0.3], time_up=True).interval is None


def held_and_stopped(chunk_sums: np.ndarray, truth: float) -> tuple[float, list[int]]:
    """How often the interval at the stop holds the truth, and at how many chunks it stopped."""
    held = 0
    stops: list[int] = []
    for run in chunk_sums.tolist():
        for chunks in LOOKS_CHUNKS:
            seen = look(run[:chunks])
            if seen.stopped_by is not None:
                assert seen.interval is not None
                held += seen.interval.low <= truth <= seen.interval.high
                stops.append(chunks)
                break
    return held / len(chunk_sums), stops


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.6])
def test_the_stopping_rule_keeps_its_promise(shared: float) -> None:
    """Heavy tails (2.9 times the mean as deviation of a position) and chunks that differ."""
    rng = np.random.default_rng(17)
    runs, chunks = 1500, LOOKS_CHUNKS[-1]
    sigma = np.sqrt(np.log(1 + 2.9**2))
    sums = np.empty((runs, chunks))
    for run in range(runs):
        own = np.exp(rng.normal(0, shared, chunks) - shared**2 / 2)
        values = rng.lognormal(-(sigma**2) / 2, sigma, (chunks, POSITIONS))
        sums[run] = 0.03 * own * values.sum(axis=1)
    coverage, stops = held_and_stopped(sums, 0.03)

    assert 0.92 <= coverage <= 0.98
    assert len(set(stops)) > 1  # the rule was at work: not every run stopped at the same look
