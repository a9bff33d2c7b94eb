"""Distributions in few bytes: what is kept of them, and what is lost.

Tests app.core.quality.compact_scores and app.core.quality.compacting.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.compact import block_bytes, from_bytes
from app.core.quality.compact_scores import score_compact
from app.core.quality.compacting import compact
from app.core.quality.comparable import round_row
from tests.core.quality import recorded
from tests.core.quality.oracles import score_comparable, score_positions

if TYPE_CHECKING:
    from app.core.quality.positions import PositionScores


def both_ways(
    reference: np.ndarray,
    candidate: np.ndarray,
    tokens: np.ndarray,
    *,
    comparable: bool,
    kept: int = 256,
    sampled: int = 64,
) -> tuple[PositionScores, PositionScores]:
    """The full computation and the one by way of the stored form."""
    block = compact(reference, tokens, comparable=comparable, kept=kept, sampled=sampled)
    stored = from_bytes(block.to_bytes())
    if comparable:
        full = score_comparable([round_row(row) for row in reference], candidate, tokens)
    else:
        full = score_positions(reference, candidate, tokens)
    return full, score_compact(stored, candidate, tokens)


@pytest.mark.parametrize("level", ["Q4_K_M", "Q2_K"])
@pytest.mark.parametrize("comparable", [False, True])
@pytest.mark.parametrize(("kept", "sampled"), [(256, 64), (64, 64)])
def test_the_mean_on_real_logits_is_within_1_percent(
    level: str, comparable: bool, kept: int, sampled: int
) -> None:
    full, short = both_ways(
        recorded.logits("reference"),
        recorded.logits(level),
        recorded.next_tokens(),
        comparable=comparable,
        kept=kept,
        sampled=sampled,
    )
    assert short.kld.mean() == pytest.approx(full.kld.mean(), rel=0.01)
    assert (short.same_top == full.same_top).all()
    assert short.reference_ln_p == pytest.approx(full.reference_ln_p, abs=1e-6)
    assert short.candidate_ln_p == pytest.approx(full.candidate_ln_p, abs=1e-5)


def large_vocabulary(rng: np.random.Generator, loss: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits of 16,000 tokens: a power law, and a candidate that lost something."""
    tokens = 16_000
    law = -1.4 * np.log(np.arange(1, tokens + 1))
    reference = np.stack([law[rng.permutation(tokens)] for _ in range(120)])
    reference += rng.normal(0, 0.7, reference.shape)
    candidate = reference * 1.02 + rng.normal(0, loss, reference.shape)
    return reference.astype(np.float32), candidate.astype(np.float32)


@pytest.mark.parametrize("loss", [0.05, 0.3, 1.5])
def test_the_mean_over_a_large_vocabulary_is_within_1_percent(loss: float) -> None:
    rng = np.random.default_rng(4)
    reference, candidate = large_vocabulary(rng, loss)
    tokens = rng.integers(0, reference.shape[1], len(reference))
    full, short = both_ways(reference, candidate, tokens, comparable=False)
    assert short.kld.mean() == pytest.approx(full.kld.mean(), rel=0.01)
    # Cutting off the tail instead would have lost far more than that.
    _, cut = both_ways(reference, candidate, tokens, comparable=False, sampled=0)
    assert cut.kld.mean() < 0.98 * full.kld.mean()


def test_the_noise_floor_is_not_raised() -> None:
    rng = np.random.default_rng(6)
    reference, _ = large_vocabulary(rng, 0.3)
    again = (reference + rng.normal(0, 1e-3, reference.shape)).astype(np.float32)
    tokens = np.zeros(len(reference), np.int64)
    full, short = both_ways(reference, again, tokens, comparable=False)
    assert short.kld == pytest.approx(full.kld, abs=5e-7)


def test_a_broken_candidate_is_seen() -> None:
    rng = np.random.default_rng(8)
    reference, _ = large_vocabulary(rng, 0.3)
    broken = rng.normal(0, 3, reference.shape).astype(np.float32)
    tokens = np.zeros(len(reference), np.int64)
    full, short = both_ways(reference, broken, tokens, comparable=False)
    assert short.kld.mean() == pytest.approx(full.kld.mean(), rel=0.01)


@given(st.integers(0, 2**32), st.integers(2, 40), st.booleans())
def test_a_small_vocabulary_is_kept_whole(seed: int, vocabulary: int, comparable: bool) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.normal(0, 5, (4, vocabulary)).astype(np.float32)
    candidate = rng.normal(0, 5, (4, vocabulary)).astype(np.float32)
    tokens = rng.integers(0, vocabulary, 4)
    full, short = both_ways(reference, candidate, tokens, comparable=comparable)
    assert short.kld == pytest.approx(full.kld, rel=2e-3, abs=1e-4)


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 12))
def test_any_size_gives_finite_figures(seed: int, kept: int, sampled: int) -> None:
    rng = np.random.default_rng(seed)
    reference = (rng.normal(0, 12, (3, 12))).astype(np.float32)
    candidate = (rng.normal(0, 12, (3, 12))).astype(np.float32)
    tokens = rng.integers(0, 12, 3)
    for comparable in (False, True):
        block = compact(reference, tokens, comparable=comparable, kept=kept, sampled=sampled)
        scores = score_compact(block, candidate, tokens)
        assert np.isfinite(scores.kld).all()
        # Without a sample what is left is a lower bound that is never below zero.
        assert comparable or sampled or (scores.kld > -1e-4).all()


def test_stored_and_read_again() -> None:
    block = compact(recorded.logits("reference"), recorded.next_tokens())
    data = block.to_bytes()
    assert len(data) == block_bytes(40, 1536) < 40 * 2200
    again = from_bytes(memoryview(data))
    assert again.to_bytes() == data
    assert (again.vocabulary, again.comparable, len(again)) == (1536, False, 40)
    empty = compact(np.zeros((0, 7), np.float32), np.zeros(0, int))
    assert len(from_bytes(empty.to_bytes())) == 0


def test_damaged_data_is_refused() -> None:
    data = compact(recorded.logits("reference")[:3], recorded.next_tokens()[:3]).to_bytes()
    for broken in (b"", data[:10], data[:-1], data + b"\0"):
        with pytest.raises(ValueError, match="cut short"):
            from_bytes(broken)
    with pytest.raises(ValueError, match="this version"):
        from_bytes(b"XXXX" + data[4:])
    with pytest.raises(ValueError, match="outside its vocabulary"):
        from_bytes(data[:24] + b"\xff" * (len(data) - 24))


@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int) -> None:
    data = bytearray(compact(np.ones((2, 5), np.float32), np.array([0, 1])).to_bytes())
    data[at : at + len(noise)] = noise
    with contextlib.suppress(ValueError):
        from_bytes(bytes(data))


def test_another_vocabulary_is_refused() -> None:
    block = compact(np.zeros((2, 5), np.float32), np.array([0, 1]))
    with pytest.raises(ValueError, match="vocabularies"):
        score_compact(block, np.zeros((2, 6), np.float32), np.array([0, 1]))
    with pytest.raises(ValueError, match="vocabularies"):
        score_compact(block, np.zeros((1, 5), np.float32), np.array([0]))
