"""Comparing the ways: once the versions that wait before it are made, a ladder of them is set up.

It waits in the queue behind what it compares, so that the end of the program loses nothing of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.core.verdict import Limits
from app.core.words.sentence import as_sentence, say
from app.lab.works.ladders.run import LadderOrder
from app.lab.works.work import ENDED, Slot, Work, WorkState
from app.store.tolerant import NotReadable, from_json

if TYPE_CHECKING:
    from app.base.gate import Gate
    from app.lab.works.ladders.worker import LadderWorkers
    from app.lab.works.queue import WorkQueue
    from app.lab.works.work import Tell
    from app.store.works import StoredWork

log = logging.getLogger(__name__)


class ComparisonOrder(msgspec.Struct, frozen=True):
    """What is to be compared.

    Attributes:
        source: The model that the others are held against.
        memory_bytes: What each of them needs, about.
        files: The others, made by then or there already.
    """

    source: str
    memory_bytes: int
    files: tuple[str, ...]


class Compared(msgspec.Struct, frozen=True):
    """What has become of it.

    Attributes:
        number: Of the ladder in the store; None before it is set up.
        missing: Files that were not made, and are not compared.
        is_begun: The ladder was handed on to be measured.
    """

    number: int | None = None
    missing: tuple[str, ...] = ()
    is_begun: bool = False


class Comparison(Work):
    """One comparison.

    Args:
        order: What is to be compared.
        workers: Set the ladder up.
        so_far: What has become of it in an earlier run of the program.
    """

    kind = "comparison"
    slot = Slot.ENGINE
    unforeseen = say("program.unexpected")
    stays = True

    def __init__(
        self, order: ComparisonOrder, workers: LadderWorkers, so_far: Compared | None = None
    ) -> None:
        super().__init__()
        self._order = order
        self._workers = workers
        self._so_far = so_far or Compared()

    @property
    def order(self) -> ComparisonOrder:
        """What is to be compared."""
        return self._order

    @property
    def so_far(self) -> Compared:
        """What has become of it."""
        return self._so_far

    def take(self, news: object) -> bool:
        """Hear of its ladder."""
        if isinstance(news, Compared):
            self._so_far = news
        return False

    def run(self, gate: Gate, tell: Tell) -> Compared:
        """Set the ladder up; nothing is measured here."""
        del tell
        gate.check_end()
        there = [file for file in self._order.files if Path(file).is_file()]
        if not there:
            raise PersonError(say("shrink.nothing_to_compare"))
        reference = candidate_of(self._order.source)
        candidates = (reference, *map(candidate_of, there))
        ready = self._workers.prepare(LadderOrder(reference, candidates, Limits()), {}, None)
        if ready.number is None:
            raise PersonError(as_sentence(ready.remark))
        missing = tuple(file for file in self._order.files if file not in there)
        return Compared(ready.number, missing)


class Comparisons:
    """Those of the queue. Belongs to its thread.

    Takes back those that an earlier run of the program has left.

    Args:
        queue: Where they stand.
        workers: Set ladders up.
    """

    def __init__(self, queue: WorkQueue, workers: LadderWorkers) -> None:
        self._queue = queue
        self._workers = workers
        for stored in queue.kept.take_left(Comparison.kind):
            found = _read(stored)
            if found is not None:
                queue.go_on_with(Comparison(found[0], workers, found[1]), stored)

    @property
    def all(self) -> Sequence[Comparison]:
        """In their order, ended ones too."""
        return self._queue.of(Comparison)

    def add(self, order: ComparisonOrder) -> Comparison:
        """Want a comparison, of what waits before it now; ended ones of its source are forgotten.

        Raises:
            PersonError: The queue cannot be stored.
        """
        work = Comparison(order, self._workers)
        self._queue.add(work)
        done = (WorkState.FAILED, *ENDED)
        for known in self.all:
            if known.order.source == order.source and known.state in done:
                self._queue.cancel(known)
                self._queue.forget([known])
        return work

    def begin(self, measure: Callable[[int], object]) -> None:
        """Hand ladders on that are set up and were not handed on yet.

        Args:
            measure: Is told a ladder's number.
        """
        for work in self.all:
            found = work.so_far
            if work.state is WorkState.DONE and found.number is not None and not found.is_begun:
                work.take(msgspec.structs.replace(found, is_begun=True))
                self._queue.kept.save([work])
                measure(found.number)


def _read(stored: StoredWork) -> tuple[ComparisonOrder, Compared] | None:
    try:
        return from_json(stored.what, ComparisonOrder), from_json(stored.so_far, Compared)
    except NotReadable:
        log.warning("comparison %d cannot be read", stored.id, exc_info=True)
        return None
