"""A candidate that can be picked, and what a list of such is to people: order, letters, names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.candidates.candidate import LETTERS, MAX_CANDIDATES, Candidate
from app.core.errors import PersonError
from app.core.models.levels import FULL_PRECISION_BITS, level_by_name
from app.lab.ladder.pace import FileSizes


@dataclass(frozen=True, slots=True)
class PickFile:
    """A candidate that may be opened or measured.

    Attributes:
        family: What stands above it and its like.
        level: As its header says, or its name.
        bits: Per weight; None where no header was read yet.
        why_not: Why it cannot be used, a sentence; empty where it can.
        letter: That it has in Compare, or empty.
        needs_bytes: Memory that it needs, as its header says; None where that is not known.
        copies: How many files of this content are on this PC.
        active_parameters: That work on a token; 0 where no header was read yet.
    """

    candidate: Candidate
    name: str
    family: str
    level: str
    size_bytes: int | None = None
    bits: float | None = None
    why_not: str = ""
    letter: str = ""
    needs_bytes: int | None = None
    copies: int = 1
    active_parameters: int = 0

    @property
    def path(self) -> Path:
        """The model file."""
        return self.candidate.file


def in_shrink_order(files: Sequence[PickFile]) -> list[PickFile]:
    """From the least to the most shrunken, as far as that is known.

    What a server does not tell the level of comes first: what runs elsewhere is mostly too large
    for this PC, and wanted as the yardstick.
    """

    def place(file: PickFile) -> tuple[float, int]:
        unknown = math.inf if file.candidate.server is not None else 0.0
        return -(_bits(file) or unknown), -(file.size_bytes or 0)

    return sorted(files, key=place)


def reference_among(files: Sequence[PickFile], chosen: Candidate | None) -> Candidate | None:
    """The one that was chosen, if it is among them, else the first; None of none."""
    candidates = [file.candidate for file in files]
    if chosen in candidates:
        return chosen
    return candidates[0] if candidates else None


def can_be_ladder(files: Sequence[PickFile]) -> bool:
    """Whether there are neither too few nor too many."""
    return 2 <= len(files) <= MAX_CANDIDATES


def sizes_of(file: PickFile) -> FileSizes:
    """What the time of a candidate follows from, as far as it is known."""
    size = file.size_bytes or 0
    bits = _bits(file) or FULL_PRECISION_BITS
    active = file.active_parameters or round(size * 8 / bits)
    return FileSizes(size, active, round(active * bits / 8))


def letters_of(files: Sequence[PickFile]) -> dict[str, str]:
    """The letters that the window shows them by; who has none gets the first that is free."""
    given = {file.candidate.key(): file.letter for file in files if file.letter}
    free = iter(letter for letter in LETTERS if letter not in given.values())
    keys = [file.candidate.key() for file in files]
    return {key: given.get(key) or next(free, "?") for key in keys}


def short_name(file: PickFile, among: Sequence[PickFile]) -> str:
    """The level where it tells the files apart, else the name."""
    if file.candidate.server is not None:
        return file.name  # the models of a server are no versions of one
    source = file.candidate.source
    alike = {
        other.candidate.source for other in among if other.level == file.level and not other.why_not
    }
    return file.level if file.level and alike <= {source} else file.name


def _bits(file: PickFile) -> float | None:
    if file.bits is not None:
        return file.bits
    try:
        return level_by_name(file.level).nominal_bits if file.level else None
    except PersonError:
        return None
