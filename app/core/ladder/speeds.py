"""Tests of speed as figures: the mean of their repetitions, and what follows from several."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.core.ladder.value import Value
from app.core.statistics.chunks import Estimate

if TYPE_CHECKING:
    from app.core.ladder.results import SpeedFigures

BLOCK_TOKENS = 512
"""So many of a prompt llama.cpp reads at once."""
FIRST_AFTER = 2048
"""Tokens of the prompt whose answer's first token is reckoned."""


def rate_of(test: SpeedFigures) -> Value | None:
    """Tokens a second, with a t-interval of 95 % for the mean of the repetitions."""
    if test.mean is None:
        return None
    count = len(test.samples)
    sure = Estimate(test.mean, error_of(test), count, count).interval()
    return Value(test.mean) if sure is None else Value(test.mean, sure.low, sure.high)


def error_of(test: SpeedFigures) -> float | None:
    """Standard error of the mean of a test's repetitions."""
    return None if test.stddev is None else test.stddev / math.sqrt(len(test.samples))


def first_token_of(begin: Value, end: Value, token: Value) -> Value:
    """How long the first token of an answer to a prompt of 2,048 tokens takes, in ns.

    llama.cpp reads a prompt in blocks of 512 tokens, and a block takes the longer the more tokens
    lie before it, each as much longer. Both ends are measured; so is the token that follows there.

    Args:
        begin: Tokens a second of the first block.
        end: Of the one behind 2,048 tokens.
        token: Of generating there.
    """
    blocks = FIRST_AFTER // BLOCK_TOKENS
    first, beyond = (BLOCK_TOKENS * 1e9 / rate.number for rate in (begin, end))
    longer = (beyond - first) / blocks
    reading = sum(first + place * longer for place in range(blocks))
    return Value(reading + 1e9 / token.number)
