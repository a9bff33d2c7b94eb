"""Scoring a candidate against a reference of which only the compact form was kept.

The divergence of a candidate q from the reference p, with the kept tokens K and the tail, is

    Σ_K (p ln(p/q) − p + q)  +  P ln(P/Q) − P + Q  +  P · mean over the sample of (r − 1 − ln r)

where P and Q are the tail's probability under both, and r = (q/Q) / (p/P). The first two parts
are exact but for the 16-bit steps, whose error is of second order because each term is least at
p = q. The third is an unbiased estimate of what the lumped tail hides, since r has mean 1 in the
tail. Where Q is far from P, r is too wild for that, and the sample's mean of −ln r is taken, which
is unbiased too.

A comparable block has no balancing terms, because llama-perplexity has none: there the kept tokens
above the cut count as they are, and the tail by the sample's mean of ln(p/q).

How far the means differ from the full computation, on the demo model's logits and on made ones with
a large vocabulary, is held below 1 % by tests/core/quality/test_compact.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from app.core.quality.comparable import CUT_LN_P, single_log_sum
from app.core.quality.positions import (
    Floats,
    Logits,
    PositionScores,
    Tokens,
    empty_scores,
    expect_block,
    log_sum,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.quality.compact import CompactBlock

# Beyond this the tails are too different for r − 1 as a control of −ln r.
_NEAR_TAILS = math.log(2)
_TINY = 1e-30


def score_compact(block: CompactBlock, candidate: Logits, next_tokens: Tokens) -> PositionScores:
    """Compare a candidate's logits with a reference kept by ``compacting.compact``.

    Well below a millisecond of one core a position at a vocabulary of 150,000.

    Args:
        block: The reference at the same positions.
        candidate: The candidate's logits, positions × vocabulary.
        next_tokens: The token that follows each position in the text, as it was for the block.

    Raises:
        ValueError: Other positions or another vocabulary, or a token outside of it.
    """
    expect_block(candidate, next_tokens)
    if candidate.shape != (len(block), block.vocabulary):
        raise ValueError("reference and candidate have different vocabularies or positions")
    scores = empty_scores(len(block))
    for row, token in enumerate(next_tokens.tolist()):
        ours = candidate[row]
        if block.comparable:
            top, log_total = single_log_sum(ours)
            total = float(np.float32(top + log_total))
            scores.kld[row] = _comparable_divergence(block, row, ours, total)
        else:
            total = log_sum(ours)
            scores.kld[row] = _divergence(block, row, ours, total)
        scores.candidate_ln_p[row] = float(ours[token]) - total
        scores.same_top[row] = int(np.argmax(ours)) == int(block.top[row])
    scores.reference_ln_p[:] = block.next_ln_p
    return scores


def _divergence(block: CompactBlock, row: int, ours: NDArray[np.float32], total: float) -> float:
    ln_p = _kept_ln_p(block, row)
    ln_q = ours[block.kept[row]].astype(np.float64) - total
    q = np.exp(ln_q)
    p = np.exp(ln_p)
    inside = float(np.sum(p * (ln_p - ln_q) - p + q))
    if block.kept.shape[1] == block.vocabulary:
        return inside
    tail = float(block.tail[row])
    our_tail = max(1.0 - float(np.sum(q)), _TINY)
    if tail <= 0:
        return inside + our_tail
    log_tails = math.log(our_tail / tail)
    lumped = our_tail - tail - tail * log_tails
    hidden = _sampled_ln_r(block, row, ours, total) - log_tails
    if len(hidden) == 0:
        return inside + lumped
    terms = np.expm1(hidden) - hidden if abs(log_tails) <= _NEAR_TAILS else -hidden
    return inside + lumped + tail * float(np.mean(terms))


def _comparable_divergence(
    block: CompactBlock, row: int, ours: NDArray[np.float32], total: float
) -> float:
    ln_p = _kept_ln_p(block, row)
    counted = ln_p > float(CUT_LN_P)
    ln_q = ours[block.kept[row]].astype(np.float64) - total
    inside = float(np.sum((np.exp(ln_p) * (ln_p - ln_q))[counted]))
    tail = float(block.tail[row])
    if tail <= 0 or block.sampled.shape[1] == 0:
        return inside
    return inside - tail * float(np.mean(_sampled_ln_r(block, row, ours, total)))


def _kept_ln_p(block: CompactBlock, row: int) -> Floats:
    steps = block.steps[row].astype(np.float32)
    return (block.scale[row] * steps + block.bottom[row]).astype(np.float64)


def _sampled_ln_r(block: CompactBlock, row: int, ours: NDArray[np.float32], total: float) -> Floats:
    """ln(q/p) of the sampled tokens."""
    ln_q = ours[block.sampled[row]].astype(np.float64) - total
    return ln_q - block.sampled_ln_p[row].astype(np.float64)
