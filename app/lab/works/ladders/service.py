"""The window's ladders: those on their way in the queue, and those of earlier times."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_fields

from app.base.told import Listeners
from app.core.verdict import Limits
from app.core.words.sentence import English, from_kept
from app.lab.ladder.plan import Further, LadderPlan, rows_of
from app.lab.works.ladders.entry import (
    AT_WORK,
    QUEUED,
    SHOWN,
    LadderEntry,
    LadderState,
    letters_for,
)
from app.lab.works.ladders.rerun import order_of_plan
from app.lab.works.ladders.work import MOST_TRIES, LadderWork, Numbered, Ready, Tries
from app.lab.works.nights.hour import same_hour_again
from app.lab.works.work import Work, WorkState
from app.store.tolerant import NotReadable, from_json

if TYPE_CHECKING:
    from app.lab.ladder.kept import About
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.run import LadderOrder
    from app.lab.works.ladders.worker import LadderWorkers, StoredRow
    from app.lab.works.queue import WorkQueue
    from app.store.works import StoredWork

log = logging.getLogger(__name__)

_GOES_ON = (WorkState.PREPARING, WorkState.WAITING, WorkState.RUNNING)


class LadderService:
    """The list. Belongs to the thread of the queue.

    Args:
        queue: Where what is measured stands.
        workers: Do the work.
        clock_ns: Of the wall, for ladders that are not stored yet.

    Attributes:
        queue: The same.
        list_changed: Tells that a ladder came, went or moved.
        changed: Tells of a ladder's state or progress.
        result_changed: Tells that more is known of one.
    """

    def __init__(
        self,
        queue: WorkQueue,
        workers: LadderWorkers,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.queue = queue
        self.list_changed = Listeners[[]]()
        self.changed = Listeners[[LadderEntry]]()
        self.result_changed = Listeners[[LadderEntry]]()
        self._workers = workers
        self._clock_ns = clock_ns
        self._list: list[LadderEntry] = []
        self._anew: set[LadderEntry] = set()  # these end, and go on by another plan
        queue.changed.add(self._follow)
        queue.list_changed.add(self._sort)

    # --- reading --------------------------------------------------------------------------

    @property
    def all(self) -> Sequence[LadderEntry]:
        """What is measured, then what waits in its order, then the others, the newest first."""
        return tuple(self._list)

    @property
    def at_work(self) -> LadderEntry | None:
        """The ladder that is measured, or rests in the middle."""
        return next((entry for entry in self._list if entry.state in AT_WORK), None)

    @property
    def held(self) -> bool:
        """Whether measuring waits for answers in progress."""
        return self.queue.is_held(LadderWork.slot)

    # --- wishes ---------------------------------------------------------------------------

    def add(self, order: LadderOrder, letters: dict[str, str] | None = None) -> LadderEntry:
        """Want a ladder measured, after those that wait already.

        Args:
            order: What to measure.
            letters: By key, of candidates that have one elsewhere in the window.
        """
        entry = LadderEntry(order, None, self._clock_ns())
        entry.letters = letters_for(entry.keys, letters or {})
        self._list.append(entry)
        self._work(entry)
        return entry

    def go_on(self, entry: LadderEntry) -> None:
        """Go on with a paused, unfinished or failed one. Does nothing where that has no sense."""
        if entry.work is not None:
            self.queue.resume(entry.work)
        elif entry.state in (LadderState.UNFINISHED, LadderState.FAILED):
            if entry.plan is not None and entry.plan.night is not None:
                entry.order = order_of_plan(another_night(entry.plan), Limits())
            self._work(entry)

    def go_on_with_left(self) -> tuple[list[LadderEntry], list[LadderEntry]]:
        """Go on with what an earlier run of the program was measuring, and what waited for it.

        Returns:
            Those that go on, and those that do not by themselves, because the program ended twice
            at the same step of them. What is finished or gone is in neither, and what was paused
            waits for the person.
        """
        by_number = {entry.number: entry for entry in self._list}
        gone_on: list[LadderEntry] = []
        left: list[LadderEntry] = []
        forgotten: list[int] = []
        for stored in self.queue.kept.take_left(LadderWork.kind):
            number, tries = _read(stored)
            entry = by_number.get(number) if stored.state in _GOES_ON else None
            if entry is None or entry.state is not LadderState.UNFINISHED:
                forgotten.append(stored.id)
            elif tries >= MOST_TRIES:
                forgotten.append(stored.id)
                left.append(entry)
            else:
                gone_on.append(entry)
                self._work(entry, stored, tries)
        self.queue.kept.remove(forgotten)
        return gone_on, left

    def extend(self, entry: LadderEntry, plan: LadderPlan, further: Further) -> None:
        """Go on with a measured ladder; what it has stays.

        Does nothing with one that is on its way, or is not kept.

        Args:
            entry: The ladder.
            plan: What it measures from now on.
            further: What more is wanted.
        """
        if entry.work is None and entry.number is not None:
            here = replace_fields(plan, night=None)  # nothing comes unasked for it
            entry.order = replace(order_of_plan(here, Limits()), further=further)
            self._work(entry)

    def pause(self, entry: LadderEntry) -> None:
        """Let the one that is measured wait at its next chance."""
        if entry.work is not None:
            self.queue.pause(entry.work)

    def cancel(self, entry: LadderEntry) -> None:
        """Measure it no further; what is finished is kept, and it can go on later."""
        if entry.work is not None:
            self.queue.cancel(entry.work)

    def forget(self, entry: LadderEntry) -> None:
        """Take it from the list; whoever calls removes it from the store."""
        if entry.state not in AT_WORK | QUEUED and entry in self._list:
            self._list.remove(entry)
            self.list_changed.tell()

    def take_back(self, entry: LadderEntry) -> LadderEntry:
        """Show one again that was taken from the list, and is in the store again.

        Returns:
            What stands for it in the list: it, unless it was read anew from the store meanwhile.
        """
        for other in self._list:
            if other is entry or (entry.number is not None and other.number == entry.number):
                return other
        self._list.append(entry)
        self._sort()
        return entry

    def rename(self, entry: LadderEntry, name: str) -> None:
        """Call it otherwise; with nothing, by its model. Whoever calls keeps that in the store."""
        entry.name = name
        self._sort()

    def hold(self, held: bool) -> None:
        """Let measuring wait while answers come elsewhere, whose times it would disturb."""
        self.queue.hold(LadderWork.slot, held=held)

    # --- from the store -------------------------------------------------------------------

    def take_stored(self, stored: Iterable[StoredRow]) -> None:
        """Show ladders of earlier times; those that are known already are left as they are."""
        known = {entry.number for entry in self._list}
        for row in stored:
            if row.number in known:
                continue
            entry = LadderEntry(None, row.plan, row.created_ns)
            entry.number, entry.finished_ns, entry.name = row.number, row.finished_ns, row.name
            entry.letters = letters_for(rows_of(row.plan), {})
            ended = row.finished_ns is not None
            entry.state = LadderState.FINISHED if ended else LadderState.UNFINISHED
            self._list.append(entry)
        self._sort()

    def take_loaded(self, entry: LadderEntry, result: LadderResult, about: About | None) -> None:
        """Show what the store has of a ladder that nobody has looked at yet."""
        if entry.result is None:
            self._learn(entry, result, about)

    # --- within ---------------------------------------------------------------------------

    def _work(self, entry: LadderEntry, stored: StoredWork | None = None, tries: int = 0) -> None:
        """Bring a ladder into the queue: a new one, or again."""
        if entry.order is None:
            assert entry.plan is not None
            entry.order = order_of_plan(entry.plan, Limits())
        entry.work = work = LadderWork(entry, self._workers, self._take, tries)
        entry.error = ""
        entry.state = SHOWN[work.state]
        if stored is None:
            self.queue.add(work)
        else:
            self.queue.go_on_with(work, stored)
        self.changed.tell(entry)

    def _sort(self) -> None:
        places = {work.entry: place for place, work in enumerate(self.queue.of(LadderWork))}

        def rank(entry: LadderEntry) -> tuple[int, int]:
            if entry.state in AT_WORK:
                return 0, 0
            if entry.state in QUEUED:
                return 1, places.get(entry, len(places))
            return 2, -entry.created_ns

        self._list.sort(key=rank)
        same: Counter[str] = Counter()
        for entry in sorted(self._list, key=lambda each: each.created_ns):
            same[entry.model] += not entry.name
            entry.ordinal = same[entry.model]
        self.list_changed.tell()

    def _follow(self, work: Work) -> None:
        """Show what becomes of a ladder with its work."""
        if not isinstance(work, LadderWork) or work.entry.work is not work:
            return
        entry, state = work.entry, SHOWN[work.state]
        moved, entry.state = entry.state is not state, state
        if state not in AT_WORK:
            entry.progress = None
        if state not in AT_WORK | QUEUED:
            entry.work = None
            entry.error = English(from_kept(work.error))
        if state is LadderState.FINISHED and entry.is_left_over:
            entry.state = LadderState.UNFINISHED
        elif state is LadderState.FINISHED:
            entry.finished_ns = self._clock_ns()
        self.changed.tell(entry)
        if moved:
            self._sort()
        if entry in self._anew and entry.work is None:
            self._anew.remove(entry)
            self.go_on(entry)

    def _take(self, work: LadderWork, news: Ready | LadderResult) -> None:
        if isinstance(news, Ready):
            self._take_ready(work, news)
        else:
            self._learn(work.entry, news, None)

    def _take_ready(self, work: LadderWork, ready: Ready) -> None:
        entry = work.entry
        entry.plan = ready.run.plan
        if entry.order is not None:
            entry.order = replace(entry.order, further=None)  # it is in the plan now
        entry.letters = ready.letters
        entry.not_kept = ready.remark
        for other in self._list:
            if other is not entry and ready.number is not None and other.number == ready.number:
                self._take_twin(entry, other)
                return
        entry.number = ready.number if ready.number is not None else entry.number
        self._learn(entry, ready.result or entry.result, ready.about)

    def _take_twin(self, entry: LadderEntry, other: LadderEntry) -> None:
        """The same words as an unfinished ladder: that one goes on, a night as it is wanted now."""
        self.cancel(entry)
        if entry in self._list:
            self._list.remove(entry)
        self.list_changed.tell()
        assert entry.plan is not None
        wanted = entry.plan.night
        if wanted is not None and other.plan is not None and other.plan.night != wanted:
            other.plan = replace_fields(other.plan, night=wanted)
            if other.work is not None:
                self._anew.add(other)
                self.cancel(other)
                return
        if other.state in (LadderState.UNFINISHED, LadderState.FAILED, LadderState.PAUSED):
            self.go_on(other)

    def _learn(self, entry: LadderEntry, result: LadderResult | None, about: About | None) -> None:
        if about is not None:
            entry.about = about
            entry.letters = letters_for(entry.keys, about.letters)
        if result is not None:
            entry.result = result
        self.result_changed.tell(entry)


def another_night(plan: LadderPlan) -> LadderPlan:
    """The plan of a night for the next time that its hour comes."""
    assert plan.night is not None
    until = same_hour_again(plan.night.until_ns, time.time_ns())
    return replace_fields(plan, night=replace_fields(plan.night, until_ns=until))


def _read(stored: StoredWork) -> tuple[int | None, int]:
    """Which ladder it is, and how often its step was begun."""
    try:
        return from_json(stored.what, Numbered).number, from_json(stored.so_far, Tries).tries
    except NotReadable:
        log.warning("ladder %d of the queue cannot be read", stored.id, exc_info=True)
        return None, 0
