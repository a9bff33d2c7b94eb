"""Compact blocks put together and taken apart: engines evaluate a chunk in several batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from app.core.quality.compact import CompactBlock

_FACTS = ("vocabulary", "comparable")


def join_blocks(blocks: Sequence[CompactBlock]) -> CompactBlock:
    """The blocks of consecutive positions as one.

    Raises:
        ValueError: There is none, or they are not of one measurement.
    """
    if not blocks:
        raise ValueError("no blocks to join")
    first = blocks[0]
    facts = {(block.vocabulary, block.comparable, block.kept.shape[1]) for block in blocks}
    if len(facts) > 1:
        raise ValueError("blocks of different measurements")
    return _rebuilt(first, lambda name: np.concatenate([getattr(block, name) for block in blocks]))


def rows_of(block: CompactBlock, start: int, stop: int) -> CompactBlock:
    """The positions from ``start`` to before ``stop``, as views."""
    return _rebuilt(block, lambda name: getattr(block, name)[start:stop])


def _rebuilt(block: CompactBlock, value: Callable[[str], Any]) -> CompactBlock:
    names = [field.name for field in fields(CompactBlock) if field.name not in _FACTS]
    return CompactBlock(block.vocabulary, block.comparable, **{name: value(name) for name in names})
