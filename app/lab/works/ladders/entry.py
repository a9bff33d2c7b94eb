"""One ladder of the window's list: what it measures, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from app.base.states import Transitions
from app.core.candidates.candidate import LETTERS
from app.core.text.shared_names import file_name
from app.lab.ladder.plan import rows_of

if TYPE_CHECKING:
    from app.lab.ladder.kept import About
    from app.lab.ladder.plan import LadderPlan
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


_S = LadderState
_NEXT = Transitions(
    LadderState,
    {
        _S.PREPARING: {_S.WAITING, _S.FAILED, _S.UNFINISHED},
        _S.WAITING: {_S.MEASURING, _S.UNFINISHED},
        _S.MEASURING: {_S.PAUSED, _S.ENDING, _S.FINISHED, _S.FAILED},
        _S.PAUSED: {_S.MEASURING, _S.ENDING, _S.FINISHED, _S.FAILED},
        _S.ENDING: {_S.UNFINISHED, _S.FINISHED, _S.FAILED},
        _S.UNFINISHED: {_S.PREPARING},
        _S.FAILED: {_S.PREPARING},
    },
)
AT_WORK = frozenset({LadderState.MEASURING, LadderState.PAUSED, LadderState.ENDING})
"""The states of a ladder that holds the worker; no more than one ladder is in them."""
QUEUED = frozenset({LadderState.PREPARING, LadderState.WAITING})


@dataclass(eq=False, slots=True)
class LadderEntry:
    """One ladder. Belongs to the thread of the service; everything in it is for looking at only.

    Attributes:
        uid: Names it while the program runs.
        plan: What is measured; None while it is being prepared for the first time.
        letters: Of each file, given by whoever ordered it, or by the order of rows.
        about: Its questions and text; None where that is not known (yet).
        number: Of the store; None where it is not kept (yet).
        result: What is measured so far; None where nobody has looked yet. Never changes: a later
            one takes its place.
        progress: How far it is while it is at work.
        error: Why it failed, a sentence.
        not_kept: Why its steps are not kept for another time, a sentence; empty where they are.
    """

    uid: int
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

    def enter(self, state: LadderState) -> None:
        """Become another state.

        Raises:
            IllegalTransition: It may not follow.
        """
        self.state = _NEXT.step(self.state, state)

    @property
    def files(self) -> tuple[str, ...]:
        """Its files in the order of the rows."""
        if self.plan is not None:
            return rows_of(self.plan)
        if self.order is None:
            return ()
        reference = str(self.order.reference)
        candidates = tuple(dict.fromkeys(map(str, self.order.candidates)))
        return candidates if reference in candidates else (reference, *candidates)

    @property
    def reference(self) -> str:
        """What the others are measured against."""
        if self.plan is not None:
            return self.plan.reference
        return str(self.order.reference) if self.order is not None else ""

    def letter(self, file: str) -> str:
        """What stands for a file on the page; up to six have a colour too."""
        return self.letters.get(file, "?")


def letters_for(files: tuple[str, ...], given: dict[str, str]) -> dict[str, str]:
    """A letter for each file: those given, else the next that is free."""
    kept = {file: given[file] for file in files if file in given}
    free = iter(letter for letter in LETTERS + _LETTERS_BEYOND if letter not in kept.values())
    return {file: kept.get(file) or next(free, "?") for file in files}


def name_of(file: str) -> str:
    """A model file's name without what all have."""
    return file_name(file).removesuffix(".gguf")
