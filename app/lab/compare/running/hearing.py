"""What engines say, in order: noted in their panes, and what follows from it."""

from __future__ import annotations

import logging
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from app.core.chats.chat import StopReason
from app.engine.api import EngineEvent, Exited
from app.engine.protocol.answering import Finished, PromptProgress, Rendered, Text
from app.engine.protocol.loading import Hello, Loaded, LoadProgress
from app.engine.protocol.reading import PictureCounted
from app.engine.protocol.running import NO_COMMAND, Failed, FailureKind, Silent, Step, Working
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.running import failures

if TYPE_CHECKING:
    from app.engine.outcome import EngineOutcome
    from app.engine.protocol.messages import Event
    from app.lab.compare.running.schedule import Schedule

log = logging.getLogger(__name__)


class Hearing:
    """Takes what engines said; on the schedule's thread.

    Args:
        events: What engines said, with the names that the pool gave them.
        schedule: Has what follows done.

    Attributes:
        engine: What the last started engine said of itself; None before the first.
    """

    def __init__(self, events: SimpleQueue[tuple[str, EngineEvent]], schedule: Schedule) -> None:
        self._events = events
        self._schedule = schedule
        self._listener, self._loader = schedule.listener, schedule.loader
        self.engine: Hello | None = None

    def pump(self) -> None:
        """Take all events that have come."""
        while True:
            try:
                name, event = self._events.get_nowait()
            except Empty:
                break
            self._take(name, event)
        self._listener.tell_due()
        self._loader.press_stops()

    def wait(self, seconds: float) -> None:
        """Wait for an event and take it; for programs without an event loop."""
        try:
            name, event = self._events.get(timeout=seconds)
        except Empty:
            return
        self._take(name, event)
        self.pump()

    def _take(self, name: str, event: EngineEvent) -> None:
        key = self._schedule.pool.source(name)
        pane = self._schedule.panes.get(key) if key is not None else None
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
                self._loader.loaded(pane, event)
                self._schedule.loaded(pane)
            case Text():
                self._on_text(pane, event)
            case Finished():
                self._on_finished(pane, event)
            case Failed():
                self._on_failed(pane, event)
            case _:
                if _note(pane, event):
                    self._listener.pane_changed(pane)

    def _on_exit(self, pane: Pane, outcome: EngineOutcome) -> None:
        schedule = self._schedule
        was_to_stop = self._loader.is_to_stop(pane)
        self._loader.ended(pane)
        if was_to_stop:
            job = schedule.jobs.of(pane)
            schedule.change(pane, PaneState.ASLEEP)
            if job is not None:
                schedule.jobs.drop(pane)
            schedule.end(job, StopReason.STOPPED)
            schedule.go_on()
            return
        log.warning("engine of %s ended: %s", pane.candidate.place, outcome.sentence)
        schedule.fail(pane, failures.ended(outcome))

    def _on_text(self, pane: Pane, event: Text) -> None:
        job = self._schedule.jobs.of(pane)
        if job is None or job.request_id != event.id:
            return
        if pane.state is PaneState.STOPPING:
            return  # after Stop nothing more is shown, however late the engine hears of it
        if pane.state is PaneState.READING:
            # Told even where the end comes with it.
            self._schedule.change(pane, PaneState.GENERATING)
        job.answer.text += event.answer
        job.answer.thinking += event.thinking
        pane.note_tokens(event.tokens, event.elapsed_ns)
        self._listener.answer_grew(job)

    def _on_finished(self, pane: Pane, event: Finished) -> None:
        schedule, figures = self._schedule, event.figures
        job = schedule.jobs.of(pane)
        if job is not None:
            schedule.jobs.drop(pane)
            self._listener.answer_came(job, figures.tokens_per_second)
        self._loader.has_stopped(pane)
        _note_answer(pane, event)
        schedule.pool.touch(pane.key, event.memory.needed_bytes)
        schedule.change(pane, PaneState.READY)
        if job is not None:
            job.answer.figures = figures
        schedule.end(job, event.stop_reason)
        schedule.go_on()

    def _on_failed(self, pane: Pane, event: Failed) -> None:
        schedule = self._schedule
        stopped = self._loader.has_stopped(pane)
        unread = event.id == NO_COMMAND  # the engine could not read what it was sent last
        if self._loader.is_load(pane, event.id) or (unread and self._loader.loads(pane)):
            self._loader.shut(pane)
            schedule.fail(pane, failures.failed(event))
            return
        job = schedule.jobs.of(pane)
        if job is None and stopped:  # its answer ended when the person stopped it
            schedule.change(pane, PaneState.READY)
            schedule.go_on()
        if job is None or event.id not in (job.request_id, NO_COMMAND):
            return
        if event.kind is FailureKind.CANCELLED:
            schedule.refuse(job, StopReason.STOPPED, None)
        else:
            schedule.refuse(job, StopReason.ERROR, failures.failed(event, job))


def _note(pane: Pane, event: Event) -> bool:
    """Keep how far a pane has come; whether the event says so."""
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
            return False
    return True


def _note_answer(pane: Pane, event: Finished) -> None:
    """Keep what an answer took."""
    figures, memory = event.figures, event.memory
    needed_bytes = memory.needed_bytes
    if pane.candidate.server is not None:
        needed_bytes = figures.memory_needed_bytes  # there, as it says
    if needed_bytes is not None:
        pane.needed_bytes = needed_bytes
    pane.note_memory(memory.private_bytes, memory.mapped_bytes)
    pane.context_used_tokens = figures.prompt_tokens + figures.generated_tokens
    pane.drafted_tokens = figures.drafted_tokens
    pane.accepted_tokens = figures.accepted_tokens
    if event.stop_reason is StopReason.CONTEXT:
        pane.failure = failures.context_full()
