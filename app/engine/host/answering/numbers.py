"""Logits that are no numbers: one broken weight makes NaN of all that follows from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NoNumbers(EngineError):
    """What a model says cannot be compared, sampled or scored."""

    def __init__(self, value: float) -> None:
        what = "NaN" if math.isnan(value) else "infinite"
        super().__init__(
            FailureKind.NUMBERS, say("engine.file_computes_no_numbers_weights", what=what)
        )


def check_largest(value: float) -> None:
    """Refuse a row of logits by its largest, which is NaN where one of them is.

    Single tokens may be ruled out by minus infinity.

    Raises:
        NoNumbers: It is not finite.
    """
    if not math.isfinite(value):
        raise NoNumbers(value)


def check_rows(rows: NDArray[np.float32]) -> None:
    """Refuse rows of logits of which one cannot be used.

    Raises:
        NoNumbers: The largest of a row is not finite.
    """
    check_largest(float(np.max(rows, axis=-1).sum(dtype=np.float64)))


def check_scores(*columns: NDArray[Any]) -> None:
    """Refuse scores that are no numbers although the logits are.

    Raises:
        EngineError: One is not finite.
    """
    if not all(np.isfinite(column).all() for column in columns):
        raise EngineError(FailureKind.SCORE, say("engine.divergence_file_beyond_all_numbers"))
