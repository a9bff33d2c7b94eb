"""Two distributions over the same vocabulary, compared at each position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Logits: TypeAlias = NDArray[np.float32]
"""One row a position, one column a token of the vocabulary."""
Tokens: TypeAlias = NDArray[np.integer]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PositionScores:
    """What was found at each position of a chunk, one value a position.

    Attributes:
        kld: KL divergence of the candidate from the reference, in nats. Rounding can make it as
            low as about -1e-7 where the two are alike.
        reference_ln_p: The reference's ln p of the token that comes next in the text.
        candidate_ln_p: The candidate's.
        same_top: Whether both find the same token most likely.
    """

    kld: Floats
    reference_ln_p: Floats
    candidate_ln_p: Floats
    same_top: Flags

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        columns = (self.kld, self.reference_ln_p, self.candidate_ln_p, self.same_top)
        if len({len(column) for column in columns}) != 1:
            raise ValueError("scores of different numbers of positions")

    def __len__(self) -> int:
        return len(self.kld)

    def taken(self, which: Sequence[bool]) -> PositionScores:
        """Those positions alone for which ``which``, one value a position, is true."""
        mask = np.asarray(which, dtype=np.bool_)
        return PositionScores(
            self.kld[mask],
            self.reference_ln_p[mask],
            self.candidate_ln_p[mask],
            self.same_top[mask],
        )

    @property
    def delta_p(self) -> Floats:
        """Δp: the candidate's probability of the next token minus the reference's."""
        return np.exp(self.candidate_ln_p) - np.exp(self.reference_ln_p)

    @property
    def ln_ratio(self) -> Floats:
        """What each position adds to ln(PPL of the candidate / PPL of the reference), times n."""
        return self.reference_ln_p - self.candidate_ln_p


def log_sum(row: NDArray[np.float32]) -> float:
    """The ln Σ exp of one row of logits: what is taken off a logit to make it ln p."""
    top = float(row.max())
    return top + float(np.log(np.sum(np.exp(row - np.float32(top)), dtype=np.float64)))


def joined(parts: Iterable[PositionScores]) -> PositionScores:
    """The scores of several chunks as one, in order."""
    kept = list(parts)
    if not kept:
        return empty_scores(0)
    return PositionScores(
        np.concatenate([part.kld for part in kept]),
        np.concatenate([part.reference_ln_p for part in kept]),
        np.concatenate([part.candidate_ln_p for part in kept]),
        np.concatenate([part.same_top for part in kept]),
    )


def empty_scores(positions: int) -> PositionScores:
    """Scores to be filled in."""
    return PositionScores(
        np.zeros(positions),
        np.zeros(positions),
        np.zeros(positions),
        np.zeros(positions, dtype=np.bool_),
    )


def expect_block(logits: Logits, next_tokens: Tokens) -> None:
    """Refuse a block that is no block.

    Raises:
        ValueError: Not two dimensions, no vocabulary, another number of tokens than rows, or a
            token outside the vocabulary.
    """
    if logits.ndim != 2 or logits.shape[1] == 0:
        raise ValueError("logits are positions × vocabulary")
    if len(next_tokens) != len(logits):
        raise ValueError("each position needs the token that comes next")
    if (
        len(next_tokens)
        and not 0 <= int(next_tokens.min()) <= int(next_tokens.max()) < (logits.shape[1])
    ):
        raise ValueError("a token lies outside the vocabulary")
