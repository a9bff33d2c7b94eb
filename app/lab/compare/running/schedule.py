"""Who loads and answers next: one after another in a race, all at once together."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_fields

from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.engine.api import TooLongToSend
from app.engine.protocol.answering import SetThreads
from app.lab.compare.panes import Pane, PaneFailure, PaneState
from app.lab.compare.running import failures
from app.lab.compare.running.jobs import Job, JobQueue

if TYPE_CHECKING:
    from app.engine.api import Engine
    from app.engine.local.pool import EnginePool
    from app.lab.compare.answers import Answers
    from app.lab.compare.running.loader import Loader


class Schedule:
    """Begins jobs when their turn has come, and ends them. One thread.

    Args:
        listener: Told of what happens.
        pool: The engines.
        loader: Gets them loaded.
        doubt: Says why a pane's file had better not be loaded.

    Attributes:
        listener, pool, loader: As above, for who does what follows from it.
        panes: Those that there are, by their keys.
        jobs: What is wanted of them.
    """

    def __init__(
        self,
        listener: Answers,
        pool: EnginePool,
        loader: Loader,
        doubt: Callable[[Pane], PaneFailure | None],
    ) -> None:
        self.listener = listener
        self.pool = pool
        self.loader = loader
        self._doubt = doubt
        self.panes: dict[str, Pane] = {}
        self.jobs = JobQueue()

    # --- what begins ----------------------------------------------------------------------

    def go_on(self) -> None:
        """Start what can start now; nothing beside an engine that is to stop and computes on."""
        if self.loader.stops:
            return
        if self.jobs.together:
            while job := self.jobs.begin_next():
                self._begin(job)
            self._generate_together()
            return
        while not self.jobs.begun and not self.loader:
            job = self.jobs.begin_next()
            if job is None:
                return
            self._begin(job)

    def start_load(self, pane: Pane, *, insist: bool = False) -> None:
        """Make room and start an engine; with ``insist`` memory that is short does not refuse it.

        Raises:
            PersonError: It does not fit, or the operating system refuses.
        """
        self.change(pane, PaneState.LOADING)
        keep = {pane.key, *(job.pane.key for job in self.jobs.begun)}
        leaving = self.loader.in_the_way(pane, keep, insist=insist)
        if leaving is None:
            here = (key for key, other in self.panes.items() if other.candidate.server is None)
            leaving = [key for key in here if key not in keep]
        for key in leaving:
            other = self.panes.get(key)
            if other is not None and other.loaded is not None:
                self.loader.shut(other)
                if other.state is PaneState.READY:
                    self.change(other, PaneState.ASLEEP)
        self.loader.start(pane)

    def loaded(self, pane: Pane) -> None:
        """A pane's model is there: it answers what is wanted of it."""
        self.change(pane, PaneState.READY)
        job = self.jobs.of(pane)
        if job is None:
            self.go_on()
        elif self.jobs.together:
            self._generate_together()
        else:
            self._generate(job)

    def _begin(self, job: Job) -> None:
        pane = job.pane
        if pane.loaded is not None and self.pool.get(pane.key) is not None:
            if self.jobs.together:
                self.change(pane, PaneState.READY)
            else:
                self._generate(job)
            return
        if (doubt := self._doubt(pane)) is not None:
            self.fail(pane, doubt)
            return
        try:
            self.start_load(pane)
        except PersonError as error:
            self.fail(pane, PaneFailure(error.sentence, "", error.detail))

    def _generate_together(self) -> None:
        """Send all at the same moment, once each of them is loaded."""
        jobs = self.jobs.begun
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
            self.refuse(job, StopReason.ERROR, failures.not_sent(error, job))
            return
        self.change(pane, PaneState.READING)

    def _set_threads(self, job: Job, client: Engine) -> None:
        """Those that the PC has for each, as long as it is alone its own."""
        threads = self.pool.threads_for(len(self.jobs.begun) if job.shared else 1)
        if not job.shared and job.pane.candidate.engine.threads is not None:
            threads = job.pane.candidate.engine.threads
        job.threads = threads
        client.send(SetThreads(client.next_id(), threads))

    # --- what ends ------------------------------------------------------------------------

    def fail(self, pane: Pane, failure: PaneFailure) -> None:
        """A pane cannot go on: it says why, and its job ends with an error."""
        file = pane.candidate.local
        if file is not None and not os.path.lexists(file):
            failure = replace(failure, is_gone=True)
        pane.failure = failure
        job = self.jobs.drop(pane)
        self.change(pane, PaneState.FAILED)
        self.end(job, StopReason.ERROR, failure.sentence)
        self.go_on()

    def refuse(self, job: Job, reason: StopReason, failure: PaneFailure | None) -> None:
        """End a job whose engine lives but gave no answer."""
        self.jobs.drop(job.pane)
        job.pane.failure = failure
        self.change(job.pane, PaneState.READY)
        self.end(job, reason, failure.sentence if failure is not None else None)
        self.go_on()

    def end(self, job: Job | None, reason: StopReason, error: str | None = None) -> None:
        """Tell that a job is over, if there is one; it was dropped before."""
        if job is not None:
            job.answer.stop_reason = reason
            job.answer.error = error
            self.listener.answer_ended(job)

    def change(self, pane: Pane, state: PaneState) -> None:
        """Have a pane do something else, and tell so."""
        pane.become(state)
        self.listener.pane_changed(pane)
