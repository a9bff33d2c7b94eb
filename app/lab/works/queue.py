"""The queue of works: each in its slot, in their order, and nothing lost when the program ends.

A queue belongs to one thread, which calls :meth:`WorkQueue.pump` often.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from app.base.told import Listeners
from app.core.words.sentence import kept
from app.lab.works.kept import KeptWorks
from app.lab.works.threads import (
    Event,
    News,
    Prepared,
    Ran,
    Running,
    start_preparing,
    start_sweeping,
)
from app.lab.works.work import ENDED, Slot, Work, WorkState

if TYPE_CHECKING:
    import threading

    from app.core.errors import PersonError
    from app.store.works import StoredWork, WorkStore

W = TypeVar("W", bound=Work)
_SAVE_EVERY_S, _TELL_S = 5.0, 1.0
_BROKEN_OFF = frozenset({WorkState.PREPARING, WorkState.RUNNING, WorkState.STOPPING})


class WorkQueue:
    """Belongs to one thread.

    Args:
        store: Keeps it.
        now_s: Seconds of a monotonic clock.

    Attributes:
        kept: What of it outlives the program, and what an earlier run has left.
        list_changed: Tells that works came, went or changed places.
        changed: Tells of a work's state, its progress or its news.
    """

    def __init__(self, store: WorkStore, now_s: Callable[[], float] = time.monotonic) -> None:
        self.list_changed = Listeners[[]]()
        self.changed = Listeners[[Work]]()
        self.kept = KeptWorks(store)
        self._now_s = now_s
        self._saved_s = now_s()
        self._events: SimpleQueue[tuple[Work, Event]] = SimpleQueue()
        self._list: list[Work] = []
        self._running: dict[Work, Running] = {}
        self._swept: set[Work] = set()
        self._helpers: list[threading.Thread] = []
        self._held: set[Slot] = set()
        self._closed = False

    # --- reading --------------------------------------------------------------------------

    @property
    def all(self) -> Sequence[Work]:
        """Every work in its order, ended ones too."""
        return tuple(self._list)

    def of(self, kind: type[W]) -> tuple[W, ...]:
        """Those of a kind, in their order."""
        return tuple(work for work in self._list if isinstance(work, kind))

    def works_at(self, slot: Slot) -> bool:
        """Whether a work of a slot gets on right now; one that rests or is held does not."""
        states = (WorkState.RUNNING, WorkState.STOPPING)
        here = any(work.slot is slot and work.state in states for work in self._running)
        return here and slot not in self._held

    def is_held(self, slot: Slot) -> bool:
        """Whether the works of a slot wait, see :meth:`hold`."""
        return slot in self._held

    def go_on_with(self, work: Work, stored: StoredWork) -> None:
        """Take back a work of an earlier run, at its place; it goes on at the next :meth:`pump`."""
        work.id, work.position, work.error = stored.id, stored.position, stored.error
        state = WorkState(stored.state)
        waits = state in _BROKEN_OFF or state is WorkState.WAITING
        if not waits:
            work.state = state
        self._list.append(work)
        self._list.sort(key=lambda each: each.position)
        if work.state is WorkState.PREPARING:
            self._prepare(work)
        self.list_changed.tell()

    # --- wishes ---------------------------------------------------------------------------

    def add(self, work: Work) -> None:
        """Want a new work, after all others.

        Raises:
            PersonError: It cannot be stored.
        """
        self.kept.add(work)
        self._list.append(work)
        self.list_changed.tell()
        if work.state is WorkState.PREPARING:
            self._prepare(work)
        else:
            self._start_next()

    def pause(self, work: Work) -> None:
        """Let it rest; what is there is kept. Does nothing where that makes no sense."""
        match work.state:
            case WorkState.WAITING if not work.rests_in_slot:
                self._change(work, WorkState.PAUSED)
            case WorkState.RUNNING if work.rests_in_slot:
                self._change(work, WorkState.PAUSED)
                self._mind_gate(work)
            case WorkState.RUNNING | WorkState.STOPPING:
                self._stop(work, WorkState.PAUSED)
            case _:
                pass

    def resume(self, work: Work) -> None:
        """Go on with a paused or failed one. Does nothing where that makes no sense."""
        match work.state:
            case WorkState.PAUSED if work in self._running:
                self._change(work, WorkState.RUNNING)
                self._mind_gate(work)
            case WorkState.PAUSED | WorkState.FAILED:
                work.error = ""
                self._change(work, WorkState.WAITING)
                self._start_next()
            case WorkState.STOPPING if work.then is WorkState.PAUSED:
                self._stop(work, WorkState.WAITING)
            case _:
                pass

    def cancel(self, work: Work) -> None:
        """Want it no more; what is there of it is removed, unless it is finished."""
        if work in self._running:
            self._stop(work, WorkState.CANCELLED)
        elif work.state not in ENDED:
            self._change(work, WorkState.CANCELLED)

    def move(self, work: Work, index: int) -> None:
        """Put it elsewhere in the order; what runs goes on running."""
        places = sorted(other.position for other in self._list)
        self._list.remove(work)
        self._list.insert(max(0, index), work)
        last = -1
        for other, place in zip(self._list, places, strict=True):
            other.position = last = max(place, last + 1)
        self.kept.last_position = max(self.kept.last_position, last)
        self._save(self._list)
        self.list_changed.tell()

    def forget(self, works: Iterable[Work]) -> None:
        """Take finished or cancelled ones off the list; what they made stays. No other ones."""
        self._forget([work for work in works if work.state in ENDED])

    def hold(self, slot: Slot, *, held: bool) -> None:
        """Let the works of a slot wait at their next chance, for something that they disturb."""
        if held is not self.is_held(slot):
            (self._held.add if held else self._held.discard)(slot)
            for work in tuple(self._running):
                if work.slot is slot:
                    self._mind_gate(work)
                    self.changed.tell(work)

    # --- life -----------------------------------------------------------------------------

    def pump(self) -> None:
        """Take what the threads have to say, and start what may start."""
        while not self._events.empty():
            self._take(*self._events.get())
        for work in tuple(self._running):
            self._take_progress(work)
        self._sweep()
        self._start_next()
        if self._now_s() - self._saved_s >= _SAVE_EVERY_S:
            self._saved_s = self._now_s()
            self._save(tuple(self._running))

    def close(self) -> bool:
        """End all threads, what ran goes on at the next start; whether all have ended."""
        self._closed = True
        running = dict(self._running)
        for work in running:
            work.leave()
            if work.state is not WorkState.STOPPING:
                rests = work.state is WorkState.PAUSED
                self._stop(work, WorkState.PAUSED if rests else WorkState.WAITING)
        begun_s = time.monotonic()
        ends = [(each.thread, work.slot.end_seconds) for work, each in running.items()]
        ends += [(thread, Slot.ENGINE.end_seconds) for thread in self._helpers]
        for thread, seconds in ends:
            thread.join(max(0.0, begun_s + seconds - time.monotonic()))
        self.pump()
        return not any(thread.is_alive() for thread, _ in ends)

    # --- inside ---------------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._closed:
            return
        for slot in Slot:
            free = slot.at_once - sum(work.slot is slot for work in self._running)
            for work in [work for work in self._list if work.slot is slot]:
                if free <= 0 or work.state is WorkState.PREPARING:
                    break  # a work that is ready in a moment keeps its turn
                if work.state is WorkState.WAITING:
                    free -= 1
                    self._start(work)

    def _start(self, work: Work) -> None:
        work.begin()
        work.become(WorkState.RUNNING)
        self._save([work])  # before anything of it is done
        self._running[work] = running = Running(work, self._events)
        self._mind_gate(work)
        running.thread.start()
        self.changed.tell(work)

    def _prepare(self, work: Work) -> None:
        self._help(start_preparing(work, self._events))

    def _help(self, thread: threading.Thread) -> None:
        self._helpers = [*(each for each in self._helpers if each.is_alive()), thread]

    def _mind_gate(self, work: Work) -> None:
        gate = self._running[work].gate
        if work.slot in self._held or work.state is WorkState.PAUSED:
            gate.pause()
        else:
            gate.resume()

    def _take(self, work: Work, event: Event) -> None:
        match event:
            case News(news):
                self._learn(work, news)
            case Prepared():
                self._take_prepared(work, event)
            case Ran():
                self._take_end(work, event)
            case _:
                self._forget([work])

    def _take_progress(self, work: Work) -> None:
        """What a work has come to is told once a second: who hears of it takes time from it."""
        running, now_s = self._running[work], self._now_s()
        latest = running.latest
        if latest is not running.taken and now_s >= running.tell_s:
            running.taken = latest
            running.tell_s = now_s + _TELL_S
            self._learn(work, latest)

    def _learn(self, work: Work, news: object) -> None:
        if work.take(news):
            self._save([work])
        self.changed.tell(work)

    def _take_prepared(self, work: Work, event: Prepared) -> None:
        if event.error is None:
            self._learn(work, event.result)  # also where it was cancelled meanwhile
        if work.state is WorkState.PREPARING:
            if event.error is not None:
                self._fail(work, event.error)
            else:
                self._change(work, WorkState.WAITING)
                self._start_next()

    def _take_end(self, work: Work, event: Ran) -> None:
        self._take_progress(work)
        del self._running[work]
        if event.error is not None:
            self._fail(work, event.error)
        elif event.stopped:
            self._change(work, work.then)
        else:
            work.take(event.result)
            self._change(work, WorkState.DONE)
        self._start_next()

    def _fail(self, work: Work, error: PersonError) -> None:
        if work.is_cancelled:
            self._change(work, WorkState.CANCELLED)
            return
        work.error = kept(error.said)
        self._change(work, WorkState.FAILED)

    def _stop(self, work: Work, then: WorkState) -> None:
        if work.is_cancelled:
            return  # nothing takes that back
        work.then = then
        self._running[work].gate.stop()
        self._change(work, WorkState.STOPPING)

    def _sweep(self) -> None:
        """Remove what is there of cancelled works, of those of an earlier run too."""
        for work in tuple(self._list):
            if work.state is not WorkState.CANCELLED or work in self._swept:
                continue
            remove = work.remover([other for other in self._list if other is not work])
            if remove is None:
                self._forget([work])
            elif not self._closed:
                self._swept.add(work)
                self._help(start_sweeping(work, remove, self._events))

    def _forget(self, works: Sequence[Work]) -> None:
        gone = [work for work in works if work in self._list]
        if gone:
            self._list = [work for work in self._list if work not in gone]
            self._swept.difference_update(gone)
            self.kept.remove([work.id for work in gone if work.id is not None])
            self.list_changed.tell()

    def _change(self, work: Work, state: WorkState) -> None:
        if work.state is not state:
            work.become(state)
        self._save([work])
        self.changed.tell(work)
        if state in (WorkState.DONE, WorkState.FAILED) and not work.stays:
            self._forget([work])

    def _save(self, works: Iterable[Work]) -> None:
        self.kept.save([work for work in works if work in self._list])
