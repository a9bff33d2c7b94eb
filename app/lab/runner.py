"""Drives the engines of a comparison: who loads, who answers, in which order."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from app.core.chat import StopReason
from app.core.chat_templates import template_by_id
from app.core.errors import PersonError
from app.core.settings import DEFAULT_CONTEXT_TOKENS, CompareMode
from app.engine import messages as m
from app.engine.client import ClientEvent, Exited
from app.lab.memory_room import check_together, expected_bytes, too_large
from app.lab.panes import Pane, PaneFailure, PaneState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.chat import Answer, Message, Turn
    from app.core.settings import SamplingSettings
    from app.engine.outcome import EngineOutcome
    from app.engine.pool import EnginePool

log = logging.getLogger(__name__)

# Left to the rest of the PC when an engine's private memory is bounded.
_MEMORY_RESERVE_BYTES = 500_000_000
_STOP_SECONDS = 3.0


@dataclass(eq=False, slots=True)
class Job:
    """One answer that is wanted.

    Attributes:
        pane: Who shall answer.
        turn: What is answered.
        answer: Grows in place; belongs to the turn.
        messages: What the engine is sent.
        sampling: How it samples.
        shared: Others generate at the same time.
        request_id: Of the Generate command, once sent.
    """

    pane: Pane
    turn: Turn
    answer: Answer
    messages: list[Message]
    sampling: SamplingSettings
    shared: bool = False
    request_id: int = 0


class RunnerListener(Protocol):
    """Told on the runner's thread."""

    def pane_changed(self, pane: Pane) -> None:
        """State, progress, failure or figures of a pane."""
        ...

    def answer_grew(self, job: Job) -> None:
        """Text came."""
        ...

    def answer_ended(self, job: Job) -> None:
        """The answer has its stop reason."""
        ...

    def speed_sampled(self, pane: Pane, tokens_per_second: float) -> None:
        """A point for the live plot."""
        ...


class Runner:
    """Carries out jobs: one after another in a race, all at once together.

    Everything but :meth:`sink` happens on one thread, which calls :meth:`pump` about 30 times a
    second or after :meth:`wait`.

    Attributes:
        engine: What the last started engine said of itself; None before the first.
    """

    def __init__(self, listener: RunnerListener, available_bytes: Callable[[], int]) -> None:
        self._listener = listener
        self._available_bytes = available_bytes
        self._events: SimpleQueue[tuple[str, ClientEvent]] = SimpleQueue()
        self._pool: EnginePool | None = None
        self._panes: dict[str, Pane] = {}
        self._queue: deque[Job] = deque()
        self._active: dict[str, Job] = {}
        self._load_ids: dict[str, int] = {}
        self._stopping_since: dict[str, float] = {}
        self._forced: set[str] = set()
        self._together = False
        self.engine: m.Hello | None = None

    def sink(self, key: str, event: ClientEvent) -> None:
        """Where engines put their events, on any thread."""
        self._events.put((key, event))

    def use_pool(self, pool: EnginePool) -> None:
        """The pool, whose sink is this runner; call once before anything else."""
        self._pool = pool

    @property
    def pool(self) -> EnginePool:
        """The engines."""
        assert self._pool is not None
        return self._pool

    @property
    def busy(self) -> bool:
        """Whether an answer is wanted or an engine loads."""
        return bool(self._queue or self._active or self._load_ids)

    def wants(self, pane: Pane) -> bool:
        """Whether a pane has a job, begun or not."""
        return pane.key in self._active or any(job.pane is pane for job in self._queue)

    # --- what is asked of it --------------------------------------------------------------

    def adopt(self, pane: Pane) -> None:
        """Take a pane; its key must be new."""
        self._panes[pane.key] = pane

    def release(self, key: str) -> None:
        """A pane is gone: stop and close what it has."""
        pane = self._panes[key]
        self.stop(key)
        job = self._active.pop(key, None)
        if job is not None:
            self._end_job(job, StopReason.STOPPED)
        self._shut(pane)
        del self._panes[key]
        self._schedule()

    def submit(self, jobs: Sequence[Job], mode: CompareMode) -> None:
        """Queue answers. A pane that has a job already must not get another.

        Raises:
            PersonError: Together does not fit in memory; nothing was queued.
        """
        together = mode is CompareMode.TOGETHER and len(jobs) > 1
        if together != self._together and (self._queue or self._active):
            raise PersonError("Wait for the answers in progress, or stop them, then ask again.")
        if together:
            check_together([job.pane for job in jobs], self.pool.room_bytes())
        self._together = together
        for job in jobs:
            job.shared = together
            job.pane.failure = None
            self._queue.append(job)
            if job.pane.state is not PaneState.PREPARING:
                self._change(job.pane, PaneState.WAITING)
        self._schedule()

    def stop(self, key: str) -> None:
        """End whatever a pane does or waits for; its text so far stands."""
        pane = self._panes[key]
        for job in [job for job in self._queue if job.pane is pane]:
            self._queue.remove(job)
            self._settle(pane)
            self._end_job(job, StopReason.STOPPED)
        job = self._active.get(key)
        client = self.pool.get(key)
        if job is not None and job.request_id and client is not None:
            if pane.state is not PaneState.STOPPING:
                self._stopping_since[key] = time.monotonic()
                self._change(pane, PaneState.STOPPING)
                client.stop(job.request_id)
            return
        if key in self._load_ids:
            # Ending the process is the quickest way out of a load.
            self._shut(pane)
            self._change(pane, PaneState.ASLEEP)
        if job is not None:
            del self._active[key]
            self._end_job(job, StopReason.STOPPED)
        self._schedule()

    def load(self, key: str) -> None:
        """Load without asking; the person wants it, so the memory budget only makes room."""
        pane = self._panes[key]
        if pane.state in (PaneState.ASLEEP, PaneState.FAILED):
            pane.failure = None
            self._forced.add(key)
            self._start_load(pane)

    def unload(self, key: str) -> None:
        """Give the memory back; the pane keeps its text."""
        pane = self._panes[key]
        if pane.state in (PaneState.READY, PaneState.FAILED):
            self._shut(pane)
            self._change(pane, PaneState.ASLEEP)

    def model_ready(self, pane: Pane) -> None:
        """The file of a preparing pane is there now."""
        if pane.state is PaneState.PREPARING:
            waiting = any(job.pane is pane for job in self._queue)
            self._change(pane, PaneState.WAITING if waiting else PaneState.ASLEEP)
            self._schedule()

    def fail(self, pane: Pane, failure: PaneFailure) -> None:
        """A pane cannot go on: it says why, and its job ends with an error."""
        pane.failure = failure
        jobs = [job for job in self._queue if job.pane is pane]
        for job in jobs:
            self._queue.remove(job)
        active = self._active.pop(pane.key, None)
        self._change(pane, PaneState.FAILED)
        for job in [*jobs, *([active] if active else [])]:
            self._end_job(job, StopReason.ERROR, failure.sentence)
        self._schedule()

    def close(self) -> bool:
        """End every engine and wait; True if all are gone. Answers in progress stay as they are."""
        self._queue.clear()
        self._active.clear()
        return self.pool.close_all()

    # --- events ---------------------------------------------------------------------------

    def pump(self) -> None:
        """Take all events that have come."""
        while True:
            try:
                key, event = self._events.get_nowait()
            except Empty:
                break
            self._take(key, event)
        self._press_stops()

    def wait(self, seconds: float) -> None:
        """Wait for an event and take it; for programs without an event loop."""
        try:
            key, event = self._events.get(timeout=seconds)
        except Empty:
            return
        self._take(key, event)
        self.pump()

    def _take(self, name: str, event: ClientEvent) -> None:
        key = self.pool.source(name)
        pane = self._panes.get(key) if key is not None else None
        if pane is None:
            return
        match event:
            case Exited():
                self._on_exit(pane, event.outcome)
            case m.Hello():
                pane.pid = event.pid
                self.engine = event
                self._send_load(pane)
            case m.Loaded():
                self._on_loaded(pane, event)
            case m.Text():
                self._on_text(pane, event)
            case m.Finished():
                self._on_finished(pane, event)
            case m.Failed():
                self._on_failed(pane, event)
            case _:
                self._on_progress(pane, event)

    def _on_progress(self, pane: Pane, event: m.Event) -> None:
        match event:
            case m.LoadProgress():
                pane.progress = event.fraction
            case m.Rendered():
                pane.digest = event.digest
            case m.PromptProgress():
                pane.progress = event.done_tokens / max(1, event.total_tokens)
            case _:
                return
        self._listener.pane_changed(pane)

    def _on_exit(self, pane: Pane, outcome: EngineOutcome) -> None:
        self._keep_log(pane)
        self.pool.forget(pane.key)
        pane.pid = None
        pane.loaded = None
        self._load_ids.pop(pane.key, None)
        stopping = self._stopping_since.pop(pane.key, None) is not None
        if stopping:
            job = self._active.pop(pane.key, None)
            self._change(pane, PaneState.ASLEEP)
            if job is not None:
                self._end_job(job, StopReason.STOPPED)
            self._schedule()
            return
        log.warning("engine of %s ended: %s", pane.candidate.path, outcome.sentence)
        detail = outcome.abort_text or outcome.log_tail[-2000:]
        self.fail(pane, PaneFailure(outcome.sentence, outcome.advice, detail))

    def _on_loaded(self, pane: Pane, event: m.Loaded) -> None:
        self._load_ids.pop(pane.key, None)
        self._stopping_since.pop(pane.key, None)
        pane.loaded = event
        pane.failure = None
        pane.note_memory(event.memory.private_bytes, event.memory.mapped_bytes)
        self.pool.touch(pane.key, event.memory.needed_bytes)
        job = self._active.get(pane.key)
        self._change(pane, PaneState.READY)
        if job is None:
            self._schedule()
        elif not self._together:
            self._generate(job)
        elif self._together:
            self._generate_together()

    def _on_text(self, pane: Pane, event: m.Text) -> None:
        job = self._active.get(pane.key)
        if job is None or job.request_id != event.id:
            return
        if pane.state is PaneState.READING:
            pane.become(PaneState.GENERATING)
        job.answer.text += event.answer
        job.answer.thinking += event.thinking
        speed = pane.note_tokens(event.tokens, event.elapsed_ns)
        if speed is not None:
            self._listener.speed_sampled(pane, speed)
        self._listener.answer_grew(job)
        self._listener.pane_changed(pane)

    def _on_finished(self, pane: Pane, event: m.Finished) -> None:
        job = self._active.pop(pane.key, None)
        self._stopping_since.pop(pane.key, None)
        if event.memory.needed_bytes is not None:
            pane.needed_bytes = event.memory.needed_bytes
        self.pool.touch(pane.key, event.memory.needed_bytes)
        pane.note_memory(event.memory.private_bytes, event.memory.mapped_bytes)
        pane.context_used_tokens = event.figures.prompt_tokens + event.figures.generated_tokens
        if event.stop_reason is StopReason.CONTEXT:
            pane.failure = PaneFailure(
                "The context is full: the answer ends here.",
                "Drop the oldest turns and go on, or choose a larger context in the settings.",
                can_drop_turns=True,
            )
        self._change(pane, PaneState.READY)
        if job is not None:
            job.answer.figures = event.figures
            self._end_job(job, event.stop_reason)
        self._schedule()

    def _on_failed(self, pane: Pane, event: m.Failed) -> None:
        self._stopping_since.pop(pane.key, None)
        if self._load_ids.get(pane.key) == event.id:
            self._shut(pane)
            self.fail(pane, PaneFailure(event.sentence, _advice(event), event.detail))
            return
        job = self._active.get(pane.key)
        if job is None or job.request_id != event.id:
            return
        del self._active[pane.key]
        self._change(pane, PaneState.READY)
        if event.kind is m.FailureKind.CANCELLED:
            self._end_job(job, StopReason.STOPPED)
        else:
            too_long = event.kind is m.FailureKind.PROMPT_TOO_LONG
            pane.failure = PaneFailure(
                event.sentence,
                _advice(event),
                event.detail,
                can_drop_turns=too_long and len(job.messages) > 2,
            )
            self._end_job(job, StopReason.ERROR, event.sentence)
        self._schedule()

    # --- scheduling -----------------------------------------------------------------------

    def _schedule(self) -> None:
        """Start what can start now."""
        if self._together:
            while job := self._next_job():
                self._begin(job)
            self._generate_together()
            return
        while not self._active and not self._load_ids:
            job = self._next_job()
            if job is None:
                return
            self._begin(job)

    def _next_job(self) -> Job | None:
        # The order holds, so that a race is a race; a pane whose file is still made is passed over.
        for job in self._queue:
            if job.pane.state is not PaneState.PREPARING:
                self._queue.remove(job)
                return job
        return None

    def _begin(self, job: Job) -> None:
        pane = job.pane
        self._active[pane.key] = job
        if pane.loaded is not None and self.pool.get(pane.key) is not None:
            if self._together:
                pane.become(PaneState.READY)
                self._listener.pane_changed(pane)
            else:
                self._generate(job)
            return
        try:
            self._start_load(pane)
        except PersonError as error:
            del self._active[pane.key]
            self._queue.appendleft(job)
            self.fail(pane, PaneFailure(error.sentence, "", error.detail))

    def _generate_together(self) -> None:
        """Send all at the same moment, once each of them is loaded."""
        jobs = list(self._active.values())
        if not jobs or any(job.pane.loaded is None for job in jobs):
            return
        for job in jobs:
            if not job.request_id:
                self._generate(job)

    def _generate(self, job: Job) -> None:
        pane = job.pane
        client = self.pool.get(pane.key)
        assert client is not None
        self.pool.touch(pane.key)
        at_once = len(self._active) if job.shared else 1
        threads = self.pool.threads_for(at_once)
        if not job.shared and pane.candidate.engine.threads is not None:
            threads = pane.candidate.engine.threads
        client.send(m.SetThreads(client.next_id(), threads))
        chosen = pane.candidate.template_id
        template = template_by_id(chosen) if chosen is not None else None
        job.request_id = client.next_id()
        pane.live_tokens = 0
        pane.become(PaneState.READING)
        try:
            client.send(
                m.Generate(
                    id=job.request_id,
                    messages=job.messages,
                    sampling=job.sampling,
                    template=template.jinja if template is not None else None,
                    stop_strings=list(template.stop_strings) if template is not None else [],
                    shared=job.shared,
                )
            )
        except PersonError as error:
            del self._active[pane.key]
            pane.failure = PaneFailure(error.sentence, "", error.detail, can_drop_turns=True)
            self._change(pane, PaneState.READY)
            self._end_job(job, StopReason.ERROR, error.sentence)
            return
        self._listener.pane_changed(pane)

    def _start_load(self, pane: Pane) -> None:
        """Make room and start an engine; its Hello is answered with the Load command.

        Raises:
            PersonError: It does not fit, or the operating system refuses.
        """
        self._change(pane, PaneState.LOADING)
        needed = expected_bytes(pane)
        keep = {pane.key, *self._active}
        leaving = self.pool.in_the_way(needed, keep)
        if leaving is None:
            if pane.key not in self._forced:
                raise too_large(needed, self.pool.room_bytes())
            leaving = [key for key in self._panes if key not in keep]
        for key in leaving:
            other = self._panes.get(key)
            if other is not None and other.state in (PaneState.READY, PaneState.WAITING):
                waits = other.state is PaneState.WAITING
                self._shut(other)
                if not waits:
                    self._change(other, PaneState.ASLEEP)
        self._forced.discard(pane.key)
        self._load_ids[pane.key] = 0
        pane.peak_private_bytes = pane.peak_mapped_bytes = None
        try:
            self.pool.start(pane.key, needed)
        except PersonError:
            del self._load_ids[pane.key]
            raise

    def _send_load(self, pane: Pane) -> None:
        client = self.pool.get(pane.key)
        if client is None:
            return
        load = self._load_command(client.next_id(), pane)
        self._load_ids[pane.key] = load.id
        client.send(load)
        self._listener.pane_changed(pane)

    def _load_command(self, command_id: int, pane: Pane) -> m.Load:
        settings = pane.candidate.engine
        limit = self._available_bytes() - _MEMORY_RESERVE_BYTES
        return m.Load(
            id=command_id,
            path=pane.candidate.path,
            context_tokens=settings.context_tokens or DEFAULT_CONTEXT_TOKENS,
            threads=settings.threads or self.pool.threads_for(1),
            gpu_layers=-1 if settings.gpu_layers is None else settings.gpu_layers,
            kv_type=settings.kv_type,
            flash_attention=settings.flash_attention,
            memory_limit_bytes=max(_MEMORY_RESERVE_BYTES, limit),
        )

    # --- helpers --------------------------------------------------------------------------

    def _press_stops(self) -> None:
        """An engine that does not stop within seconds is ended."""
        now = time.monotonic()
        for key, since in list(self._stopping_since.items()):
            client = self.pool.get(key)
            if now - since > _STOP_SECONDS and client is not None and not client.closed:
                log.warning("engine %s does not stop, closing it", key)
                client.close()

    def _settle(self, pane: Pane) -> None:
        """A waiting pane that is no longer asked goes back to what it was."""
        if pane.state is PaneState.WAITING:
            self._change(pane, PaneState.READY if pane.loaded is not None else PaneState.ASLEEP)

    def _keep_log(self, pane: Pane) -> None:
        client = self.pool.get(pane.key)
        if client is not None:
            pane.log = client.log_text()

    def _shut(self, pane: Pane) -> None:
        self._keep_log(pane)
        self.pool.close(pane.key)
        self._load_ids.pop(pane.key, None)
        self._stopping_since.pop(pane.key, None)
        pane.loaded = None
        pane.pid = None

    def _end_job(self, job: Job, reason: StopReason, error: str | None = None) -> None:
        job.answer.stop_reason = reason
        job.answer.error = error
        self._listener.answer_ended(job)

    def _change(self, pane: Pane, state: PaneState) -> None:
        pane.become(state)
        self._listener.pane_changed(pane)


def _advice(event: m.Failed) -> str:
    match event.kind:
        case m.FailureKind.PROMPT_TOO_LONG:
            return "Shorten the prompt, drop the oldest turns, or choose a larger context."
        case m.FailureKind.CONTEXT_MEMORY:
            return "Choose a smaller context or KV cache type q8_0 in the settings."
        case m.FailureKind.TEMPLATE:
            return "Choose one of the well-known templates in this pane's settings."
        case m.FailureKind.LOAD:
            return "Check that the file is complete; download it again or take another version."
        case _:
            return ""
