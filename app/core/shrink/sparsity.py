"""Weights that are set to zero: the smallest of each row, or two of every four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.words.sentence import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Floats = NDArray[np.float32]

TWO_OF_FOUR = "2:4"
_MOST = 0.95


def parse_sparsity(word: str) -> float | str:
    """A share of each row from 0 to 0.95, or ``2:4``.

    Raises:
        PersonError: It is neither.
    """
    if word.strip() == TWO_OF_FOUR:
        return TWO_OF_FOUR
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 < share <= _MOST:
        raise PersonError(say("shrink.sparsity_form", word=word[:40]))
    return share


def in_words(sparsity: float | str) -> str:
    """For the header of a file."""
    if isinstance(sparsity, str):
        return "two of every four weights set to zero"
    return f"{100 * sparsity:g} % of the weights set to zero"


def zeroed(rows: _Floats, importance: _Floats | None, sparsity: float | str) -> NDArray[np.bool_]:
    """Which weights go to zero.

    Args:
        rows: Of weights.
        importance: Mean squares of each row's inputs: an amount counts by the root of the norm
            of what comes in. On the demo model that loses less than the norm itself (Wanda: Sun
            et al. 2023, arXiv:2306.11695), and at two of four less than amounts alone
            (docs/METHOD.md).
        sparsity: As :func:`parse_sparsity` gives it; two of four need rows that four divides.
    """
    score = np.abs(rows)
    if importance is not None:
        score *= importance**0.25
    if isinstance(sparsity, str):
        score = score.reshape(-1, 4)
        count = 2
    else:
        count = int(rows.shape[1] * sparsity)
    gone = np.zeros(score.shape, np.bool_)
    if count:
        places = np.argpartition(score, count - 1, axis=1)[:, :count]
        np.put_along_axis(gone, places, values=True, axis=1)
    return gone.reshape(rows.shape)
