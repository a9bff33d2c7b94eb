"""One ladder of the window's list: what it measures, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from app.core.candidates.candidate import LETTERS, Candidate, candidate_of
from app.core.models.model_names import family_of
from app.core.text.shared_names import file_name
from app.lab.ladder.plan import LadderPlan, rows_of
from app.lab.works.work import Work, WorkState

if TYPE_CHECKING:
    from app.lab.ladder.kept import About
    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.run import LadderOrder

_LETTERS_BEYOND = "GHIJKLMNOPQRSTUVWXYZ"


class LadderState(Enum):
    """What becomes of a ladder."""

    PREPARING = "preparing"
    WAITING = "waiting"
    MEASURING = "measuring"
    PAUSED = "paused"
    ENDING = "ending"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    FINISHED = "finished"


SHOWN = {
    WorkState.PREPARING: LadderState.PREPARING,
    WorkState.WAITING: LadderState.WAITING,
    WorkState.RUNNING: LadderState.MEASURING,
    WorkState.PAUSED: LadderState.PAUSED,
    WorkState.STOPPING: LadderState.ENDING,
    WorkState.FAILED: LadderState.FAILED,
    WorkState.DONE: LadderState.FINISHED,
    WorkState.CANCELLED: LadderState.UNFINISHED,
}
"""What becomes of a ladder with its work; without one it stays as it is."""
AT_WORK = frozenset({LadderState.MEASURING, LadderState.PAUSED, LadderState.ENDING})
"""The states of a ladder that holds the worker; no more than one ladder is in them."""
QUEUED = frozenset({LadderState.PREPARING, LadderState.WAITING})


@dataclass(eq=False, slots=True)
class LadderEntry:
    """One ladder. Belongs to the thread of the service; everything in it is for looking at only.

    Attributes:
        plan: What is measured; None while it is being prepared for the first time.
        letters: Of each candidate by its key, given by whoever ordered it, or by the order of rows.
        about: Its questions and text; None where that is not known (yet).
        number: Of the store; None where it is not kept (yet).
        result: What is measured so far; None where nobody has looked yet. Never changes: a later
            one takes its place.
        progress: How far it is while it is at work.
        error: Why it failed, a sentence.
        work: Its work in the queue; None where it is on no way.
        not_kept: Why its steps are not kept for another time, a sentence; empty where they are.
        name: The person's own; empty where it goes by its model.
        ordinal: Which of those it is that go by the same model, counted from 1.
    """

    order: LadderOrder | None
    plan: LadderPlan | None
    created_ns: int
    state: LadderState = LadderState.PREPARING
    letters: dict[str, str] = field(default_factory=lambda: dict[str, str]())
    about: About | None = None
    number: int | None = None
    finished_ns: int | None = None
    result: LadderResult | None = None
    progress: LadderProgress | None = None
    error: str = ""
    not_kept: str = ""
    name: str = ""
    ordinal: int = 1
    work: Work | None = field(default=None, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its candidates' keys in the order of the rows."""
        if self.plan is not None:
            return rows_of(self.plan)
        if self.order is None:
            return ()
        reference = self.order.reference.key()
        candidates = tuple(dict.fromkeys(each.key() for each in self.order.candidates))
        return candidates if reference in candidates else (reference, *candidates)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What runs, in the order of the rows."""
        return tuple(map(self.candidate, self.keys))

    def candidate(self, key: str) -> Candidate:
        """One of them by its key."""
        if self.plan is not None:
            return self.plan.candidate(key)
        every = (self.order.reference, *self.order.candidates) if self.order else ()
        return next((each for each in every if each.key() == key), candidate_of(key))

    @property
    def reference(self) -> str:
        """The key of what the others are measured against."""
        if self.plan is not None:
            return self.plan.reference
        return self.order.reference.key() if self.order is not None else ""

    @property
    def is_night(self) -> bool:
        """Whether its files come one by one."""
        if self.plan is not None:
            return self.plan.night is not None
        return self.order is not None and self.order.night is not None

    @property
    def is_late(self) -> bool:
        """Whether it is a night whose hour came before everything was measured."""
        night = self.result.night if self.result is not None else None
        return night is not None and night.is_late

    @property
    def is_left_over(self) -> bool:
        """Whether it has ended with something that is to be measured another time."""
        return self.is_late or (self.result is not None and self.result.left_steps > 0)

    @property
    def model(self) -> str:
        """The model that it is of, as its file is called."""
        name = name_of(self.candidate(self.reference).name)
        return family_of(name) or name

    def letter(self, key: str) -> str:
        """What stands for a candidate on the page; up to six have a colour too."""
        return self.letters.get(key, "?")


def letters_for(keys: tuple[str, ...], given: dict[str, str]) -> dict[str, str]:
    """A letter for each candidate: those given, else the next that is free.

    Where these would not stand in their order from row to row, all get letters anew.
    """
    every = LETTERS + _LETTERS_BEYOND
    kept = {key: given[key] for key in keys if key in given}
    free = iter(letter for letter in every if letter not in kept.values())
    found = {key: kept.get(key) or next(free, "?") for key in keys}
    if list(found.values()) == sorted(found.values()):
        return found
    return {key: every[place] if place < len(every) else "?" for place, key in enumerate(keys)}


def name_of(file: str) -> str:
    """A model file's name without what all have."""
    return file_name(file).removesuffix(".gguf")
