from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.distributions import (
    incomplete_beta,
    log_beta,
    normal_quantile,
    student_quantile,
    student_within,
)


@pytest.mark.parametrize(
    ("degrees", "half", "nearly_all"),
    [
        # The table of every textbook: 97.5 and 99.5 % points.
        (1, 12.706, 63.657),
        (2, 4.303, 9.925),
        (5, 2.571, 4.032),
        (10, 2.228, 3.169),
        (15, 2.131, 2.947),
        (30, 2.042, 2.750),
        (120, 1.980, 2.617),
    ],
)
def test_t_quantiles_of_the_printed_tables(degrees: int, half: float, nearly_all: float) -> None:
    assert student_quantile(0.95, degrees) == pytest.approx(half, abs=6e-4)
    assert student_quantile(0.99, degrees) == pytest.approx(nearly_all, abs=6e-4)


def test_t_quantile_with_two_degrees_has_a_closed_form() -> None:
    for confidence in (0.1, 0.5, 0.9, 0.999):
        exact = confidence * math.sqrt(2 / (1 - confidence**2))
        assert student_quantile(confidence, 2) == pytest.approx(exact, rel=1e-12)


def test_t_becomes_normal() -> None:
    assert student_quantile(0.95, 1e7) == pytest.approx(normal_quantile(0.95), rel=1e-6)
    assert normal_quantile(0.95) == pytest.approx(1.959963985, abs=1e-9)


@given(st.floats(0.01, 0.999), st.integers(1, 500))
def test_t_quantile_inverts_the_distribution(confidence: float, degrees: int) -> None:
    quantile = student_quantile(confidence, degrees)
    assert student_within(quantile, degrees) == pytest.approx(confidence, rel=1e-9)


@given(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))),
    st.floats(0.001, 0.999),
)
def test_binomial_tails_are_values_of_the_beta_function(
    case: tuple[int, int], probability: float
) -> None:
    successes, trials = case
    summed = math.fsum(
        math.comb(trials, k) * probability**k * (1 - probability) ** (trials - k)
        for k in range(successes + 1)
    )
    tail = incomplete_beta(trials - successes, successes + 1, 1 - probability)
    assert tail == pytest.approx(summed, abs=1e-10)


@given(st.floats(0.2, 200), st.floats(0.2, 200), st.integers(0, 1024))
def test_incomplete_beta_mirrors_itself(a: float, b: float, n: int) -> None:
    x = n / 1024  # so that 1 - x is exact: near 0 the function is steep
    assert incomplete_beta(a, b, x) == pytest.approx(1 - incomplete_beta(b, a, 1 - x), abs=1e-9)
    assert 0 <= incomplete_beta(a, b, x) <= 1 + 1e-12


def test_closed_forms() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(3, 1, 0.5) == pytest.approx(0.125)
    assert log_beta(2, 3) == pytest.approx(math.log(1 / 12))


def test_what_is_no_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="no confidence"):
        normal_quantile(1.0)
    with pytest.raises(ValueError, match="no confidence"):
        student_quantile(0.0, 3)
    with pytest.raises(ValueError, match="degrees of freedom"):
        student_quantile(0.95, 0)
    with pytest.raises(ValueError, match="beta function"):
        incomplete_beta(1, 1, 1.5)
