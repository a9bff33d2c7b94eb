"""KL divergence from the likeliest tokens alone: what servers tell of a text.

A server that tells a text's log probabilities tells of each position the k likeliest tokens, not
the whole distribution. Both models' lists and the text's own token leave a set S of tokens that
both told; everything else is one bucket, whose probability is what is left to 1:

    Σ_S p ln(p/q)  +  P ln(P/Q)        P = 1 − Σ_S p,   Q = 1 − Σ_S q

Lumping tokens together never makes two distributions further apart (the log sum inequality;
Cover and Thomas, Elements of Information Theory, theorem 2.7.1), so this is never more than the
full divergence: a lower bound that rises with k. It is a figure of its own, which nothing that was
taken over the whole vocabulary is held against. How much is lost on the demo model's levels:
``tests/benchmarks/truncated.py``, docs/METHOD.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.core.quality.positions import Floats, Logits, PositionScores, Tokens, log_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIKELIEST = 20
"""How many of the likeliest tokens are asked for; vLLM tells no more unless it is told to."""
# Log probabilities come as single precision: what is left to 1 is not known better than this.
_LEAST_REST = 1e-7
# Minus infinity is no number of JSON's; nothing is as unlikely as that.
_NEVER = -9999.0
_NONE = -1


@dataclass(frozen=True, slots=True)
class Told:
    """What a model told of the positions of one text.

    Attributes:
        tokens: For each position the token that comes next in the text.
        ln_p: Its ln p.
        likely: The likeliest there, positions × k; −1 where fewer were told.
        likely_ln_p: Their ln p.
    """

    tokens: NDArray[np.int64]
    ln_p: Floats
    likely: NDArray[np.int64]
    likely_ln_p: Floats

    def __len__(self) -> int:
        return len(self.tokens)

    def likeliest(self, most: int) -> Told:
        """As if no more of the likeliest had been told."""
        return Told(self.tokens, self.ln_p, self.likely[:, :most], self.likely_ln_p[:, :most])

    def beyond(self, first: int) -> Told:
        """Without the first positions."""
        return Told(
            self.tokens[first:], self.ln_p[first:], self.likely[first:], self.likely_ln_p[first:]
        )


def told_of(logits: Logits, next_tokens: Tokens, most: int) -> Told:
    """What a server would tell, out of whole rows of logits.

    Args:
        logits: Positions × vocabulary.
        next_tokens: The token that follows each position in the text.
        most: So many of the likeliest.
    """
    count = min(most, logits.shape[1])
    likely = np.argpartition(logits, -count, axis=1)[:, -count:] if count else np.zeros((0, 0), int)
    likely = likely.reshape(len(logits), count)
    order = np.argsort(-np.take_along_axis(logits, likely, 1), axis=1, kind="stable")
    likely = np.take_along_axis(likely, order, 1)
    sums = np.array([log_sum(row) for row in logits]).reshape(-1, 1)
    own = np.asarray(next_tokens, dtype=np.int64)
    return Told(
        own,
        np.maximum(np.take_along_axis(logits, own[:, None], 1) - sums, _NEVER)[:, 0],
        likely.astype(np.int64),
        np.maximum(np.take_along_axis(logits, likely, 1) - sums, _NEVER),
    )


def score_told(reference: Told, candidate: Told) -> PositionScores:
    """Hold a candidate against the reference at the same positions of the same tokens.

    ``kld`` is the truncated divergence; the other figures are those of whole distributions.

    Raises:
        ValueError: They have not read the same tokens.
    """
    if not np.array_equal(reference.tokens, candidate.tokens):
        raise ValueError("reference and candidate have read different tokens")
    ids, p = _with_own(reference)
    theirs, q = _with_own(candidate)
    alike = (ids[:, :, None] == theirs[:, None, :]) & (ids != _NONE)[:, :, None]
    both = alike.any(axis=2)
    place = alike.argmax(axis=2)
    ln_p, ln_q = np.where(both, p, 0.0), np.where(both, np.take_along_axis(q, place, 1), 0.0)
    shared = np.where(both, np.exp(ln_p), 0.0)
    inside = np.sum(shared * (ln_p - ln_q), axis=1)
    rest = np.maximum(1.0 - shared.sum(axis=1), _LEAST_REST)
    our_rest = np.maximum(1.0 - np.where(both, np.exp(ln_q), 0.0).sum(axis=1), _LEAST_REST)
    return PositionScores(
        inside + rest * np.log(rest / our_rest),
        reference.ln_p,
        candidate.ln_p,
        reference.likely[:, 0] == candidate.likely[:, 0],
    )


def _with_own(told: Told) -> tuple[NDArray[np.int64], Floats]:
    """The likeliest and, where it is none of them, the text's own token."""
    own = told.tokens[:, None]
    known = (told.likely == own).any(axis=1, keepdims=True)
    ids = np.concatenate([told.likely, np.where(known, _NONE, own)], axis=1)
    return ids, np.concatenate([told.likely_ln_p, told.ln_p[:, None]], axis=1)
