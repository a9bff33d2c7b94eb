"""Drives the engines of a comparison: who loads, who answers, in which order."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_fields

from app.core.candidates.settings import CompareMode
from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.api import Ability, Engine, EngineEvent, Engines, Exited, Sink, TooLongToSend
from app.engine.protocol.answering import (
    Finished,
    PromptProgress,
    Rendered,
    SetThreads,
    Text,
)
from app.engine.protocol.loading import Hello, Loaded, LoadProgress
from app.engine.protocol.reading import CountPicture, PictureCounted
from app.engine.protocol.running import NO_COMMAND, Failed, FailureKind, Silent, Step, Working
from app.lab.compare import failures
from app.lab.compare.jobs import Job, JobQueue
from app.lab.compare.loader import Loader
from app.lab.compare.panes import EngineWait, Pane, PaneFailure, PaneState
from app.lab.compare.room import check_together
from app.lab.engines.room import no_servers

if TYPE_CHECKING:
    from app.core.candidates.candidate import ServerModel
    from app.core.chats.pictures import Picture
    from app.engine.local.pool import EnginePool
    from app.engine.outcome import EngineOutcome
    from app.engine.protocol.messages import Event
    from app.lab.compare.answers import Answers

log = logging.getLogger(__name__)

_STOP_SECONDS = 3.0
TELL_SECONDS = 0.11
"""The listener hears of growing text at most this often: what follows costs the engine's cores
time, and nobody reads faster. State changes and ends are told at once."""


class Runner:
    """Carries out jobs: one after another in a race, all at once together.

    Everything happens on one thread, which calls :meth:`pump` about 20 times a second or waits
    with :meth:`wait`.

    Args:
        listener: Told of what happens.
        pool_for: Builds the pool, given the sink of its engines' events.
        available_bytes: Memory that programs could take now.
        elsewhere: Engines of a server's model.

    Attributes:
        pool: The engines.
        engine: What the last started engine said of itself; None before the first.
        doubt: Says why a pane's file had better not be loaded; whoever loads it all the same may.
    """

    def __init__(
        self,
        listener: Answers,
        pool_for: Callable[[Sink], EnginePool],
        available_bytes: Callable[[], int],
        elsewhere: Callable[[ServerModel], Engines] = no_servers,
    ) -> None:
        self._listener = listener
        self._events: SimpleQueue[tuple[str, EngineEvent]] = SimpleQueue()
        self.pool = pool_for(lambda name, event: self._events.put((name, event)))
        self.engine: Hello | None = None
        self.doubt: Callable[[Pane], PaneFailure | None] = lambda _pane: None
        self._loader = Loader(self.pool, available_bytes, elsewhere)
        self._jobs = JobQueue()
        self._panes: dict[str, Pane] = {}
        self._stopping_since: dict[str, float] = {}
        self._engine_wait: EngineWait | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is wanted or an engine loads."""
        return bool(self._jobs) or bool(self._loader)

    def wants(self, pane: Pane) -> bool:
        """Whether a pane has a job, begun or not."""
        return (self._jobs.of(pane) or self._jobs.waiting_of(pane)) is not None

    # --- what is asked of it --------------------------------------------------------------

    def adopt(self, pane: Pane) -> None:
        """Take a pane; its key must be new."""
        self._panes[pane.key] = pane
        if pane.candidate.server is None:
            pane.engine_wait = self._engine_wait

    def release(self, key: str) -> None:
        """A pane is gone: stop and close what it has."""
        pane = self._panes[key]
        job = self._jobs.drop(pane)
        self._shut(pane)
        if job is not None:
            self._end_job(job, StopReason.STOPPED)
        del self._panes[key]
        self._schedule()

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
                self._change(job.pane, PaneState.WAITING)
        self._schedule()

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
                self._stopping_since[key] = time.monotonic()
                self._change(pane, PaneState.STOPPING)
                client.stop(begun.request_id)
                if said_nothing:
                    self._jobs.drop(pane)
                    self._end_job(begun, StopReason.STOPPED)
            return
        job = self._jobs.drop(pane)
        if self._loader.loads(pane):
            # Ending the process is the quickest way out of a load.
            self._shut(pane)
        if pane.state in (PaneState.WAITING, PaneState.LOADING):
            rest = PaneState.READY if pane.loaded is not None else PaneState.ASLEEP
            self._change(pane, PaneState.STOPPING if key in self._stopping_since else rest)
        if job is not None:
            self._end_job(job, StopReason.STOPPED)
        self._schedule()

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
            self._start_load(pane, insist=True)

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
            self._shut(pane)
            self._change(pane, PaneState.ASLEEP)
            self._schedule()

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
            self._listener.pane_changed(pane)
        self._schedule()

    def model_ready(self, pane: Pane) -> None:
        """The file of a preparing pane is there now."""
        if pane.state is PaneState.PREPARING:
            waits = self._jobs.waiting_of(pane) is not None
            self._change(pane, PaneState.WAITING if waits else PaneState.ASLEEP)
            self._schedule()

    def fail(self, pane: Pane, failure: PaneFailure) -> None:
        """A pane cannot go on: it says why, and its job ends with an error."""
        file = pane.candidate.local
        if file is not None and not os.path.lexists(file):
            failure = replace(failure, is_gone=True)
        pane.failure = failure
        job = self._jobs.drop(pane)
        self._change(pane, PaneState.FAILED)
        if job is not None:
            self._end_job(job, StopReason.ERROR, failure.sentence)
        self._schedule()

    def close(self) -> bool:
        """End every engine and wait; True if all are gone. Answers in progress stay as they are."""
        self._jobs.clear()
        return self.pool.close_all()

    # --- events ---------------------------------------------------------------------------

    def pump(self) -> None:
        """Take all events that have come."""
        while True:
            try:
                name, event = self._events.get_nowait()
            except Empty:
                break
            self._take(name, event)
        self._tell_growth()
        self._press_stops()

    def wait(self, seconds: float) -> None:
        """Wait for an event and take it; for programs without an event loop."""
        try:
            name, event = self._events.get(timeout=seconds)
        except Empty:
            return
        self._take(name, event)
        self.pump()

    def _take(self, name: str, event: EngineEvent) -> None:
        key = self.pool.source(name)
        pane = self._panes.get(key) if key is not None else None
        if pane is None:
            return
        match event:
            case Exited():
                self._on_exit(pane, event.outcome)
            case Hello():
                pane.pid = event.pid or None
                self.engine = event
                self._loader.send_load(pane)
                self._listener.pane_changed(pane)
            case Loaded():
                self._on_loaded(pane, event)
            case Text():
                self._on_text(pane, event)
            case Finished():
                self._on_finished(pane, event)
            case Failed():
                self._on_failed(pane, event)
            case _:
                self._on_progress(pane, event)

    def _on_progress(self, pane: Pane, event: Event) -> None:
        match event:
            case LoadProgress():
                pane.progress = event.fraction
            case Working(step=Step.TOKENIZE):
                pane.tokenizing_characters = event.characters
            case Rendered():
                pane.digest = event.digest
                pane.system_in_user = event.system_in_user
                pane.tokenizing_characters = 0
            case Silent():
                pane.silent_seconds = event.seconds
            case PictureCounted():
                pane.picture_tokens[event.width, event.height] = event.tokens
            case PromptProgress():
                pane.silent_seconds = 0.0
                pane.progress = event.done_tokens / max(1, event.total_tokens)
            case _:
                return
        self._listener.pane_changed(pane)

    def _on_exit(self, pane: Pane, outcome: EngineOutcome) -> None:
        self._loader.ended(pane)
        if self._stopping_since.pop(pane.key, None) is not None:
            job = self._jobs.of(pane)
            self._change(pane, PaneState.ASLEEP)
            if job is not None:
                self._jobs.drop(pane)
                self._end_job(job, StopReason.STOPPED)
            self._schedule()
            return
        log.warning("engine of %s ended: %s", pane.candidate.place, outcome.sentence)
        self.fail(pane, failures.ended(outcome))

    def _on_loaded(self, pane: Pane, event: Loaded) -> None:
        self._loader.loaded(pane, event)
        self._change(pane, PaneState.READY)
        job = self._jobs.of(pane)
        if job is None:
            self._schedule()
        elif self._jobs.together:
            self._generate_together()
        else:
            self._generate(job)

    def _on_text(self, pane: Pane, event: Text) -> None:
        job = self._jobs.of(pane)
        if job is None or job.request_id != event.id:
            return
        if pane.state is PaneState.STOPPING:
            return  # after Stop nothing more is shown, however late the engine hears of it
        if pane.state is PaneState.READING:
            self._change(pane, PaneState.GENERATING)  # told even where the end comes with it
        job.answer.text += event.answer
        job.answer.thinking += event.thinking
        pane.note_tokens(event.tokens, event.elapsed_ns)
        job.grown = True

    def _tell_growth(self) -> None:
        now = time.monotonic()
        for job in self._jobs.begun:
            if not job.grown or now - job.told_seconds < TELL_SECONDS:
                continue
            job.told_seconds = now
            self._sample_speed(job)
            self._listener.answer_grew(job)
            self._listener.pane_changed(job.pane)

    def _sample_speed(self, job: Job, otherwise: float | None = None) -> None:
        job.grown = False
        speed = job.pane.live_tokens_per_second
        if speed is None:
            speed = otherwise
        if speed is not None:
            job.sampled = True
            self._listener.speed_sampled(job.pane, speed)

    def _on_finished(self, pane: Pane, event: Finished) -> None:
        job = self._jobs.of(pane)
        if job is not None:
            self._jobs.drop(pane)
        if job is not None and (job.grown or not job.sampled):
            # A quick answer comes in one piece: then its whole speed is all there is to show.
            self._sample_speed(job, event.figures.tokens_per_second)
        self._stopping_since.pop(pane.key, None)
        needed_bytes = event.memory.needed_bytes
        if pane.candidate.server is not None:
            needed_bytes = event.figures.memory_needed_bytes  # there, as it says
        if needed_bytes is not None:
            pane.needed_bytes = needed_bytes
        self.pool.touch(pane.key, event.memory.needed_bytes)
        pane.note_memory(event.memory.private_bytes, event.memory.mapped_bytes)
        pane.context_used_tokens = event.figures.prompt_tokens + event.figures.generated_tokens
        pane.drafted_tokens = event.figures.drafted_tokens
        pane.accepted_tokens = event.figures.accepted_tokens
        if event.stop_reason is StopReason.CONTEXT:
            pane.failure = failures.context_full()
        self._change(pane, PaneState.READY)
        if job is not None:
            job.answer.figures = event.figures
            self._end_job(job, event.stop_reason)
        self._schedule()

    def _on_failed(self, pane: Pane, event: Failed) -> None:
        stopped = self._stopping_since.pop(pane.key, None) is not None
        unread = event.id == NO_COMMAND  # the engine could not read what it was sent last
        if self._loader.is_load(pane, event.id) or (unread and self._loader.loads(pane)):
            self._shut(pane)
            self.fail(pane, failures.failed(event))
            return
        job = self._jobs.of(pane)
        if job is None and stopped:  # its answer ended when the person stopped it
            self._change(pane, PaneState.READY)
            self._schedule()
        if job is None or event.id not in (job.request_id, NO_COMMAND):
            return
        if event.kind is FailureKind.CANCELLED:
            self._refuse(job, StopReason.STOPPED, None)
        else:
            self._refuse(job, StopReason.ERROR, failures.failed(event, job))

    # --- scheduling -----------------------------------------------------------------------

    def _schedule(self) -> None:
        """Start what can start now; nothing beside an engine that is to stop and computes on."""
        if self._stopping_since:
            return
        if self._jobs.together:
            while job := self._jobs.begin_next():
                self._begin(job)
            self._generate_together()
            return
        while not self._jobs.begun and not self._loader:
            job = self._jobs.begin_next()
            if job is None:
                return
            self._begin(job)

    def _begin(self, job: Job) -> None:
        pane = job.pane
        if pane.loaded is not None and self.pool.get(pane.key) is not None:
            if self._jobs.together:
                self._change(pane, PaneState.READY)
            else:
                self._generate(job)
            return
        if (doubt := self.doubt(pane)) is not None:
            self.fail(pane, doubt)
            return
        try:
            self._start_load(pane)
        except PersonError as error:
            self.fail(pane, PaneFailure(error.sentence, "", error.detail))

    def _generate_together(self) -> None:
        """Send all at the same moment, once each of them is loaded."""
        jobs = self._jobs.begun
        if all(job.pane.loaded is not None for job in jobs):
            for job in jobs:
                if not job.request_id:
                    self._generate(job)

    def _generate(self, job: Job) -> None:
        pane = job.pane
        client = self.pool.get(pane.key)
        assert client is not None
        self.pool.touch(pane.key)
        if pane.candidate.server is None:
            self._set_threads(job, client)
        job.request_id = client.next_id()
        pane.live_tokens = 0
        try:
            generate = pane.manner.generate(
                job.request_id, job.messages, job.sampling, shared=job.shared
            )
            client.send(replace_fields(generate, strengths=pane.candidate.strengths))
        except TooLongToSend as error:
            self._refuse(job, StopReason.ERROR, failures.not_sent(error, job))
            return
        self._change(pane, PaneState.READING)

    def _set_threads(self, job: Job, client: Engine) -> None:
        """Those that the PC has for each, as long as it is alone its own."""
        threads = self.pool.threads_for(len(self._jobs.begun) if job.shared else 1)
        if not job.shared and job.pane.candidate.engine.threads is not None:
            threads = job.pane.candidate.engine.threads
        job.threads = threads
        client.send(SetThreads(client.next_id(), threads))

    def _start_load(self, pane: Pane, *, insist: bool = False) -> None:
        """Make room and start an engine.

        Raises:
            PersonError: It does not fit, or the operating system refuses.
        """
        self._change(pane, PaneState.LOADING)
        keep = {pane.key, *(job.pane.key for job in self._jobs.begun)}
        leaving = self._loader.in_the_way(pane, keep, insist=insist)
        if leaving is None:
            here = (key for key, other in self._panes.items() if other.candidate.server is None)
            leaving = [key for key in here if key not in keep]
        for key in leaving:
            other = self._panes.get(key)
            if other is not None and other.loaded is not None:
                self._shut(other)
                if other.state is PaneState.READY:
                    self._change(other, PaneState.ASLEEP)
        self._loader.start(pane)

    # --- helpers --------------------------------------------------------------------------

    def _refuse(self, job: Job, reason: StopReason, failure: PaneFailure | None) -> None:
        """End a job whose engine lives but gave no answer."""
        self._jobs.drop(job.pane)
        job.pane.failure = failure
        self._change(job.pane, PaneState.READY)
        self._end_job(job, reason, failure.sentence if failure is not None else None)
        self._schedule()

    def _press_stops(self) -> None:
        """An engine that does not stop within seconds is ended."""
        now = time.monotonic()
        for key, since in self._stopping_since.items():
            client = self.pool.get(key)
            if now - since > _STOP_SECONDS and client is not None and not client.closed:
                log.warning("engine %s does not stop, closing it", key)
                client.close()

    def _shut(self, pane: Pane) -> None:
        self._stopping_since.pop(pane.key, None)
        self._loader.shut(pane)

    def _end_job(self, job: Job, reason: StopReason, error: str | None = None) -> None:
        job.answer.stop_reason = reason
        job.answer.error = error
        self._listener.answer_ended(job)

    def _change(self, pane: Pane, state: PaneState) -> None:
        pane.become(state)
        self._listener.pane_changed(pane)
