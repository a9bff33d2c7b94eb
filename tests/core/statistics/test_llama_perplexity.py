from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.llama_perplexity import (
    log_ratio_error,
    mean_error,
    perplexity_error,
    root_mean_square_error,
    share_error,
)

values = st.lists(st.floats(0, 20), min_size=11, max_size=60)


@given(values)
def test_the_error_of_a_mean_is_the_usual_one(numbers: list[float]) -> None:
    usual = float(np.std(numbers, ddof=1)) / math.sqrt(len(numbers))
    assert mean_error(numbers) == pytest.approx(usual, abs=1e-6)


def test_very_few_positions_print_0() -> None:
    assert mean_error([1.0, 2.0, 3.0]) == 0
    assert mean_error([float(i) for i in range(10)]) == 0
    assert mean_error([float(i) for i in range(11)]) > 0


def test_perplexity_and_root_by_the_delta_method() -> None:
    numbers = [float(i % 5) for i in range(40)]
    assert perplexity_error(numbers) == pytest.approx(math.exp(2) * mean_error(numbers))
    squares = [number**2 for number in numbers]
    assert root_mean_square_error(numbers) == pytest.approx(mean_error(squares) / 2 / math.sqrt(6))
    assert root_mean_square_error([0.0] * 20) == 0


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=11, max_size=60))
def test_the_paired_error_is_that_of_the_differences(pairs: list[tuple[float, float]]) -> None:
    candidate, reference = [a for a, _ in pairs], [b for _, b in pairs]
    differences = [a - b for a, b in pairs]
    usual = float(np.std(differences, ddof=1)) / math.sqrt(len(pairs))
    assert log_ratio_error(candidate, reference) == pytest.approx(usual, abs=1e-5)


def test_the_error_of_a_share() -> None:
    assert share_error(0.9, 101) == pytest.approx(0.03)
    with pytest.raises(ValueError, match="at least 2"):
        share_error(1.0, 1)
    with pytest.raises(ValueError, match="no values"):
        mean_error([])
