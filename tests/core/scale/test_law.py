"""The scaling law: its optimum, its lines, its band."""

from __future__ import annotations

import pytest

from app.lab.scale.shipped import shipped_law

LAW = shipped_law()
SIZES = (1e8, 1e9, 7e9, 7e10, 4e11)

# Training takes so many operations for each parameter and token (Kaplan et al. 2020).
FLOP_PER_PARAMETER_TOKEN = 6


def test_chinchilla_is_near_its_own_optimum() -> None:
    """What the rounded constants of 2022 miss by four times: 20 tokens a parameter at its cost."""
    cost = FLOP_PER_PARAMETER_TOKEN * 70e9 * 1.4e12
    best = min(
        (LAW.loss(size, cost / FLOP_PER_PARAMETER_TOKEN / size), size)
        for size in (10 ** (9 + step / 100) for step in range(400))
    )[1]
    assert 15 < cost / FLOP_PER_PARAMETER_TOKEN / best**2 < 25
    assert pytest.approx(1.974, abs=0.001) == LAW.loss(70e9, 1.4e12)


@pytest.mark.parametrize("size", SIZES)
def test_no_other_division_of_the_same_cost_is_better(size: float) -> None:
    tokens = LAW.best_tokens(size)
    least = LAW.loss(size, tokens)
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert LAW.loss(size * factor, tokens / factor) > least


@pytest.mark.parametrize("size", SIZES)
def test_the_band_holds_the_optimum(size: float) -> None:
    low, high = LAW.band_at(size)
    assert low < LAW.best_tokens(size) < high
    assert LAW.band_at(1e30) == LAW.band_at(1e13)  # beyond its end, as there


def test_a_line_of_equal_loss_has_that_loss() -> None:
    line = LAW.iso_loss(2.2, (1e7, 1e12), (1e9, 1e14))
    assert len(line) > 50
    inside = [(size, tokens) for size, tokens in line if tokens < 1e14]
    assert all(LAW.loss(*point) == pytest.approx(2.2) for point in inside)
    assert LAW.iso_loss(LAW.e - 0.01, (1e7, 1e12), (1e9, 1e14)) == []
    assert LAW.tokens_for(LAW.e, 1e12) is None


def test_it_says_where_it_was_not_fitted() -> None:
    assert LAW.is_within(1e9, 2e10)
    assert not LAW.is_within(7e9, 1e12)
    assert not LAW.is_within(7e10, 1e11)
