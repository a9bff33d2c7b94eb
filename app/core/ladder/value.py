"""A figure in a cell, with its interval and what is said beside it; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Missing(Enum):
    """Why there is no figure."""

    NOT_MEASURED = "not measured"
    IS_REFERENCE = "the others are measured against it"
    NOT_MEASURABLE = "cannot be measured there"
    NOT_TOLD = "not told by the server"
    NOT_TAKEN_THERE = "its context is too small, or it was not taken"
    NOT_VOTED = "nobody has voted"


class Note(Enum):
    """What is said beside a figure."""

    AT_FLOOR = "at the noise floor"
    FLOOR = "noise floor"
    WITH_ITSELF = "with itself"
    OVER_LIMIT = "over the limit"
    AS_UNDRAFTED = "as without draft"
    SAME = "same by construction"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure.

    Attributes:
        number: In the unit of its column.
        low: Lower end of its 95 % interval, of a speed of the deviation of its repetitions; None
            where it has none.
        high: Upper end.
        counts: Which two numbers it comes from: so many of so many, or so many against so many.
        off: How far a prediction is off, as a share of what was measured.
        note: What is said beside it.
        is_own: Of the reference against itself, so that it is no figure beside the others.
    """

    number: float
    low: float | None = None
    high: float | None = None
    counts: tuple[int, int] | None = None
    off: float | None = None
    note: Note | None = None
    is_own: bool = False
