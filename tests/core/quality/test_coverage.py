"""Intervals of every figure on the real demo model's positions, the stopping rule included.

Chunks are drawn again and again from the recorded ones, in whose mean the truth is known; each draw
stops where the quick mode would have stopped. A 95 % interval must then hold the truth in 92 to
98 % of the draws.

Tests app.core.quality.summary, app.core.statistics.chunks and app.core.statistics.looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from app.core.quality.positions import PositionScores
from app.core.quality.summary import summarize
from app.core.statistics.chunks import mean_over_chunks
from app.core.statistics.looks import LOOKS_CHUNKS, take_look
from app.core.statistics.percentiles import percentile_over_chunks
from tests.core.quality import recorded

if TYPE_CHECKING:
    from app.core.statistics.describe import Interval

LEVELS = ("Q8_0", "Q4_K_M", "Q2_K", "TQ1_0")
RUNS = 800
Column = Callable[[PositionScores], NDArray[np.generic]]


def stopped_draws(chunks: Sequence[PositionScores], seed: int) -> list[NDArray[np.int64]]:
    """Which chunks a measurement saw until it stopped, many times over."""
    rng = np.random.default_rng(seed)
    positions = len(chunks[0])
    sums = np.array([chunk.kld.sum() for chunk in chunks])
    draws: list[NDArray[np.int64]] = []
    for _ in range(RUNS):
        drawn = rng.integers(0, len(chunks), LOOKS_CHUNKS[-1])
        for count in LOOKS_CHUNKS:
            seen = drawn[:count]
            if take_look(sums[seen].tolist(), [positions] * count).stopped_by is not None:
                draws.append(seen)
                break
    assert len(draws) == RUNS
    return draws


def share_held(
    chunks: Sequence[PositionScores],
    draws: Sequence[NDArray[np.int64]],
    column: Column,
    interval_of: Callable[[list[float], list[int]], Interval | None],
) -> float:
    positions = len(chunks[0])
    sums = np.array([float(np.sum(column(chunk))) for chunk in chunks])
    truth = float(sums.mean()) / positions
    held = 0
    for seen in draws:
        interval = interval_of(sums[seen].tolist(), [positions] * len(seen))
        assert interval is not None
        held += interval.low <= truth <= interval.high
    return held / len(draws)


@pytest.mark.parametrize("level", LEVELS)
def test_means_and_shares(level: str) -> None:
    chunks = recorded.scores(level)
    draws = stopped_draws(chunks, 31)
    kld = share_held(
        chunks, draws, lambda c: c.kld, lambda s, n: mean_over_chunks(s, n).log_interval()
    )
    same_top = share_held(
        chunks, draws, lambda c: c.same_top, lambda s, n: mean_over_chunks(s, n).share_interval()
    )
    ratio = share_held(
        chunks, draws, lambda c: c.ln_ratio, lambda s, n: mean_over_chunks(s, n).interval()
    )
    assert 0.92 <= kld <= 0.98
    assert 0.92 <= same_top <= 0.98
    assert 0.92 <= ratio <= 0.98


def test_figures_over_the_chunks_that_all_levels_have_read() -> None:
    """Who is shown over fewer chunks than it has read is shown as honestly."""
    by_level = {level: recorded.scores(level) for level in LEVELS[1:]}  # Q8_0 is soon known
    alone = [stopped_draws(chunks, 31) for chunks in by_level.values()]
    shared = [min(seen, key=len) for seen in zip(*alone, strict=True)]
    assert any(
        len(seen) > len(least) for one in alone for seen, least in zip(one, shared, strict=True)
    )
    for level, chunks in by_level.items():
        kld = share_held(
            chunks, shared, lambda c: c.kld, lambda s, n: mean_over_chunks(s, n).log_interval()
        )
        ratio = share_held(
            chunks, shared, lambda c: c.ln_ratio, lambda s, n: mean_over_chunks(s, n).interval()
        )
        assert 0.92 <= kld <= 0.98, level
        assert 0.92 <= ratio <= 0.98, level


@pytest.mark.parametrize("level", ["Q4_K_M", "TQ1_0"])
@pytest.mark.parametrize("percent", [50.0, 90.0, 99.0])
def test_percentiles(level: str, percent: float) -> None:
    chunks = recorded.scores(level)
    values = np.stack([chunk.kld for chunk in chunks])
    truth = float(np.percentile(values, percent))
    held = 0
    draws = stopped_draws(chunks, 33)[:400]
    for seen in draws:
        found = percentile_over_chunks(values[seen].ravel(), [values.shape[1]] * len(seen), percent)
        assert found is not None
        assert found.interval is not None
        held += found.interval.low <= truth <= found.interval.high
    assert 0.92 <= held / len(draws) <= 0.98


@pytest.mark.parametrize("level", LEVELS)
def test_the_printed_errors_are_of_the_right_size(level: str) -> None:
    """The standard errors over chunks are how far the figures swing from draw to draw."""
    chunks = recorded.scores(level)
    rng = np.random.default_rng(35)
    found = [
        summarize([chunks[place] for place in rng.integers(0, len(chunks), 48)]) for _ in range(80)
    ]
    for name in ("mean_kld", "same_top", "mean_delta_p", "rms_delta_p", "ln_ppl_ratio", "ppl"):
        estimates = [getattr(figures, name) for figures in found]
        swing = float(np.std([estimate.value for estimate in estimates], ddof=1))
        said = float(np.mean([estimate.standard_error for estimate in estimates]))
        assert 0.75 <= said / swing <= 1.35, name
