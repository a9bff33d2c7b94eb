"""Smaller and trained longer, or larger: two files at equal memory to hold against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.ladder.pairs import ABOUT_THE_SAME


@dataclass(frozen=True, slots=True)
class Sized:
    """A file with what it needs.

    Attributes:
        level: As its names say.
        parameters: Of its model.
    """

    path: Path
    level: str
    parameters: int
    needed_bytes: int


@dataclass(frozen=True, slots=True)
class EqualPair:
    """Two files that need about the same memory."""

    smaller: Sized
    larger: Sized


def equal_pair(one: Sequence[Sized], other: Sequence[Sized], limit_bytes: int) -> EqualPair | None:
    """The two files, one of each model, that need most nearly the same memory.

    Of pairs that are equally near the larger ones: they lose least by shrinking. What this PC
    cannot hold is passed over where something else can be had.

    Args:
        one: Files of a model.
        other: Files of another.
        limit_bytes: What models may have of this PC's memory.

    Returns:
        None where no two need about the same.
    """
    pairs = [
        (first, second)
        for first in one
        for second in other
        if _apart(first, second) <= math.log(ABOUT_THE_SAME)
    ]
    if not pairs:
        return None

    def worth(pair: tuple[Sized, Sized]) -> tuple[bool, float, int]:
        largest = max(each.needed_bytes for each in pair)
        return largest > limit_bytes, round(_apart(*pair), 2), -largest

    found = sorted(min(pairs, key=worth), key=lambda each: each.parameters)
    return EqualPair(*found)


def _apart(one: Sized, other: Sized) -> float:
    return abs(math.log(one.needed_bytes / other.needed_bytes))
