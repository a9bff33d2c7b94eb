from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.comparable import (
    RoundedRow,
    round_row,
    scored_positions,
)
from tests.core.quality import recorded
from tests.core.quality.oracles import score_comparable, score_positions

F = np.float32


def test_255_of_512_positions_count() -> None:
    assert len(scored_positions()) == 255
    assert (scored_positions().start, scored_positions()[-1]) == (256, 510)
    assert list(scored_positions(8)) == [4, 5, 6]


def by_the_definition(reference: list[float], candidate: list[float]) -> float:
    """The tool's method for one position, token by token with plain numbers."""
    top, low = max(reference), max(min(reference), max(reference) - 16)
    log_total = float(np.log(sum(np.exp(v - top) for v in reference)))
    scale = (top - low) / 65535
    ours = max(candidate) + float(np.log(sum(np.exp(v - max(candidate)) for v in candidate)))
    total = 0.0
    for base, mine in zip(reference, candidate, strict=True):
        steps = round((base - low) / scale) if scale and base > low else 0
        ln_p = scale * steps + low - top - log_total
        if ln_p > -16:
            total += np.exp(ln_p) * (ln_p - mine + ours)
    return total


@given(
    st.lists(
        st.tuples(st.floats(-30, 10, width=32), st.floats(-30, 10, width=32)),
        min_size=2,
        max_size=40,
    )
)
def test_one_position_by_the_definition(pairs: list[tuple[float, float]]) -> None:
    reference = np.array([a for a, _ in pairs], F)
    candidate = np.array([b for _, b in pairs], F)
    scores = score_comparable([round_row(reference)], candidate[None], np.array([1]))
    expected = by_the_definition(reference.tolist(), candidate.tolist())
    assert scores.kld[0] == pytest.approx(expected, rel=1e-3, abs=2e-4)


def test_the_range_of_the_16_bits() -> None:
    row = np.array([0.0, -1.0, -15.9, -16.1, -40.0], F)
    rounded = round_row(row)
    assert rounded.steps[0] == 65535
    assert rounded.steps.tolist()[3:] == [0, 0]
    assert rounded.scale == F(16) / F(65535)
    # What is lifted to the bottom lies just below the cut: its probability would be less than that.
    assert rounded.bottom < -16
    ln_p = rounded.ln_p()
    assert ln_p[0] == pytest.approx(-np.log(np.exp(row.astype(float)).sum()), abs=1e-5)
    assert ln_p[1] - ln_p[0] == pytest.approx(-1, abs=float(rounded.scale))


def test_a_flat_row_has_no_steps() -> None:
    rounded = round_row(np.zeros(4, F))
    assert rounded.scale == 0
    assert rounded.ln_p().tolist() == pytest.approx([-np.log(4)] * 4)


def test_tokens_at_the_cut_are_left_out() -> None:
    reference = np.array([0.0, -20.0], F)
    candidate = np.array([0.0, 5.0], F)  # puts nearly all on what the reference rules out
    scores = score_comparable([round_row(reference)], candidate[None], np.array([0]))
    only_first = -(0.0 - np.log(1 + np.exp(5.0)))
    assert scores.kld[0] == pytest.approx(only_first, rel=1e-4)


def test_the_first_of_equals_is_the_top() -> None:
    reference = np.array([1.0, 1.0 + 1e-6, 0.0], F)  # equal after rounding
    candidate = np.array([5.0, 0.0, 0.0], F)
    scores = score_comparable([round_row(reference)], candidate[None], np.array([0]))
    assert scores.same_top[0]


@pytest.mark.parametrize("level", ["Q4_K_M", "Q2_K"])
def test_near_the_full_computation_on_real_logits(level: str) -> None:
    reference, candidate = recorded.logits("reference"), recorded.logits(level)
    tokens = recorded.next_tokens()
    full = score_positions(reference, candidate, tokens)
    rounded = score_comparable([round_row(row) for row in reference], candidate, tokens)
    assert rounded.kld.mean() == pytest.approx(full.kld.mean(), rel=0.01)
    assert rounded.candidate_ln_p == pytest.approx(full.candidate_ln_p, abs=1e-5)
    likely = full.reference_ln_p > -15
    close = pytest.approx(full.reference_ln_p[likely], abs=2e-4)
    assert rounded.reference_ln_p[likely] == close
    assert (rounded.reference_ln_p[~likely] > -17).all()  # lifted to the bottom


@pytest.mark.parametrize(
    ("level", "mean_kld", "mean_delta_p", "mean_nll", "mean_base_nll", "same_top"),
    [
        ("Q4_K_M", 0.00740582, -0.00100114, 5.55342238, 5.24408674, 0.975),
        ("Q2_K", 0.12126430, -0.00655948, 5.69851508, 5.24408674, 0.95),
    ],
)
def test_the_tools_own_functions_give_the_same(
    level: str,
    mean_kld: float,
    mean_delta_p: float,
    mean_nll: float,
    mean_base_nll: float,
    same_top: float,
) -> None:
    """Recorded once: the two functions of llama.cpp 0c1e57098, compiled around these logits."""
    rounded = [round_row(row) for row in recorded.logits("reference")]
    scores = score_comparable(rounded, recorded.logits(level), recorded.next_tokens())
    assert scores.kld.mean() == pytest.approx(mean_kld, abs=1e-6)
    assert scores.delta_p.mean() == pytest.approx(mean_delta_p, abs=1e-6)
    assert -scores.candidate_ln_p.mean() == pytest.approx(mean_nll, abs=2e-6)
    assert -scores.reference_ln_p.mean() == pytest.approx(mean_base_nll, abs=2e-6)
    assert scores.same_top.mean() == pytest.approx(same_top)


def test_what_does_not_fit_is_refused() -> None:
    rounded = [round_row(np.zeros(3, F))]
    with pytest.raises(ValueError, match="reference"):
        score_comparable(rounded, np.zeros((2, 3), F), np.array([0, 0]))
    with pytest.raises(ValueError, match="vocabularies"):
        score_comparable(rounded, np.zeros((1, 4), F), np.array([0]))
    assert isinstance(rounded[0], RoundedRow)
