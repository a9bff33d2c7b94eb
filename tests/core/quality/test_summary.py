from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.histogram import EDGES, histogram
from app.core.quality.positions import PositionScores
from app.core.quality.summary import summarize, worst_positions
from app.core.statistics.looks import LOOKS_CHUNKS, take_look
from tests.core.quality import recorded


def made_chunks(rng: np.random.Generator, chunks: int, positions: int) -> list[PositionScores]:
    return [
        PositionScores(
            rng.lognormal(-5, 1.5, positions),
            -rng.exponential(2, positions),
            -rng.exponential(2, positions),
            rng.random(positions) < 0.9,
        )
        for _ in range(chunks)
    ]


def test_every_figure_by_its_definition() -> None:
    chunks = made_chunks(np.random.default_rng(1), 20, 100)
    figures = summarize(chunks, [400] * 20)
    kld = np.concatenate([chunk.kld for chunk in chunks])
    ours = np.concatenate([chunk.candidate_ln_p for chunk in chunks])
    base = np.concatenate([chunk.reference_ln_p for chunk in chunks])
    delta = np.exp(ours) - np.exp(base)

    assert (figures.positions, figures.chunks) == (2000, 20)
    assert figures.mean_kld.value == pytest.approx(kld.mean())
    assert figures.max_kld == kld.max()
    assert figures.median_kld is not None
    assert figures.kld_p90 is not None
    assert figures.kld_p99 is not None
    assert figures.median_kld.value == pytest.approx(float(np.median(kld)))
    assert figures.kld_p90.value == pytest.approx(float(np.percentile(kld, 90)))
    assert figures.kld_p99.value == pytest.approx(float(np.percentile(kld, 99)))
    assert figures.kld_p999 is None  # needs 10,000 positions
    assert figures.same_top.value == pytest.approx(
        float(np.mean(np.concatenate([chunk.same_top for chunk in chunks])))
    )
    assert figures.mean_delta_p.value == pytest.approx(delta.mean())
    assert figures.rms_delta_p.value == pytest.approx(math.sqrt((delta**2).mean()))
    assert figures.ppl.value == pytest.approx(math.exp(-ours.mean()))
    assert figures.reference_ppl.value == pytest.approx(math.exp(-base.mean()))
    ratio = math.log(figures.ppl.value / figures.reference_ppl.value)
    assert figures.ln_ppl_ratio.value == pytest.approx(ratio)
    assert figures.bits_per_byte is not None
    assert figures.bits_per_byte.value == pytest.approx(-ours.sum() / math.log(2) / 8000)
    assert figures.bits_per_byte.positions == 2000
    assert figures.histogram.positions == 2000


def test_errors_over_positions_and_over_chunks_agree_without_clustering() -> None:
    figures = summarize(made_chunks(np.random.default_rng(2), 300, 30))
    tool = figures.tool_errors
    assert tool is not None
    for over_positions, estimate in (
        (tool.mean_kld, figures.mean_kld),
        (tool.same_top, figures.same_top),
        (tool.rms_delta_p, figures.rms_delta_p),
        (tool.ln_ppl_ratio, figures.ln_ppl_ratio),
        (tool.ppl, figures.ppl),
    ):
        assert estimate.standard_error == pytest.approx(over_positions, rel=0.2)
    assert figures.bits_per_byte is None


def test_one_chunk_gives_figures_without_errors() -> None:
    figures = summarize(made_chunks(np.random.default_rng(3), 1, 50))
    assert figures.mean_kld.standard_error is None
    assert figures.median_kld is not None
    assert figures.kld_p90 is None


def test_nothing_scored_is_refused() -> None:
    with pytest.raises(ValueError, match="no position"):
        summarize([])


def test_the_worst_positions_come_first() -> None:
    chunks = made_chunks(np.random.default_rng(5), 4, 30)
    worst = worst_positions(chunks, 5)
    everything = sorted((value for chunk in chunks for value in chunk.kld.tolist()), reverse=True)
    assert [place.kld for place in worst] == everything[:5]
    first = worst[0]
    assert chunks[first.chunk].kld[first.position] == first.kld
    assert first.candidate_p == pytest.approx(
        math.exp(chunks[first.chunk].candidate_ln_p[first.position])
    )
    assert len(worst_positions(chunks, 1000)) == 120


@given(st.lists(st.floats(-1e-6, 50), max_size=60), st.integers(0, 60))
def test_histograms_add_up(values: list[float], cut: int) -> None:
    array = np.array(values)
    parts = histogram(array[:cut]) + histogram(array[cut:])
    assert parts == histogram(array)
    assert parts.positions == len(values)
    assert parts.below == sum(value < EDGES[0] for value in values)
    assert parts.above == sum(value >= EDGES[-1] for value in values)


@pytest.mark.parametrize("level", ["Q8_0", "Q4_K_M", "Q2_K", "TQ1_0"])
def test_the_stopping_rule_covers_on_the_demo_models_own_divergences(level: str) -> None:
    """Chunks drawn again and again from the real ones; their mean is the truth."""
    trace = recorded.traces(level)
    truth, positions = float(trace.mean()), trace.shape[1]
    rng = np.random.default_rng(21)
    runs, held = 1500, 0
    for _ in range(runs):
        sums = trace[rng.integers(0, len(trace), LOOKS_CHUNKS[-1])].sum(axis=1).tolist()
        for chunks in LOOKS_CHUNKS:
            look = take_look(sums[:chunks], [positions] * chunks)
            if look.stopped_by is not None:
                assert look.interval is not None
                held += look.interval.low <= truth <= look.interval.high
                break
    assert 0.92 <= held / runs <= 0.98
