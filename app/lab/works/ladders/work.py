"""Ladders as works of the queue: prepared at once, measured one at a time on this PC's cores."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.core.words.sentence import say
from app.lab.ladder.progress import LadderProgress
from app.lab.works.work import Slot, Tell, Work

if TYPE_CHECKING:
    from app.base.gate import Gate
    from app.lab.ladder.kept import About
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.ladders.run import LadderRun
    from app.lab.works.ladders.worker import LadderWorkers
    from app.lab.works.queue import WorkQueue

MOST_TRIES = 2
"""A ladder at whose step the program has ended so often does not go on by itself."""
# A ladder that has told of progress this lately was getting on when the program was closed.
_NEWS_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A ladder is ready to be measured.

    Attributes:
        number: Of the store; None where it cannot be kept, and ``remark`` says why.
        result: What an earlier time has left.
    """

    run: LadderRun
    about: About
    letters: dict[str, str]
    number: int | None
    result: LadderResult | None
    remark: str = ""


class Numbered(msgspec.Struct, frozen=True):
    """The ladder that is wanted: its number in the store, which has all else."""

    number: int


class Tries(msgspec.Struct, frozen=True):
    """How often measuring was begun at the step that a ladder is at."""

    tries: int = 0


class LadderWork(Work):
    """One ladder on its way.

    Args:
        entry: What is to be measured.
        workers: Read and measure.
        on_news: Told, on the queue's thread, of what comes beside progress.
        tries: How often it was begun at the step that it is at.
    """

    kind = "ladder"
    slot = Slot.ENGINE
    unforeseen = say("program.unexpected")
    needs_preparing = True
    rests_in_slot = True

    def __init__(
        self,
        entry: LadderEntry,
        workers: LadderWorkers,
        on_news: Callable[[LadderWork, Ready | LadderResult], object],
        tries: int = 0,
    ) -> None:
        super().__init__()
        self.entry = entry
        self._workers = workers
        self._on_news = on_news
        self._run: LadderRun | None = None
        self._tries = tries
        self._step_begun: int | None = None
        self._latest_seconds = -math.inf

    @property
    def order(self) -> Numbered | None:
        """Its number, once it has one."""
        number = self.entry.number
        return None if number is None else Numbered(number)

    @property
    def so_far(self) -> Tries:
        """What the next start needs to know."""
        return Tries(self._tries)

    def begin(self) -> None:
        """Count it: the program may be killed in the middle."""
        self._tries += 1
        self._step_begun = None
        self._latest_seconds = time.monotonic()  # who closes the window now saw no standstill

    def take(self, news: object) -> bool:
        """Hear of progress, of a step's result, or that it is ready."""
        if isinstance(news, LadderProgress):
            return self._note(news)
        if isinstance(news, Ready):
            self._run = news.run
        self._on_news(self, news)  # type: ignore[arg-type]
        return False

    def leave(self) -> None:
        """A ladder that was getting on is not counted as one that ended at its step."""
        if time.monotonic() - self._latest_seconds < _NEWS_SECONDS:
            self._tries = 0

    def prepare(self) -> Ready:
        """Read what is to be measured, and keep it."""
        entry = self.entry
        assert entry.order is not None
        return self._workers.prepare(entry.order, entry.letters, entry.number)

    def run(self, gate: Gate, tell: Tell) -> LadderResult:
        """Measure what is not measured yet; a result is told after each step."""
        assert self._run is not None
        kept = self.entry.number is not None
        return self._workers.measure(self._run, gate, tell.progress, tell.news, keep=kept)

    def _note(self, progress: LadderProgress) -> bool:
        """Another step than the one that measuring began with: the one before is done."""
        self.entry.progress = progress
        self._latest_seconds = time.monotonic()
        another = self._step_begun not in (None, progress.done_steps)
        if progress.doing is not None:
            self._tries = 0  # a file that comes ends no program
        if another:
            self._tries = 1
        self._step_begun = progress.done_steps
        return another


def leave_ladders(queue: WorkQueue, numbers: Sequence[int], tries: dict[str, int]) -> None:
    """Leave in the queue what a version before it remembered as under way in the settings.

    Raises:
        PersonError: It cannot be stored.
    """
    for number in numbers:
        queue.kept.leave(LadderWork.kind, Numbered(number), Tries(tries.get(str(number), 0)))
