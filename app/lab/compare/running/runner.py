"""Drives the engines of a comparison: who loads, who answers, in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING

from app.core.candidates.settings import CompareMode
from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.api import Ability, EngineEvent, Engines, Sink
from app.engine.protocol.reading import CountPicture
from app.lab.compare.panes import EngineWait, Pane, PaneFailure, PaneState
from app.lab.compare.room import check_together
from app.lab.compare.running.hearing import Hearing
from app.lab.compare.running.jobs import Job
from app.lab.compare.running.loader import Loader
from app.lab.compare.running.schedule import Schedule
from app.lab.engines.room import no_servers

if TYPE_CHECKING:
    from app.core.candidates.candidate import ServerModel
    from app.core.chats.pictures import Picture
    from app.engine.local.pool import EnginePool
    from app.engine.protocol.loading import Hello
    from app.lab.compare.answers import Answers


class Runner:
    """Carries out jobs: one after another in a race, all at once together.

    Everything happens on one thread, which calls :attr:`pump` about 20 times a second or waits
    with :attr:`wait`.

    Args:
        listener: Told of what happens.
        pool_for: Builds the pool, given the sink of its engines' events.
        available_bytes: Memory that programs could take now.
        elsewhere: Engines of a server's model.

    Attributes:
        pool: The engines.
        doubt: Says why a pane's file had better not be loaded; whoever loads it all the same may.
        pump, wait: Take what engines said (:class:`Hearing`).
        fail: Says that a pane cannot go on (:class:`Schedule`).
    """

    def __init__(
        self,
        listener: Answers,
        pool_for: Callable[[Sink], EnginePool],
        available_bytes: Callable[[], int],
        elsewhere: Callable[[ServerModel], Engines] = no_servers,
    ) -> None:
        events: SimpleQueue[tuple[str, EngineEvent]] = SimpleQueue()
        self.pool = pool_for(lambda name, event: events.put((name, event)))
        self.doubt: Callable[[Pane], PaneFailure | None] = lambda _pane: None
        self._loader = loader = Loader(self.pool, available_bytes, elsewhere)
        self._schedule = Schedule(listener, self.pool, loader, lambda pane: self.doubt(pane))
        self._jobs, self._panes = self._schedule.jobs, self._schedule.panes
        self._hearing = Hearing(events, self._schedule)
        self._engine_wait: EngineWait | None = None
        self.pump = self._hearing.pump
        self.wait = self._hearing.wait
        self.fail = self._schedule.fail

    @property
    def engine(self) -> Hello | None:
        """What the last started engine said of itself; None before the first."""
        return self._hearing.engine

    @property
    def busy(self) -> bool:
        """Whether an answer is wanted or an engine loads."""
        return bool(self._jobs) or bool(self._loader)

    def wants(self, pane: Pane) -> bool:
        """Whether a pane has a job, begun or not."""
        return (self._jobs.of(pane) or self._jobs.waiting_of(pane)) is not None

    def adopt(self, pane: Pane) -> None:
        """Take a pane; its key must be new."""
        self._panes[pane.key] = pane
        if pane.candidate.server is None:
            pane.engine_wait = self._engine_wait

    def release(self, key: str) -> None:
        """A pane is gone: stop and close what it has."""
        pane = self._panes[key]
        job = self._jobs.drop(pane)
        self._loader.shut(pane)
        self._schedule.end(job, StopReason.STOPPED)
        del self._panes[key]
        self._schedule.go_on()

    def submit(self, jobs: Sequence[Job], mode: CompareMode) -> None:
        """Queue answers. A pane that has a job already must not get another.

        Raises:
            PersonError: Together does not fit in memory, or race and together would mix; nothing
                was queued.
        """
        together = mode is CompareMode.TOGETHER and len(jobs) > 1
        if self._jobs and (together or self._jobs.together):
            raise PersonError(say("compare.wait_answers_progress_stop_them"))
        if together:
            check_together([job.pane for job in jobs], self.pool.room_bytes())
        self._jobs.add(jobs, together=together)
        for job in jobs:
            job.pane.failure = None
            if job.pane.state is not PaneState.PREPARING:
                self._schedule.change(job.pane, PaneState.WAITING)
        self._schedule.go_on()

    def stop(self, key: str) -> None:
        """End whatever a pane does or waits for; its text so far stands.

        Where nothing was said yet, the answer ends at once, whenever the engine hears of it: none
        hears anything while it computes a picture. Its next answer waits for that.
        """
        pane = self._panes[key]
        client = self.pool.get(key)
        begun = self._jobs.of(pane)
        if begun is not None and begun.request_id and client is not None:
            if pane.state is not PaneState.STOPPING:
                said_nothing = pane.state is PaneState.READING
                self._loader.stop(pane)
                self._schedule.change(pane, PaneState.STOPPING)
                client.stop(begun.request_id)
                if said_nothing:
                    self._jobs.drop(pane)
                    self._schedule.end(begun, StopReason.STOPPED)
            return
        job = self._jobs.drop(pane)
        if self._loader.loads(pane):
            # Ending the process is the quickest way out of a load.
            self._loader.shut(pane)
        if pane.state in (PaneState.WAITING, PaneState.LOADING):
            rest = PaneState.READY if pane.loaded is not None else PaneState.ASLEEP
            to_stop = self._loader.is_to_stop(pane)
            self._schedule.change(pane, PaneState.STOPPING if to_stop else rest)
        self._schedule.end(job, StopReason.STOPPED)
        self._schedule.go_on()

    def load(self, key: str) -> None:
        """Load without asking; the person insists, so memory that is short does not refuse it.

        Raises:
            PersonError: Answers are in progress, whose times a load would spoil, or there is no
                engine yet, or the operating system refuses.
        """
        pane = self._panes[key]
        if pane.engine_wait is not None:
            raise PersonError(say("compare.engine_not_compiled_yet_then"))
        if self.busy:
            raise PersonError(say("compare.wait_answers_progress_stop_them_2"))
        if pane.state in (PaneState.ASLEEP, PaneState.FAILED):
            pane.failure = None
            self._schedule.start_load(pane, insist=True)

    def count_picture(self, key: str, picture: Picture) -> None:
        """Have a pane's engine say what a picture takes of the context, if it is loaded and sees.

        The listener hears of the pane's change; :attr:`Pane.picture_tokens` has it then.
        """
        pane, client = self._panes[key], self.pool.get(key)
        known = (picture.width, picture.height) in pane.picture_tokens
        if client is None or known or Ability.SEE not in client.abilities:
            return
        if pane.loaded is not None and pane.loaded.sees:
            client.send(CountPicture(client.next_id(), picture.width, picture.height))

    def unload(self, key: str) -> None:
        """Give the memory back; the pane keeps its text."""
        pane = self._panes[key]
        to_stop = pane.state is PaneState.STOPPING and not self.wants(pane)
        if to_stop or pane.state in (PaneState.READY, PaneState.FAILED):
            self._loader.shut(pane)
            self._schedule.change(pane, PaneState.ASLEEP)
            self._schedule.go_on()

    def wait_for_engine(self, wait: EngineWait | None) -> None:
        """Start no engine of this PC: one is being built, and this is how far it is.

        Those that run go on, and models of servers are asked as ever.

        With None the new one is there: panes leave the engine that they have, and what waits for
        its turn begins.
        """
        was_waiting = self._engine_wait is not None
        self._engine_wait = wait
        here = (pane for pane in self._panes.values() if pane.candidate.server is None)
        for pane in here:
            pane.engine_wait = wait
            if wait is None and was_waiting and not self.wants(pane):
                pane.failure = None
                self.unload(pane.key)
            self._schedule.listener.pane_changed(pane)
        self._schedule.go_on()

    def model_ready(self, pane: Pane) -> None:
        """The file of a preparing pane is there now."""
        if pane.state is PaneState.PREPARING:
            waits = self._jobs.waiting_of(pane) is not None
            self._schedule.change(pane, PaneState.WAITING if waits else PaneState.ASLEEP)
            self._schedule.go_on()

    def close(self) -> bool:
        """End every engine and wait; True if all are gone. Answers in progress stay as they are."""
        self._jobs.clear()
        return self.pool.close_all()
