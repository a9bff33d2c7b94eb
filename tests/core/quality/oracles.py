"""Comparisons in full, which those by way of a compact reference must agree with."""

from __future__ import annotations

import numpy as np

from app.core.quality.comparable import CUT_LN_P, RoundedRow, single_log_sum
from app.core.quality.positions import (
    Logits,
    PositionScores,
    Tokens,
    empty_scores,
    expect_block,
    log_sum,
)


def score_positions(reference: Logits, candidate: Logits, next_tokens: Tokens) -> PositionScores:
    """Compare two blocks of logits in full, without rounding or cut.

    Row by row, so that the temporary memory is a few rows whatever the block's size; well below
    a millisecond of one core a row at a vocabulary of 150,000.

    Args:
        reference: The reference's logits, positions × vocabulary.
        candidate: The candidate's, of the same shape.
        next_tokens: The token that follows each position in the text.

    Raises:
        ValueError: The shapes do not fit together, or a token is outside the vocabulary.
    """
    expect_block(reference, next_tokens)
    if reference.shape != candidate.shape:
        raise ValueError("reference and candidate have different vocabularies or positions")
    scores = empty_scores(len(reference))
    for row, token in enumerate(next_tokens.tolist()):
        ours, base = candidate[row], reference[row]
        ours_sum, base_sum = log_sum(ours), log_sum(base)
        weights = np.exp(base - np.float32(base_sum))
        # Σ p (ln p − ln q): the constants come out of the sum because the weights sum to 1.
        difference = float(np.dot(weights, base - ours)) / float(np.sum(weights, dtype=np.float64))
        scores.kld[row] = difference - (base_sum - ours_sum)
        scores.reference_ln_p[row] = float(base[token]) - base_sum
        scores.candidate_ln_p[row] = float(ours[token]) - ours_sum
        scores.same_top[row] = int(np.argmax(ours)) == int(np.argmax(base))
    return scores


def score_comparable(
    reference: list[RoundedRow], candidate: Logits, next_tokens: Tokens
) -> PositionScores:
    """Compare a block of logits with the rounded reference, as the tool does.

    Args:
        reference: One rounded row a position.
        candidate: The candidate's logits, positions × vocabulary.
        next_tokens: The token that follows each position in the text.

    Raises:
        ValueError: The shapes do not fit together, or a token is outside the vocabulary.
    """
    expect_block(candidate, next_tokens)
    if len(reference) != len(candidate):
        raise ValueError("each position needs its reference")
    scores = empty_scores(len(candidate))
    for row, (base, token) in enumerate(zip(reference, next_tokens.tolist(), strict=True)):
        ours = candidate[row]
        if len(base.steps) != len(ours):
            raise ValueError("reference and candidate have different vocabularies")
        top, log_total = single_log_sum(ours)
        base_ln_p = base.ln_p()
        terms = np.exp(base_ln_p) * (base_ln_p - ours + np.float32(top + log_total))
        terms *= base_ln_p > CUT_LN_P
        scores.kld[row] = np.sum(terms, dtype=np.float64)
        scores.reference_ln_p[row] = base_ln_p[token]
        scores.candidate_ln_p[row] = -np.float32(np.float32(top + log_total) - ours[token])
        # The first of equals, as in the tool: rounding makes equals of the nearly equal.
        scores.same_top[row] = int(np.argmax(ours)) == int(np.argmax(base_ln_p))
    return scores
