"""Keeps answers in the store while they come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.chats.chat import Answer, StopReason
from app.core.errors import PersonError

if TYPE_CHECKING:
    from app.lab.compare.jobs import Job
    from app.store.chats import ChatStore

log = logging.getLogger(__name__)

# A kill loses a quarter of a second of text at most.
_INTERVAL_S = 0.15


class AnswerSaver:
    """Stores growing answers a few times a second, and whole ones at once.

    Args:
        recorder: Where they go.
        say: Takes a sentence when they cannot be stored.
    """

    def __init__(self, recorder: ChatStore, say: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._say = say
        self._growing: dict[tuple[int, str], tuple[Answer, float]] = {}

    def note(self, job: Job) -> None:
        """An answer grew."""
        at = (job.turn.id, job.pane.key)
        self._growing[at] = (job.answer, self._growing.get(at, (job.answer, 0.0))[1])

    def finish(self, job: Job) -> None:
        """An answer is complete; a turn that is not stored yet brings its answers itself."""
        self._growing.pop((job.turn.id, job.pane.key), None)
        if job.turn.id:
            self._save(job.turn.id, job.pane.key, job.answer, final=True)

    def forget(self, job: Job) -> None:
        """An answer came to nothing, and another one stands in its place."""
        self._growing.pop((job.turn.id, job.pane.key), None)

    def save_due(self) -> None:
        """Store what has not been stored for a while."""
        now = time.monotonic()
        for (turn_id, key), (answer, saved_at) in list(self._growing.items()):
            if now - saved_at >= _INTERVAL_S:
                self._growing[turn_id, key] = (answer, now)
                self._save(turn_id, key, answer, final=False)

    def save_all(self) -> None:
        """The program ends: store everything as it is; answers still coming count as stopped."""
        for (turn_id, key), (answer, _) in self._growing.items():
            if answer.stop_reason is None:
                answer.stop_reason = StopReason.STOPPED
            self._save(turn_id, key, answer, final=True)
        self._growing.clear()

    def _save(self, turn_id: int, key: str, answer: Answer, *, final: bool) -> None:
        try:
            self._recorder.save_answer(turn_id, key, answer, final)
        except PersonError as error:
            log.warning("answer not stored: %s", error.detail or error.sentence)
            self._say(error.sentence)
