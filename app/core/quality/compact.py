"""The reference's distributions in about 2 kB a position instead of 600.

Kept of each position: the most likely tokens (256 unless told otherwise) with ln p in 16-bit steps
over their own range; of the rest, the *tail*, its total probability and a sample of 64 tokens
drawn in proportion to their probability, with their exact ln p; the next token's exact ln p; and
the most likely token. ``compacting`` makes such blocks, ``compact_scores`` scores against them.

A *comparable* block holds what ``comparable`` rounds: its 16-bit steps as they are, and a tail
without the tokens at or below the cut.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - types of fields

KEPT_TOKENS = 256
SAMPLED_TOKENS = 64
_MAGIC = b"SSQD"
_VERSION = 1
_HEADER = struct.Struct("<4sHHIIII")
_COMPARABLE = 1
# The arrays of a block with how many values of what kind a position has. Widest first, so that each
# starts at a multiple of its width. Little-endian, as every machine is that llama.cpp runs on; a
# cache is not carried to another one anyway.
_LAYOUT: dict[str, tuple[type[np.generic], str]] = {
    "tail": (np.float64, "one"),
    "next_ln_p": (np.float64, "one"),
    "scale": (np.float32, "one"),
    "bottom": (np.float32, "one"),
    "top": (np.uint32, "one"),
    "kept": (np.uint32, "kept"),
    "sampled": (np.uint32, "sampled"),
    "sampled_ln_p": (np.float32, "sampled"),
    "steps": (np.uint16, "kept"),
}


@dataclass(frozen=True, slots=True)
class CompactBlock:
    """The reference's distributions at the positions of one chunk.

    Attributes:
        vocabulary: How many tokens a full row has.
        comparable: Whether these are llama-perplexity's rounded distributions.
        tail: Total probability of the tokens that were not kept; in a comparable block without
            those at or below the cut.
        next_ln_p: ln p of the token that comes next in the text.
        scale: For each position the width of a step, in nats.
        bottom: ln p of step 0.
        top: The likeliest token.
        kept: Tokens of each position, likeliest first.
        sampled: Tokens drawn from the tail; without meaning where the tail is 0.
        sampled_ln_p: Their ln p.
        steps: ln p of the kept tokens, in steps above ``bottom``.
    """

    vocabulary: int
    comparable: bool
    tail: NDArray[np.float64]
    next_ln_p: NDArray[np.float64]
    scale: NDArray[np.float32]
    bottom: NDArray[np.float32]
    top: NDArray[np.uint32]
    kept: NDArray[np.uint32]
    sampled: NDArray[np.uint32]
    sampled_ln_p: NDArray[np.float32]
    steps: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.top)

    def to_bytes(self) -> bytes:
        """This block as one run of bytes, of the length that ``block_bytes`` foretells."""
        flags = _COMPARABLE if self.comparable else 0
        sizes = (len(self), self.vocabulary, self.kept.shape[1], self.sampled.shape[1])
        header = _HEADER.pack(_MAGIC, _VERSION, flags, *sizes)
        arrays = (getattr(self, name).astype(kind) for name, (kind, _) in _LAYOUT.items())
        return b"".join((header, *(array.tobytes() for array in arrays)))


def block_of(
    vocabulary: int,
    comparable: bool,
    sizes: tuple[int, int, int],
    take: Callable[[np.dtype[Any], tuple[int, ...]], NDArray[Any]],
) -> CompactBlock:
    """A block of arrays that are taken one after the other.

    Args:
        vocabulary: As the block's.
        comparable: As the block's.
        sizes: How many positions, kept tokens and sampled ones.
        take: Gives an array of a kind and shape.
    """
    positions, kept, sampled = sizes
    widths = {"one": (), "kept": (kept,), "sampled": (sampled,)}
    arrays = {
        name: take(np.dtype(kind), (positions, *widths[width]))
        for name, (kind, width) in _LAYOUT.items()
    }
    return CompactBlock(vocabulary, comparable, **arrays)


def join_blocks(blocks: Sequence[CompactBlock]) -> CompactBlock:
    """The blocks of consecutive positions as one: engines evaluate a chunk in several batches.

    Raises:
        ValueError: There is none, or they are not of one measurement.
    """
    facts = {(block.vocabulary, block.comparable, block.kept.shape[1]) for block in blocks}
    if len(facts) != 1:
        raise ValueError("blocks of no measurement, or of different ones")
    joined = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in _LAYOUT}
    return replace(blocks[0], **joined)


def rows_of(block: CompactBlock, start: int, stop: int) -> CompactBlock:
    """The positions from ``start`` to before ``stop``, as views."""
    return replace(block, **{name: getattr(block, name)[start:stop] for name in _LAYOUT})


def block_bytes(
    positions: int, vocabulary: int, kept: int = KEPT_TOKENS, sampled: int = SAMPLED_TOKENS
) -> int:
    """How many bytes a block of so many positions takes."""
    kept = min(kept, vocabulary)
    return _HEADER.size + positions * (8 + 8 + 4 + 4 + 4 + 6 * kept + 8 * sampled)


def from_bytes(data: bytes | memoryview) -> CompactBlock:
    """Read a block; its arrays are read-only views into the data.

    Raises:
        ValueError: The data is no such block, of another version, damaged or cut short.
    """
    if len(data) < _HEADER.size:
        raise ValueError("the stored reference is cut short")
    magic, version, flags, positions, vocabulary, kept, sampled = _HEADER.unpack_from(data)
    if magic != _MAGIC or version != _VERSION:
        raise ValueError("not a stored reference of this version")
    if kept > vocabulary or len(data) != block_bytes(positions, vocabulary, kept, sampled):
        raise ValueError("the stored reference is cut short")
    at = _HEADER.size

    def taken(kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        nonlocal at
        array = np.frombuffer(data, kind, math.prod(shape), at)
        at += array.nbytes
        return array.reshape(shape)

    comparable = bool(flags & _COMPARABLE)
    block = block_of(vocabulary, comparable, (positions, kept, sampled), taken)
    if any(int(tokens.max(initial=0)) >= vocabulary for tokens in (block.kept, block.sampled)):
        raise ValueError("the stored reference names tokens outside its vocabulary")
    return block
