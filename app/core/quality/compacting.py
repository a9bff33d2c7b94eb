"""Keeping what is needed of the reference's logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.core.quality.compact import KEPT_TOKENS, SAMPLED_TOKENS, CompactBlock, block_of
from app.core.quality.comparable import CUT_LN_P, round_row
from app.core.quality.positions import Logits, Tokens, expect_block, log_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The fractional part of multiples of the golden ratio spreads the offsets of the sampling evenly.
_GOLDEN = 0.6180339887498949


def compact(
    logits: Logits,
    next_tokens: Tokens,
    *,
    comparable: bool = False,
    kept: int = KEPT_TOKENS,
    sampled: int = SAMPLED_TOKENS,
    first_position: int = 0,
) -> CompactBlock:
    """Keep what is needed of a block of the reference's logits.

    A few milliseconds of one core a position at a vocabulary of 150,000.

    Args:
        logits: The reference's, positions × vocabulary.
        next_tokens: The token that follows each position in the text.
        comparable: Round and cut as llama-perplexity does.
        kept: How many tokens are kept; no more than the vocabulary has.
        sampled: How many are drawn from the rest.
        first_position: How many positions came before in the measurement. The sampling is not
            random but evenly spread, and differs from position to position by this count.

    Raises:
        ValueError: The shapes do not fit together, or a token is outside the vocabulary.
    """
    expect_block(logits, next_tokens)
    positions, vocabulary = logits.shape
    sizes = (positions, min(kept, vocabulary), sampled)
    block = block_of(vocabulary, comparable, sizes, lambda kind, shape: np.zeros(shape, kind))
    fill = _fill_comparable if comparable else _fill_full
    for row, token in enumerate(next_tokens.tolist()):
        offset = ((first_position + row) * _GOLDEN) % 1.0
        fill(block, row, logits[row], token, offset)
    return block


def _fill_full(
    block: CompactBlock, row: int, logits: NDArray[np.float32], token: int, offset: float
) -> None:
    total = log_sum(logits)
    chosen = _likeliest(logits, block.kept.shape[1])
    ln_p = logits[chosen].astype(np.float64) - total
    scale = np.float32((ln_p[0] - ln_p[-1]) / 65535)
    bottom = np.float32(ln_p[-1])
    if scale > 0:
        steps = np.rint((ln_p - float(bottom)) / float(scale))
        block.steps[row] = np.clip(steps, 0, 65535).astype(np.uint16)
    block.scale[row], block.bottom[row] = scale, bottom
    block.kept[row] = chosen
    block.top[row] = int(np.argmax(logits))
    block.next_ln_p[row] = float(logits[token]) - total
    probabilities = np.exp(logits - np.float32(total))
    probabilities[chosen] = 0
    _sample(block, row, probabilities, offset)
    block.sampled_ln_p[row] = logits[block.sampled[row]] - np.float32(total)


def _fill_comparable(
    block: CompactBlock, row: int, logits: NDArray[np.float32], token: int, offset: float
) -> None:
    rounded = round_row(logits)
    ln_p = rounded.ln_p()
    # By the logits: what is rounded to equals takes long to put in order.
    chosen = _likeliest(logits, block.kept.shape[1])
    block.scale[row], block.bottom[row] = rounded.scale, rounded.bottom
    block.steps[row] = rounded.steps[chosen]
    block.kept[row] = chosen
    block.top[row] = int(np.argmax(ln_p))
    block.next_ln_p[row] = ln_p[token]
    probabilities = np.exp(ln_p)
    probabilities *= ln_p > CUT_LN_P
    probabilities[chosen] = 0
    _sample(block, row, probabilities, offset)
    block.sampled_ln_p[row] = ln_p[block.sampled[row]]


def _likeliest(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    start = len(values) - count
    chosen = np.argpartition(values, start)[start:] if start else np.arange(count)
    return chosen[np.argsort(-values[chosen], kind="stable")]


def _sample(
    block: CompactBlock, row: int, probabilities: NDArray[np.float32], offset: float
) -> None:
    """Draw tokens at even distances along the summed probabilities: each in proportion."""
    summed = np.cumsum(probabilities, dtype=np.float64)
    total = float(summed[-1])
    count = block.sampled.shape[1]
    block.tail[row] = total
    if total <= 0 or count == 0:
        return
    marks: NDArray[np.float64] = (np.arange(count, dtype=np.float64) + offset) * (total / count)
    found = np.searchsorted(summed, marks, side="right")
    # Rounding can put the last mark behind the last token that has a probability.
    last = np.searchsorted(summed, total, side="left")
    block.sampled[row] = np.minimum(found, last)
