"""A model that something was left out of learns again: how much, and at what cost.

The formulas are of METHOD.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

WINDOW_TOKENS = 256
"""Read at once, from an empty context; one step of the optimizer each."""
MOST_PARAMETERS = 120_000_000
"""Larger models take hours for what hardly shows, and gigabytes."""
USUAL_WINDOWS = 128
_MOST_WINDOWS, _MOST_MINUTES = 100_000, 10_000
# Forward, and twice as much on the way back: 6 operations a weight and token.
OPERATIONS = 6
# AdamW: the weight, its gradient, and two means of it.
_BYTES_A_WEIGHT = 16
# Logits, labels, their gradient and what is between, over the vocabulary.
_VOCABULARY_BUFFERS = 6
_ENGINE_BYTES = 60_000_000
# The largest step is for models of this width; wider ones go less far (muP: Yang et al. 2022).
_LARGEST_RATE, _OF_WIDTH = 1e-4, 256
_LEAST_SHARE, _WARM_UP = 0.02, 8


class Healing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much a model learns.

    Attributes:
        windows: Of text that it learns from; 0 for as many as fit into the time.
        minutes: How long it learns, where no windows are said.
        text: A text file; empty for the text that comes along.
    """

    windows: int = 0
    minutes: float = 0.0
    text: str = ""


def parse_healing(word: str) -> Healing:
    """How much as it is typed: minutes (``10``), or windows of text (``128w``).

    Raises:
        PersonError: It is neither.
    """
    number = word.strip().lower()
    counts = number.endswith(("w", "windows"))
    number = number.removesuffix("windows").removesuffix("w").strip()
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if counts and value.is_integer() and 8 <= value <= _MOST_WINDOWS:
        return Healing(windows=int(value))
    if not counts and 0.1 <= value <= _MOST_MINUTES:
        return Healing(minutes=value)
    raise PersonError(say("shrink.healing_form", word=word[:40]))


def learning_rate(done: int, total: int, width: int) -> float:
    """How far the next step goes: rising over the first, then along half a cosine to nearly none.

    Args:
        done: Steps that were taken.
        total: Of so many; 0 where that is not known yet.
        width: Of the model's tokens.
    """
    largest = _LARGEST_RATE * min(1.0, _OF_WIDTH / max(1, width))
    falls = 0.5 + 0.5 * math.cos(math.pi * done / total) if total else 1.0
    share = _LEAST_SHARE + (1 - _LEAST_SHARE) * falls
    return largest * share * min(1.0, (done + 1) / _WARM_UP)


def healing_bytes(model: ModelFile) -> int:
    """Memory that learning takes beside the original's file, about.

    Args:
        model: The original.
    """
    row = 24 * model.embedding_length + 6 * model.feed_forward_length
    row += 6 * WINDOW_TOKENS * max(model.attention.head_counts, default=1)
    activations = 4 * WINDOW_TOKENS * model.block_count * row
    logits = 4 * WINDOW_TOKENS * model.vocabulary_size * _VOCABULARY_BUFFERS
    return _BYTES_A_WEIGHT * model.parameters + activations + logits + _ENGINE_BYTES


def healing_seconds(model: ModelFile, healing: Healing, pace: float) -> float:
    """How long learning takes, about.

    Args:
        model: The original.
        healing: How much.
        pace: Operations a second that this PC does while learning.
    """
    if not healing.windows:
        return 60 * healing.minutes
    return healing.windows * WINDOW_TOKENS * OPERATIONS * model.parameters / pace


LEARNED = "learned again from its original"
"""Stands in the header of a file that did."""


def in_words(windows: int) -> str:
    """For the header of a file."""
    return f"{LEARNED}, {windows} windows of {WINDOW_TOKENS} tokens"
