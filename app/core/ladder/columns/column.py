"""What a column of a ladder is, and what stands in its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from app.core.ladder.results import StepKind
from app.core.ladder.value import Missing, Note, Value
from app.core.words.sentence import English

if TYPE_CHECKING:
    from app.core.ladder.row import Row


class Kind(Enum):
    """What a column's figures are."""

    NAME = "name"
    STATE = "state"
    BYTES = "bytes"
    BITS = "bits"
    SPEED = "tokens a second"
    DURATION = "ns"
    ENERGY = "joules"
    SHARE = "share"
    NATS = "nats"
    TOP_NATS = "nats of the likeliest tokens"
    RATIO = "logarithm of a ratio"
    RIGHT = "right answers"
    POINTS = "points"
    VOTES = "votes"
    PLAIN = "anything, as it is"


class Basis(Enum):
    """How a figure was taken, for whoever asks."""

    FILE = "file"
    MEASURED_MEMORY = "measured memory"
    PLANNED_MEMORY = "planned memory"
    PROMPT_TEST = "pp"
    GENERATION_TEST = "tg"
    ENERGY = "energy of tg"
    DEEP_PROMPT_TEST = "pp in a filled context"
    DEEP_GENERATION_TEST = "tg in a filled context"
    DIVERGENCE = "divergence"
    TEXT = "text"
    QUESTIONS = "questions"
    VOTES = "votes"
    ANSWERS = "answers"
    TOLD = "told of a text"
    CLOCK = "clock"
    SERVER = "server"
    NOTHING = "nothing"


class Place(Enum):
    """Where a column is shown: ``USUAL``, in the window's table without its details."""

    TABLE = "table"
    USUAL = "usual"
    TERMINAL = "terminal"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"


Cell = Value | Missing | str | int | float | bool | None
"""A figure or why there is none; of plain columns whatever it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: Its name in settings and CSV; never changes.
        title: What stands above it in the window.
        head: The same in tables for people elsewhere.
        explanation: What it shows.
        kind: What its figures are.
        value: Takes the figure out of a row.
        places: Where it is shown.
        ends: Whether CSV has the ends of its intervals in columns of their own.
        below: Key of the column below whose figures it stands in an HTML report.
        decimals: How many, for kinds that have a fixed number.
        basis: How it was taken.
        spare: How soon a narrow terminal does without it, 1 first; 0 for never.
    """

    key: str
    title: str
    head: str
    explanation: str
    kind: Kind
    value: Callable[[Row], Cell]
    places: frozenset[Place]
    ends: bool = False
    below: str = ""
    decimals: int = 0
    basis: Basis = Basis.NOTHING
    spare: int = 0


def is_wanted(column: Column, rows: Sequence[Row]) -> bool:
    """Whether these rows have a use for a column: some are for ladders with servers alone."""
    return column.basis not in _OF_SERVERS or any(row.is_far for row in rows)


def cell_of(column: Column, row: Row) -> Cell:
    """A figure, or why there is none."""
    found = column.value(row)
    if row.is_told_by_another and column.basis in _SAID and isinstance(found, Value):
        shared = Note.SAME if row.candidate.draft is None else Note.AS_UNDRAFTED
        return replace(found, note=found.note or shared)
    if not isinstance(found, Missing) or found is Missing.IS_REFERENCE:
        return found
    if row.is_far and column.basis in _OF_THERE:
        return Missing.NOT_TOLD
    return found if _STEPS.get(column.basis) not in row.unable else Missing.NOT_MEASURABLE


def why_missing(column: Column, row: Row) -> English | None:
    """Why a figure cannot be had of this row's engine; None where it can, or is there."""
    if cell_of(column, row) is Missing.NOT_MEASURABLE:
        return row.why_unable(_STEPS[column.basis])
    return None


def figure_of(column: Column, row: Row) -> Value | None:
    """The figure that stands beside the others; None where there is none."""
    found = cell_of(column, row)
    return found if isinstance(found, Value) and not found.is_own else None


_OF_SERVERS = frozenset({Basis.ANSWERS, Basis.TOLD, Basis.CLOCK, Basis.SERVER})
_STEPS = {
    Basis.MEASURED_MEMORY: StepKind.MEMORY,
    Basis.PROMPT_TEST: StepKind.SPEED,
    Basis.GENERATION_TEST: StepKind.SPEED,
    Basis.ENERGY: StepKind.SPEED,
    Basis.DEEP_PROMPT_TEST: StepKind.SPEED,
    Basis.DEEP_GENERATION_TEST: StepKind.SPEED,
    Basis.DIVERGENCE: StepKind.QUALITY,
    Basis.TEXT: StepKind.QUALITY,
    Basis.PLANNED_MEMORY: StepKind.MEMORY,
    Basis.QUESTIONS: StepKind.TASKS,
    Basis.ANSWERS: StepKind.ALONG,
    Basis.TOLD: StepKind.TOLD,
}

_SAID = frozenset(
    {Basis.DIVERGENCE, Basis.TEXT, Basis.QUESTIONS, Basis.VOTES, Basis.ANSWERS, Basis.TOLD}
)
_OF_THERE = frozenset({Basis.FILE})

EVERYWHERE = frozenset(Place)
DETAILS = EVERYWHERE - {Place.USUAL}
SHORT = frozenset({Place.USUAL, Place.MARKDOWN})


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Marks a text for Qt's extractor, which knows this name; the window translates it."""
    return text


def plain(
    key: str,
    value: Callable[[Row], Cell],
    *,
    ends: bool = False,
    basis: Basis = Basis.NOTHING,
) -> Column:
    """What only programs read."""
    places = frozenset({Place.CSV})
    return Column(key, key, key, "", Kind.PLAIN, value, places, ends, basis=basis)
