"""The reference's distributions in about 2 kB a position instead of 600.

Kept of each position: the most likely tokens (256 unless told otherwise) with ln p in 16-bit steps
over their own range; of the rest, the *tail*, its total probability and a sample of 64 tokens
drawn in proportion to their probability, with their exact ln p; the next token's exact ln p; and
the most likely token. ``compacting`` makes such blocks, ``compact_scores`` scores against them.

A *comparable* block holds what ``comparable`` rounds: its 16-bit steps as they are, and a tail
without the tokens at or below the cut.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - types of fields

Kind = TypeVar("Kind", bound=np.generic)

KEPT_TOKENS = 256
SAMPLED_TOKENS = 64
_MAGIC = b"SSQD"
_VERSION = 1
_HEADER = struct.Struct("<4sHHIIII")
_COMPARABLE = 1


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
        # Widest first, so that every array starts at a multiple of its width. Little-endian, as
        # every machine is that llama.cpp runs on; a cache is not carried to another one anyway.
        arrays = (
            self.tail.astype(np.float64),
            self.next_ln_p.astype(np.float64),
            self.scale.astype(np.float32),
            self.bottom.astype(np.float32),
            self.top.astype(np.uint32),
            self.kept.astype(np.uint32),
            self.sampled.astype(np.uint32),
            self.sampled_ln_p.astype(np.float32),
            self.steps.astype(np.uint16),
        )
        header = _HEADER.pack(_MAGIC, _VERSION, flags, *sizes)
        return b"".join((header, *(array.tobytes() for array in arrays)))


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
    reader = _Reader(data, positions)
    block = CompactBlock(
        vocabulary,
        bool(flags & _COMPARABLE),
        tail=reader.column(np.dtype(np.float64)),
        next_ln_p=reader.column(np.dtype(np.float64)),
        scale=reader.column(np.dtype(np.float32)),
        bottom=reader.column(np.dtype(np.float32)),
        top=reader.column(np.dtype(np.uint32)),
        kept=reader.table(np.dtype(np.uint32), kept),
        sampled=reader.table(np.dtype(np.uint32), sampled),
        sampled_ln_p=reader.table(np.dtype(np.float32), sampled),
        steps=reader.table(np.dtype(np.uint16), kept),
    )
    if any(int(tokens.max(initial=0)) >= vocabulary for tokens in (block.kept, block.sampled)):
        raise ValueError("the stored reference names tokens outside its vocabulary")
    return block


class _Reader:
    """Takes one array after the other from a run of bytes."""

    def __init__(self, data: bytes | memoryview, positions: int) -> None:
        self._data = data
        self._positions = positions
        self._at = _HEADER.size

    def column(self, kind: np.dtype[Kind]) -> NDArray[Kind]:
        """One value a position."""
        return self.table(kind, 1).reshape(self._positions)

    def table(self, kind: np.dtype[Kind], width: int) -> NDArray[Kind]:
        """Several values a position."""
        count = self._positions * width
        array = np.frombuffer(self._data, dtype=kind, count=count, offset=self._at)
        self._at += array.nbytes
        return array.reshape(self._positions, width)
