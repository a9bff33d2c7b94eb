"""The window's ladders: a queue of which one is measured at a time, and those of earlier times."""

from __future__ import annotations

import logging
import math
import queue
import time
from typing import TYPE_CHECKING, Protocol

from app.base.gate import Gate
from app.core.verdict import Limits
from app.lab.ladder.plan import rows_of
from app.lab.works.ladders.entry import AT_WORK, QUEUED, LadderEntry, LadderState, letters_for
from app.lab.works.ladders.rerun import order_of_plan
from app.lab.works.ladders.worker import Ended, Measured, Prepared, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.lab.ladder.kept import About
    from app.lab.ladder.plan import LadderPlan
    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.run import LadderOrder, LadderRun
    from app.lab.works.ladders.worker import LadderWorkers, StoredRow, WorkerEvent

log = logging.getLogger(__name__)

_END_SECONDS = 12.0
_MOST_TRIES = 2
# A ladder that has told of progress this lately was getting on when the program was closed.
_NEWS_SECONDS = 300.0


class LaddersListener(Protocol):
    """Told of changes, on the service's thread."""

    def list_changed(self) -> None:
        """A ladder came, went or moved."""
        ...

    def ladder_changed(self, entry: LadderEntry) -> None:
        """Its state or its progress."""
        ...

    def result_changed(self, entry: LadderEntry) -> None:
        """More of it is known."""
        ...


class _Nobody:
    def list_changed(self) -> None:
        """Nobody wants to know."""

    def ladder_changed(self, entry: LadderEntry) -> None:
        """Nobody wants to know."""

    def result_changed(self, entry: LadderEntry) -> None:
        """Nobody wants to know."""


class LadderService:
    """The queue. Belongs to one thread, which calls :meth:`pump` some 20 times a second.

    Args:
        workers: Do the work.
        clock_ns: Of the wall, for ladders that are not stored yet.

    Attributes:
        listener: Told of changes.
    """

    def __init__(self, workers: LadderWorkers, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self.listener: LaddersListener = _Nobody()
        self._workers = workers
        self._clock_ns = clock_ns
        self._events: queue.SimpleQueue[tuple[LadderEntry, WorkerEvent]] = queue.SimpleQueue()
        self._list: list[LadderEntry] = []
        self._runs: dict[int, LadderRun] = {}
        self._gate: Gate | None = None
        self._held = False
        self._latest: LadderProgress | None = None
        self._latest_seconds = -math.inf
        self._step_begun: int | None = None
        self._tries: dict[int, int] = {}
        self._last_uid = 0
        self._closed = False

    # --- reading --------------------------------------------------------------------------

    @property
    def all(self) -> Sequence[LadderEntry]:
        """What is measured, then what waits in its order, then the others, the newest first."""
        return tuple(self._list)

    @property
    def at_work(self) -> LadderEntry | None:
        """The ladder that holds the worker."""
        return next((entry for entry in self._list if entry.state in AT_WORK), None)

    @property
    def measuring(self) -> bool:
        """Whether a measurement runs right now: what else works disturbs its times."""
        entry = self.at_work
        return entry is not None and entry.state is not LadderState.PAUSED and not self._held

    @property
    def under_way(self) -> list[int]:
        """Numbers of what is measured and of what waits for it, in this order.

        The program goes on with them at its next start. A paused one waits for the person.
        """
        going = QUEUED | {LadderState.MEASURING}
        return [
            entry.number
            for entry in self._list
            if entry.state in going and entry.number is not None
        ]

    def tries_of(self, numbers: Sequence[int]) -> dict[int, int]:
        """How often measuring was begun at the step that each of these ladders is at.

        That is what :meth:`go_on_with` needs to know at the next start.
        """
        return {number: self._tries[number] for number in numbers if number in self._tries}

    @property
    def held(self) -> bool:
        """Whether measuring waits for answers in progress."""
        return self._held

    # --- wishes ---------------------------------------------------------------------------

    def add(self, order: LadderOrder, letters: dict[str, str] | None = None) -> LadderEntry:
        """Want a ladder measured, after those that wait already.

        Args:
            order: What to measure.
            letters: By key, of candidates that have one elsewhere in the window.
        """
        entry = self._new(order, None, self._clock_ns())
        entry.letters = letters_for(entry.keys, letters or {})
        self._place(entry)
        self._prepare(entry)
        return entry

    def go_on(self, entry: LadderEntry) -> None:
        """Go on with a paused, unfinished or failed one. Does nothing where that has no sense."""
        if entry.state is LadderState.PAUSED:
            self._change(entry, LadderState.MEASURING)
            self._mind_gate()
        elif entry.state in (LadderState.UNFINISHED, LadderState.FAILED):
            if entry.number is not None:
                self._tries.pop(entry.number, None)  # the person wants it tried anew
            self._go_on(entry)

    def go_on_with(
        self, numbers: Sequence[int], tries: Mapping[int, int] | None = None
    ) -> tuple[list[LadderEntry], list[LadderEntry]]:
        """Go on with what an earlier run of the program had :attr:`under_way`.

        Args:
            numbers: Of the ladders.
            tries: What :meth:`tries_of` said then.

        Returns:
            Those that go on, and those that do not by themselves, because the program ended twice
            at the same step of them. What is finished or gone is in neither.
        """
        self._tries |= tries or {}
        by_number = {entry.number: entry for entry in self._list}
        entries = [by_number[number] for number in numbers if number in by_number]
        entries = [entry for entry in entries if entry.state is LadderState.UNFINISHED]
        left = [entry for entry in entries if self._tries_of(entry) >= _MOST_TRIES]
        gone_on = [entry for entry in entries if entry not in left]
        for entry in gone_on:
            self._go_on(entry)
        return gone_on, left

    def pause(self, entry: LadderEntry) -> None:
        """Let the one that is measured wait at its next chance."""
        if entry.state is LadderState.MEASURING:
            self._change(entry, LadderState.PAUSED)
            self._mind_gate()

    def cancel(self, entry: LadderEntry) -> None:
        """Measure it no further; what is finished is kept, and it can go on later."""
        if entry.state in (LadderState.MEASURING, LadderState.PAUSED):
            self._change(entry, LadderState.ENDING)
            if self._gate is not None:
                self._gate.stop()
        elif entry.state in QUEUED:
            self._change(entry, LadderState.UNFINISHED)
            self._runs.pop(entry.uid, None)
            self._sort()

    def forget(self, entry: LadderEntry) -> None:
        """Take it from the list; whoever calls removes it from the store."""
        if entry.state not in AT_WORK | QUEUED and entry in self._list:
            self._list.remove(entry)
            self._runs.pop(entry.uid, None)
            self.listener.list_changed()

    def hold(self, held: bool) -> None:
        """Let measuring wait while answers come elsewhere, whose times it would disturb."""
        if held is not self._held:
            self._held = held
            self._mind_gate()
            if (entry := self.at_work) is not None:
                self.listener.ladder_changed(entry)

    # --- from the store -------------------------------------------------------------------

    def take_stored(self, stored: Iterable[StoredRow]) -> None:
        """Show ladders of earlier times; those that are known already are left as they are."""
        known = {entry.number for entry in self._list}
        for row in stored:
            if row.number in known:
                continue
            entry = self._new(None, row.plan, row.created_ns)
            entry.number, entry.finished_ns = row.number, row.finished_ns
            entry.letters = letters_for(rows_of(row.plan), {})
            ended = row.finished_ns is not None
            entry.state = LadderState.FINISHED if ended else LadderState.UNFINISHED
            self._list.append(entry)
        self._sort()

    def take_loaded(self, entry: LadderEntry, result: LadderResult, about: About | None) -> None:
        """Show what the store has of a ladder that nobody has looked at yet."""
        if entry.result is None:
            self._learn(entry, result, about)

    # --- the clockwork --------------------------------------------------------------------

    def pump(self) -> None:
        """Take what the threads have done, and start what can start."""
        while True:
            try:
                entry, event = self._events.get_nowait()
            except queue.Empty:
                break
            self._take(entry, event)
        latest, entry = self._latest, self.at_work
        if entry is not None and latest is not None and latest is not entry.progress:
            entry.progress = latest
            self._note_step(entry, latest)
            self.listener.ladder_changed(entry)
        self._start_next()

    def close(self) -> bool:
        """End what is measured, and wait for it; whether it has ended.

        A ladder that was getting on is not counted as one that ended at its step.
        """
        self._closed = True
        entry = self.at_work
        lately = time.monotonic() - self._latest_seconds < _NEWS_SECONDS
        if lately and entry is not None and entry.number is not None:
            self._tries.pop(entry.number, None)
        if self._gate is not None:
            self._gate.stop()
        return self._workers.join(_END_SECONDS)

    # --- within ---------------------------------------------------------------------------

    def _go_on(self, entry: LadderEntry) -> None:
        self._list.remove(entry)
        self._change(entry, LadderState.PREPARING, "")
        self._place(entry)
        self._prepare(entry)

    def _tries_of(self, entry: LadderEntry) -> int:
        return self._tries.get(entry.number, 0) if entry.number is not None else 0

    def _note_step(self, entry: LadderEntry, progress: LadderProgress) -> None:
        """Another step than the one that measuring began with: the one before is done."""
        self._latest_seconds = time.monotonic()
        if self._step_begun not in (None, progress.done_steps) and entry.number is not None:
            self._tries[entry.number] = 1
        self._step_begun = progress.done_steps

    def _new(
        self, order: LadderOrder | None, plan: LadderPlan | None, created_ns: int
    ) -> LadderEntry:
        self._last_uid += 1
        return LadderEntry(self._last_uid, order, plan, created_ns)

    def _place(self, entry: LadderEntry) -> None:
        self._list.append(entry)
        self._sort()

    def _sort(self) -> None:
        def rank(entry: LadderEntry) -> tuple[int, int]:
            if entry.state in AT_WORK:
                return 0, 0
            if entry.state in QUEUED:
                return 1, self._list.index(entry)
            return 2, -entry.created_ns

        self._list = sorted(self._list, key=rank)
        self.listener.list_changed()

    def _prepare(self, entry: LadderEntry) -> None:
        if entry.order is None:
            assert entry.plan is not None
            entry.order = order_of_plan(entry.plan, Limits())
        self._workers.prepare(
            entry.order, entry.letters, entry.number, lambda event: self._events.put((entry, event))
        )

    def _start_next(self) -> None:
        if self._closed or self.at_work is not None:
            return
        entry = next((one for one in self._list if one.state in QUEUED), None)
        if entry is None or entry.state is LadderState.PREPARING:
            return  # the next one is ready in a moment
        self._change(entry, LadderState.MEASURING)
        if entry.number is not None:
            self._tries[entry.number] = self._tries_of(entry) + 1
        self._latest = self._step_begun = None
        self._latest_seconds = time.monotonic()  # who closes the window now has seen no standstill
        self._gate = Gate()
        self._mind_gate()

        def note(progress: LadderProgress) -> None:
            self._latest = progress

        self._workers.measure(
            self._runs.pop(entry.uid),
            self._gate,
            note,
            lambda event: self._events.put((entry, event)),
            keep=entry.number is not None,
        )
        self._sort()

    def _mind_gate(self) -> None:
        entry, gate = self.at_work, self._gate
        if entry is None or gate is None or entry.state is LadderState.ENDING:
            return
        if self._held or entry.state is LadderState.PAUSED:
            gate.pause()
        else:
            gate.resume()

    def _take(self, entry: LadderEntry, event: WorkerEvent) -> None:
        match event:
            case Prepared():
                self._take_prepared(entry, event)
            case Refused():
                if entry.state is LadderState.PREPARING:
                    self._change(entry, LadderState.FAILED, event.sentence)
                    self._sort()
            case Measured():
                self._learn(entry, event.result, None)
            case Ended():
                self._take_end(entry, event)

    def _take_prepared(self, entry: LadderEntry, event: Prepared) -> None:
        entry.plan = event.run.plan
        entry.letters = event.letters
        entry.not_kept = event.remark
        twin = event.number is not None and any(
            other is not entry and other.number == event.number for other in self._list
        )
        if twin:
            self._take_twin(entry, event)
            return
        entry.number = event.number if event.number is not None else entry.number
        self._learn(entry, event.result or entry.result, event.about)
        if entry.state is LadderState.PREPARING:
            self._runs[entry.uid] = event.run
            self._change(entry, LadderState.WAITING)
            self._start_next()

    def _take_twin(self, entry: LadderEntry, event: Prepared) -> None:
        """The same words as an unfinished ladder: that one goes on."""
        other = next(one for one in self._list if one is not entry and one.number == event.number)
        self._list.remove(entry)
        self.listener.list_changed()
        if other.state in (LadderState.UNFINISHED, LadderState.FAILED, LadderState.PAUSED):
            self.go_on(other)

    def _learn(self, entry: LadderEntry, result: LadderResult | None, about: About | None) -> None:
        if about is not None:
            entry.about = about
            entry.letters = letters_for(entry.keys, about.letters)
        if result is not None:
            entry.result = result
        self.listener.result_changed(entry)

    def _take_end(self, entry: LadderEntry, event: Ended) -> None:
        self._gate = None
        entry.progress = None
        if entry.number is not None and not self._closed:
            self._tries.pop(entry.number, None)
        if event.stopped:
            if entry.state is not LadderState.ENDING:
                self._change(entry, LadderState.ENDING)
            self._change(entry, LadderState.UNFINISHED)
        elif event.sentence:
            self._change(entry, LadderState.FAILED, event.sentence)
        else:
            entry.finished_ns = self._clock_ns()
            self._change(entry, LadderState.FINISHED)
        self._sort()
        self._start_next()

    def _change(self, entry: LadderEntry, state: LadderState, error: str = "") -> None:
        entry.enter(state)
        entry.error = error
        self.listener.ladder_changed(entry)
