"""llama-perplexity's own comparison, so that figures can be laid beside published ones.

The tool of llama.cpp (commit 0c1e57098, tools/perplexity) takes chunks of ``ctx`` tokens, each
from an empty context, its first token replaced by the beginning-of-text token where the model wants
one, and scores the positions from the middle of the chunk on. It stores the reference in 16 bits
a token: whole steps between the largest logit and the smallest one, or 16 below the largest where
the smallest is lower; what lies below is lifted to the bottom. Its KL divergence leaves out every
token whose stored ln p is -16 or less. All of that in single precision, sums in double, as here.

Other facts for whoever drives this: a final line feed of the text file is dropped; special tokens
written in the text are read as plain text; a rest shorter than a chunk is left out; fewer than two
chunks are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - types of fields

CTX_TOKENS = 512
CUT_LN_P = np.float32(-16.0)
_RANGE = np.float32(16.0)
_STEPS = np.float32(65535.0)
# Below this a step is no ordinary number, and one by it none at all: the logits are all alike.
_LEAST_SCALE = np.finfo(np.float32).tiny


@dataclass(frozen=True, slots=True)
class RoundedRow:
    """The reference's distribution at one position in 16 bits: ln p = scale × steps + bottom."""

    scale: np.float32
    bottom: np.float32
    steps: NDArray[np.uint16]

    def ln_p(self) -> NDArray[np.float32]:
        """Log probability ln p of every token, in single precision."""
        return self.scale * self.steps.astype(np.float32) + self.bottom


def scored_positions(ctx_tokens: int = CTX_TOKENS) -> range:
    """The positions of a chunk that count: 255 of 512, from the middle to the last but one.

    The tool also evaluates the last position, whose next token belongs to the next chunk.
    """
    return range(ctx_tokens // 2, ctx_tokens - 1)


def round_row(row: NDArray[np.float32]) -> RoundedRow:
    """Round the reference's logits of one position as the tool stores them."""
    top, log_total = single_log_sum(row)
    lowest = np.float32(max(row.min(), top - _RANGE))
    bottom = np.float32(lowest - top - log_total)
    scale = np.float32((top - lowest) / _STEPS)
    steps = np.zeros(len(row), dtype=np.uint16)
    if scale >= _LEAST_SCALE:
        above = np.maximum(row - lowest, np.float32(0.0))
        steps = np.rint(np.float32(1.0) / scale * above).astype(np.uint16)
    return RoundedRow(scale, bottom, steps)


def single_log_sum(row: NDArray[np.float32]) -> tuple[np.float32, np.float32]:
    """The largest logit and ln Σ exp(logit - largest), rounded to single precision as there."""
    top = np.float32(row.max())
    total = np.sum(np.exp(row - top), dtype=np.float64)
    return top, np.float32(np.log(total))
