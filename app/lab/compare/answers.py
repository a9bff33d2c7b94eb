"""What the runner tells of answers: kept while they grow, and told on."""

from __future__ import annotations

import logging
import math
import time

from app.core.chats.chat import Answer, StopReason
from app.core.errors import PersonError
from app.lab.compare.jobs import Job
from app.lab.compare.open_chat import OpenChat
from app.lab.compare.panes import Pane
from app.lab.compare.race_speeds import RaceSpeeds

log = logging.getLogger(__name__)

# A kill loses a quarter of a second of text at most.
_INTERVAL_S = 0.15


class Answers:
    """The runner's listener, on its thread: growing answers are stored a few times a second.

    Args:
        open_chat: Whose answers they are.
        watch: Learns from answers as they go.
    """

    def __init__(self, open_chat: OpenChat, watch: RaceSpeeds | None) -> None:
        self._open = open_chat
        self._watch = watch
        self._growing: dict[tuple[int, str], tuple[Answer, float]] = {}

    def pane_changed(self, pane: Pane) -> None:
        """State, progress, failure or figures of a pane."""
        if self._watch is not None:
            self._watch.pane_changed(pane)
        self._open.listener.pane_changed(pane.key)

    def answer_grew(self, job: Job) -> None:
        """Text came."""
        at = (job.turn.id, job.pane.key)
        self._growing[at] = (job.answer, self._growing.get(at, (job.answer, 0.0))[1])
        self._open.listener.answer_changed(job.turn, job.pane.key)

    def answer_ended(self, job: Job) -> None:
        """An answer is complete; where nothing came of it, the one before comes back."""
        if self._watch is not None:
            self._watch.answer_ended(job)
        turn, key = job.turn, job.pane.key
        self._growing.pop((turn.id, key), None)
        if turn.answers.get(key) is job.answer and turn.bring_back(key):
            self._open.keep_versions(turn, [key])
        elif turn.id:  # a turn that is not stored yet brings its answers itself
            self._save(turn.id, key, job.answer, final=True)
        self._open.listener.answer_changed(turn, key)
        self.speed_sampled(job.pane, math.nan)

    def speed_sampled(self, pane: Pane, tokens_per_second: float) -> None:
        """A point for the live plot."""
        self._open.listener.speed_sampled(pane.key, time.monotonic_ns(), tokens_per_second)

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
            self._open.recorder.save_answer(turn_id, key, answer, final)
        except PersonError as error:
            log.warning("answer not stored: %s", error.detail or error.sentence)
            self._open.listener.said(error.sentence)
