"""Answers that are wanted, and in which order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Answer, Message, Turn
from app.lab.compare.panes import Pane, PaneState


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
        threads: That the engine generates with, once sent.
    """

    pane: Pane
    turn: Turn
    answer: Answer
    messages: list[Message]
    sampling: SamplingSettings
    shared: bool = False
    request_id: int = 0
    threads: int = 0


class JobQueue:
    """Jobs that wait, in order, and jobs that have begun; at most one of a pane.

    Attributes:
        together: Whether all of them run at once.
    """

    def __init__(self) -> None:
        self.together = False
        self._waiting: deque[Job] = deque()
        self._begun: dict[str, Job] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting or self._begun)

    @property
    def begun(self) -> list[Job]:
        """Jobs whose pane loads or answers, in the order they began."""
        return list(self._begun.values())

    def add(self, jobs: Sequence[Job], *, together: bool) -> None:
        """Queue jobs; ``together`` may only change while there are none."""
        self.together = together
        for job in jobs:
            job.shared = together
        self._waiting.extend(jobs)

    def of(self, pane: Pane) -> Job | None:
        """The pane's job that has begun."""
        return self._begun.get(pane.key)

    def waiting_of(self, pane: Pane) -> Job | None:
        """The pane's job that has not begun."""
        return next((job for job in self._waiting if job.pane is pane), None)

    def begin_next(self) -> Job | None:
        """Take up the next job.

        The order holds, so that a race is a race; a pane is passed over whose file is still made,
        or the engine itself.
        """
        for job in self._waiting:
            pane = job.pane
            if pane.state is not PaneState.PREPARING and pane.engine_wait is None:
                self._waiting.remove(job)
                self._begun[job.pane.key] = job
                return job
        return None

    def drop(self, pane: Pane) -> Job | None:
        """Forget the pane's job, begun or not."""
        job = self._begun.pop(pane.key, None) or self.waiting_of(pane)
        if job in self._waiting:
            self._waiting.remove(job)
        return job

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()
        self._begun.clear()
