"""Which weights go to zero."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.shrink.sparsity import in_words, parse_sparsity, zeroed

ROWS = np.array([[1, -4, 2, 3, 0.5, 6, -0.2, 5], [8, 7, 6, 5, 4, 3, 2, 1]], np.float32)


def test_words_are_read() -> None:
    assert parse_sparsity("0.5") == 0.5
    assert parse_sparsity("2:4") == "2:4"
    assert in_words(0.305) == "30.5 % of the weights set to zero"


@pytest.mark.parametrize("word", ["", "0", "1", "-0.5", "50", "nan", "4:8", "half"])
def test_what_is_no_sparsity_is_a_sentence(word: str) -> None:
    with pytest.raises(PersonError, match="is no sparsity: write a share"):
        parse_sparsity(word)


def test_the_smallest_of_each_row_go() -> None:
    assert ROWS[zeroed(ROWS, None, 0.5)].tolist() == [1, 2, 0.5, pytest.approx(-0.2), 4, 3, 2, 1]
    assert not zeroed(ROWS, None, 0.1).any()


def test_two_of_every_four_go() -> None:
    gone = zeroed(ROWS, None, "2:4")
    assert gone.reshape(-1, 4).sum(axis=1).tolist() == [2, 2, 2, 2]
    assert ROWS[gone].tolist() == [1, 2, 0.5, pytest.approx(-0.2), 6, 5, 2, 1]


def test_what_much_goes_into_stays() -> None:
    inputs = np.ones_like(ROWS)
    inputs[:, 6] = 10_000**2
    gone = zeroed(ROWS, inputs, 0.5)
    assert not gone[:, 6].any()
    assert gone.sum(axis=1).tolist() == [4, 4]
