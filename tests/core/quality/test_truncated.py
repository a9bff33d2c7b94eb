"""KL divergence from the likeliest tokens alone. Tests app.core.quality.truncated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.truncated import LIKELIEST, score_told, told_of
from tests.core.quality import recorded
from tests.core.quality.oracles import score_positions

if TYPE_CHECKING:
    from app.core.quality.positions import PositionScores

LEVELS = ("Q4_K_M", "Q2_K")


def truncated(
    reference: np.ndarray, candidate: np.ndarray, tokens: np.ndarray, k: int
) -> PositionScores:
    return score_told(told_of(reference, tokens, k), told_of(candidate, tokens, k))


@pytest.mark.parametrize("level", LEVELS)
def test_on_real_logits_it_rises_with_k_to_the_full_divergence(level: str) -> None:
    three = recorded.logits("reference"), recorded.logits(level), recorded.next_tokens()
    full = score_positions(*three)
    means: list[float] = []
    for k in (1, 5, LIKELIEST, 100, 1536):
        found = truncated(*three, k)
        means.append(float(found.kld.mean()))
        assert (found.kld <= full.kld + 1e-5).all(), "never more than the full divergence"
        assert (found.same_top == full.same_top).all()
        assert found.candidate_ln_p == pytest.approx(full.candidate_ln_p, abs=1e-5)
    assert means == sorted(means)
    assert means[-1] == pytest.approx(full.kld.mean(), rel=1e-3)
    assert means[2] > 0.85 * full.kld.mean(), "the likeliest 20 tell most of it"
    assert means[0] < 0.8 * full.kld.mean(), "one token alone does not"


def test_a_token_that_only_one_of_both_told_counts_among_the_rest() -> None:
    """By hand: p = (0.7, 0.2, 0.1), q = (0.1, 0.2, 0.7); each tells its likeliest, the text 1."""
    p, q = (np.log(np.array([row], np.float32)) for row in ((0.7, 0.2, 0.1), (0.1, 0.2, 0.7)))
    found = truncated(p, q, np.array([1]), 1)
    # Both told token 1 and nothing else in common: 0.2 against 0.2, and 0.8 against 0.8.
    assert found.kld[0] == pytest.approx(0.0, abs=1e-6)
    assert not found.same_top[0]
    whole = truncated(p, q, np.array([1]), 3)
    assert whole.kld[0] == pytest.approx(0.6 * np.log(7.0), rel=1e-5)


@given(st.integers(0, 2**32), st.integers(2, 30), st.integers(1, 40))
def test_any_size_is_finite_and_a_lower_bound(seed: int, vocabulary: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.normal(0, 9, (5, vocabulary)).astype(np.float32)
    candidate = rng.normal(0, 9, (5, vocabulary)).astype(np.float32)
    tokens = rng.integers(0, vocabulary, 5)
    found = truncated(reference, candidate, tokens, k)
    full = score_positions(reference, candidate, tokens)
    assert np.isfinite(found.kld).all()
    assert (found.kld <= full.kld + 1e-3).all()
    assert (found.kld >= -1e-6).all()


def test_other_tokens_are_refused() -> None:
    rows = np.zeros((2, 4), np.float32)
    with pytest.raises(ValueError, match="different tokens"):
        score_told(told_of(rows, np.array([0, 1]), 2), told_of(rows, np.array([0, 2]), 2))
