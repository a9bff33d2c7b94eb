"""How much memory a candidate will need, estimated from its header before anything is loaded.

The context's part follows llama.cpp's formulas exactly; compute buffers and overhead are fitted
to its figures. Once an engine has loaded the file, measured figures take the place of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.settings import BATCH_TOKENS, USUAL_ENGINE, EngineSettings
from app.core.models.levels import TENSOR_TYPES

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

RESERVED_BYTES = 1_500_000_000
"""What the engines leave to the system and to the window."""

SYSTEM_BYTES = 4_000_000_000
"""What a system keeps with its desktop and a browser: the least memory that Windows 11 and Ubuntu's
desktop ask for."""
SYSTEM_SHARE = 0.25
"""No more of a PC's memory than this: small ones run lighter systems."""

_TENTH_BYTES = 100_000_000
_CELL_PADDING = 256
_TYPES_BY_NAME = {entry.name: entry for entry in TENSOR_TYPES.values()}
# Python, its libraries and llama.cpp's own structures; and text, hash tables and merges of one
# token of the vocabulary, at their peak while they are read. Measured with vocabularies of 2,000
# to 262,000 tokens: within 4 MB. SentencePiece and WordPiece have no merges, which take a third.
_ENGINE_BYTES = 50_000_000
_TOKEN_BYTES, _TOKEN_BYTES_WITHOUT_MERGES = 300, 210
_FLOAT_BYTES = 4
_MASK_BYTES = 2
# Buffers of a batch that live at the same time, of the width of the feed-forward layer and of the
# residual stream: what llama.cpp's graph allocator arrives at for dense models.
_WIDE_BUFFERS = 3
_NARROW_BUFFERS = 4


@dataclass(frozen=True, slots=True)
class Needs:
    """What an engine needs, part by part.

    Attributes:
        weights_bytes: The tensors, without repacked copies.
        kv_bytes: Keys and values of a full context, and fixed states.
        compute_bytes: Buffers of one batch.
        output_bytes: Logits of one token.
        overhead_bytes: The engine process and the vocabulary.
    """

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    output_bytes: int
    overhead_bytes: int

    @property
    def total_bytes(self) -> int:
        """All parts together."""
        return (
            self.weights_bytes
            + self.kv_bytes
            + self.compute_bytes
            + self.output_bytes
            + self.overhead_bytes
        )


def estimated_needs(
    model: ModelFile, context_tokens: int, engine: EngineSettings = USUAL_ENGINE
) -> Needs:
    """Estimate what a model needs with a context of this size.

    Args:
        model: The model file.
        context_tokens: Size of the context.
        engine: How it is loaded.
    """
    return Needs(
        weights_bytes=model.tensor_bytes,
        kv_bytes=kv_cache_bytes(model, context_tokens, engine),
        compute_bytes=_compute_bytes(model, context_tokens, engine.computed_tokens),
        output_bytes=model.vocabulary_size * _FLOAT_BYTES,
        overhead_bytes=overhead_bytes(model.vocabulary_size, merges=model.has_merges),
    )


def overhead_bytes(vocabulary_tokens: int, *, merges: bool = True) -> int:
    """What an engine needs beside llama.cpp's buffers, as measured.

    Args:
        vocabulary_tokens: Of the model.
        merges: Its vocabulary has merges, as BPE does.
    """
    token_bytes = _TOKEN_BYTES if merges else _TOKEN_BYTES_WITHOUT_MERGES
    return _ENGINE_BYTES + token_bytes * vocabulary_tokens


def kv_cache_bytes(
    model: ModelFile, context_tokens: int, engine: EngineSettings = USUAL_ENGINE
) -> int:
    """Return the size of keys, values and fixed states of one sequence with a full context."""
    full_cells = _full_cells(context_tokens)
    window_cells = _window_cells(model, context_tokens, engine.computed_tokens)
    keys = values = 0
    for layer in model.attention.layers:
        cells = window_cells if layer.has_window else full_cells
        keys += layer.key_width * cells
        values += layer.value_width * cells
    total_bytes = model.attention.state_bytes
    for elements, kv_type in zip((keys, values), engine.kv_types, strict=True):
        stored = _TYPES_BY_NAME[kv_type.upper()]
        total_bytes += -(-elements // stored.block_elements) * stored.block_bytes
    return total_bytes


def cached_elements(model: ModelFile, context_tokens: int) -> tuple[int, ...]:
    """Return how many elements of keys and values each layer keeps with a full context."""
    full_cells = _full_cells(context_tokens)
    window_cells = _window_cells(model, context_tokens, BATCH_TOKENS)
    return tuple(
        (layer.key_width + layer.value_width) * (window_cells if layer.has_window else full_cells)
        for layer in model.attention.layers
    )


def memory_budget_bytes(available_bytes: int, reserve_bytes: int | None = None) -> int:
    """Return what engines may take of the memory that is available now; never negative.

    Args:
        available_bytes: To programs, at this moment.
        reserve_bytes: What other programs are to find free; None for the usual.
    """
    return max(0, available_bytes - (RESERVED_BYTES if reserve_bytes is None else reserve_bytes))


def lasting_budget_bytes(total_bytes: int) -> int:
    """Return what a PC with so much memory has for models, whatever is open this second.

    In tenths of a gigabyte: systems tell slightly less or more of the same memory.
    """
    rest = total_bytes - min(SYSTEM_BYTES, round(SYSTEM_SHARE * total_bytes))
    return rest // _TENTH_BYTES * _TENTH_BYTES


def _full_cells(context_tokens: int) -> int:
    return -(-max(1, context_tokens) // _CELL_PADDING) * _CELL_PADDING


def _window_cells(model: ModelFile, context_tokens: int, batch_tokens: int) -> int:
    """Cells of layers with a sliding window: the window, one batch, never more than the rest."""
    full_cells = _full_cells(context_tokens)
    if model.sliding_window is None:
        return full_cells
    return _full_cells(min(full_cells, model.sliding_window + min(batch_tokens, context_tokens)))


def _compute_bytes(model: ModelFile, context_tokens: int, batch_tokens: int) -> int:
    batch = max(1, min(batch_tokens, context_tokens))
    expert_width = model.expert_feed_forward_length * model.expert_used_count
    width = max(model.feed_forward_length, expert_width)
    buffers = (_WIDE_BUFFERS * width + _NARROW_BUFFERS * model.embedding_length) * _FLOAT_BYTES
    mask_cells = _full_cells(context_tokens)
    if any(layer.has_window for layer in model.attention.layers):
        mask_cells += _window_cells(model, context_tokens, batch_tokens)
    return batch * (buffers + mask_cells * _MASK_BYTES)
