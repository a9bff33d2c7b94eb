"""Files of a ladder that are not all here at the same time: what brings them for their steps.

How that is done stands in ``app.lab.works.nights``; here is what a ladder asks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from app.base.gate import Stopped
from app.core.errors import PersonError
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.ladder.night import NightNotes
    from app.core.words.sentence import Sentence
    from app.lab.ladder.effort import Sizes
    from app.lab.ladder.plan import Step
    from app.lab.ladder.progress import Clock, LadderProgress
    from app.lab.ladder.rows import LadderResult


class HourCome(Stopped):
    """The hour that was set has come: what runs ends, and what is finished is kept."""


class NightNotKept(PersonError):
    """A night is not begun that cannot be kept: nobody would know which files it has brought."""

    def __init__(self, error: Exception) -> None:
        reason = error.said if isinstance(error, PersonError) else str(error)
        super().__init__(say("night.not_kept", reason=reason), repr(error))


class Visits(Protocol):
    """Brings files and takes them away. The ladder's thread."""

    @property
    def sizes(self) -> Mapping[str, Sizes]:
        """What the time of each file follows from, by key."""
        ...

    def begin(
        self,
        result: LadderResult,
        missing: Sequence[Step],
        notes: NightNotes | None,
        keep: Callable[[NightNotes], None],
    ) -> None:
        """The ladder begins, or goes on.

        Args:
            result: Grows while it is measured.
            missing: Steps that are not measured yet, in their order.
            notes: What an earlier time has kept; None at the first.
            keep: Keeps them; what it was given lasts once it returns.
        """
        ...

    def enter(self, step: Step, clock: Clock, tell: Callable[[float], None]) -> bool:
        """Bring what a step needs; returns whether it is to be measured.

        Args:
            step: Measured next.
            clock: Tells how long steps take.
            tell: Has it told how far the ladder is, and what :meth:`told` adds.

        Raises:
            Stopped: The person ended it.
            PersonError: Nothing can be measured at all.
        """
        ...

    def leave(self, step: Step) -> None:
        """A step was measured and kept."""
        ...

    def wait(self, trouble: Sentence, tries: int, tell: Callable[[float], None]) -> None:
        """The disk cannot be written: wait until that is worth another try.

        Args:
            trouble: Why.
            tries: So many were in vain before this one.
            tell: As of :meth:`enter`.

        Raises:
            Stopped: The person ended it, or the hour has come.
        """
        ...

    def late(self, step: Step) -> None:
        """The hour came while a step was measured: nothing of it is kept."""
        ...

    def end(self, tell: Callable[[float], None]) -> bool:
        """All steps are done or left out; returns whether nothing is left for another time."""
        ...

    def told(self, progress: LadderProgress) -> LadderProgress:
        """How far it is, with what is done of files."""
        ...
