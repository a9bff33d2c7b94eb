from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.positions import (
    PositionScores,
    empty_scores,
    joined,
    log_sum,
)
from tests.core.quality import recorded
from tests.core.quality.oracles import score_positions


def by_hand(reference: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    """KL divergence in double precision, term by term."""
    base, ours = reference.astype(np.longdouble), candidate.astype(np.longdouble)
    ln_p = base - np.log(np.exp(base).sum(axis=1, keepdims=True))
    ln_q = ours - np.log(np.exp(ours).sum(axis=1, keepdims=True))
    return (np.exp(ln_p) * (ln_p - ln_q)).sum(axis=1).astype(np.float64)


def test_a_divergence_by_hand() -> None:
    # p = 1/2, 1/2 and q = 1/4, 3/4: ln 2 / 2 + ln(2/3) / 2
    reference = np.log(np.array([[0.5, 0.5]], np.float32)) + 3
    candidate = np.log(np.array([[0.25, 0.75]], np.float32)) - 1
    scores = score_positions(reference, candidate, np.array([0]))
    assert scores.kld[0] == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3), abs=1e-6)
    assert scores.reference_ln_p[0] == pytest.approx(np.log(0.5), abs=1e-6)
    assert scores.candidate_ln_p[0] == pytest.approx(np.log(0.25), abs=1e-6)
    assert scores.delta_p[0] == pytest.approx(-0.25, abs=1e-6)
    assert scores.ln_ratio[0] == pytest.approx(np.log(2), abs=1e-6)
    assert not scores.same_top[0] or np.argmax(reference) == np.argmax(candidate)


@given(st.integers(0, 2**32), st.floats(0.001, 4), st.floats(-40, 40))
def test_divergences_are_those_of_double_precision(seed: int, loss: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.normal(shift, 4, (3, 200)).astype(np.float32)
    candidate = (reference + rng.normal(0, loss, reference.shape)).astype(np.float32)
    scores = score_positions(reference, candidate, np.array([0, 5, 199]))
    assert scores.kld == pytest.approx(by_hand(reference, candidate), rel=1e-4, abs=5e-6)


@pytest.mark.parametrize("level", ["Q4_K_M", "Q2_K"])
def test_on_real_logits(level: str) -> None:
    reference, candidate = recorded.logits("reference"), recorded.logits(level)
    scores = score_positions(reference, candidate, recorded.next_tokens())
    assert scores.kld == pytest.approx(by_hand(reference, candidate), rel=1e-4, abs=1e-6)
    assert 0.5 < scores.same_top.mean() <= 1


def test_nothing_lost_is_no_divergence() -> None:
    reference = recorded.logits("reference")
    scores = score_positions(reference, reference + np.float32(2), recorded.next_tokens())
    assert np.abs(scores.kld).max() < 2e-6
    assert scores.same_top.all()
    assert np.abs(scores.delta_p).max() < 1e-5


def test_logits_of_any_size() -> None:
    row = np.array([1e4, 1e4, -1e4], np.float32)
    assert log_sum(row) == pytest.approx(1e4 + np.log(2))
    far = score_positions(row[None], -row[None], np.array([0]))
    assert far.kld[0] == pytest.approx(2e4, rel=1e-3)


def test_joined_keeps_the_order() -> None:
    one, two = empty_scores(2), empty_scores(3)
    two.kld[:] = [1, 2, 3]
    assert joined([one, two]).kld.tolist() == [0, 0, 1, 2, 3]
    assert len(joined([])) == 0


def test_what_does_not_fit_is_refused() -> None:
    block = np.zeros((2, 5), np.float32)
    with pytest.raises(ValueError, match="vocabularies"):
        score_positions(block, np.zeros((2, 6), np.float32), np.array([0, 1]))
    with pytest.raises(ValueError, match="next"):
        score_positions(block, block, np.array([0]))
    with pytest.raises(ValueError, match="outside"):
        score_positions(block, block, np.array([0, 5]))
    with pytest.raises(ValueError, match="positions × vocabulary"):
        score_positions(block[0], block[0], np.array([0, 5]))
    with pytest.raises(ValueError, match="different numbers"):
        PositionScores(np.zeros(2), np.zeros(1), np.zeros(2), np.zeros(2, np.bool_))
