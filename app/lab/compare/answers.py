"""What the runner tells of answers: kept while they grow, and told on."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.lab.compare.open_chat import OpenChat
from app.lab.compare.panes import Pane
from app.lab.compare.race_speeds import RaceSpeeds
from app.lab.compare.running.jobs import Job

log = logging.getLogger(__name__)

# A kill loses a quarter of a second of text at most.
_SAVE_SECONDS = 0.15
TELL_SECONDS = 0.11
"""Growing text is told at most this often: what follows costs the engine's cores time, and nobody
reads faster. State changes and ends are told at once."""


@dataclass(eq=False, slots=True)
class _Growing:
    """An answer that comes.

    Attributes:
        is_news: Text has come that was not told.
        has_speed: A speed was told.
        told_seconds: When text was told last, by the monotonic clock.
        saved_seconds: When it was stored last.
    """

    job: Job
    is_news: bool = False
    has_speed: bool = False
    told_seconds: float = -math.inf
    saved_seconds: float = -math.inf


class Answers:
    """The runner's listener, on its thread: tells and stores what grows a few times a second.

    Args:
        open_chat: Whose answers they are.
        watch: Learns from answers as they go.
    """

    def __init__(self, open_chat: OpenChat, watch: RaceSpeeds | None) -> None:
        self._open = open_chat
        self._watch = watch
        self._growing: dict[tuple[int, str], _Growing] = {}

    def pane_changed(self, pane: Pane) -> None:
        """State, progress, failure or figures of a pane."""
        if self._watch is not None:
            self._watch.pane_changed(pane)
        self._open.listener.pane_changed(pane.key)

    def answer_grew(self, job: Job) -> None:
        """Text came: it is told when it is time."""
        self._of(job).is_news = True

    def tell_due(self) -> None:
        """Tell of text that came, where some was not told just now."""
        now = time.monotonic()
        for growing in list(self._growing.values()):
            if growing.is_news and now - growing.told_seconds >= TELL_SECONDS:
                growing.told_seconds = now
                self._sample_speed(growing)
                job = growing.job
                self._open.listener.answer_changed(job.turn, job.pane.key)
                self.pane_changed(job.pane)

    def answer_came(self, job: Job, tokens_per_second: float | None) -> None:
        """All of it is there, and it came this fast: its last speed is told, if that was not.

        A quick answer comes in one piece: then its whole speed is all there is to show.
        """
        growing = self._of(job)
        if growing.is_news or not growing.has_speed:
            self._sample_speed(growing, tokens_per_second)

    def answer_ended(self, job: Job) -> None:
        """An answer is complete; where nothing came of it, the one before comes back."""
        if self._watch is not None:
            self._watch.answer_ended(job)
        turn, key = job.turn, job.pane.key
        self._growing.pop((turn.id, key), None)
        if turn.answers.get(key) is job.answer and turn.bring_back(key):
            self._open.keep_versions(turn, [key])
        elif turn.id:  # a turn that is not stored yet brings its answers itself
            self._save(job, final=True)
        self._open.listener.answer_changed(turn, key)
        self._tell_speed(job.pane, math.nan)

    def save_due(self) -> None:
        """Store what has not been stored for a while."""
        now = time.monotonic()
        for growing in list(self._growing.values()):
            if now - growing.saved_seconds >= _SAVE_SECONDS:
                growing.saved_seconds = now
                self._save(growing.job, final=False)

    def save_all(self) -> None:
        """The program ends: store everything as it is; answers still coming count as stopped."""
        for growing in self._growing.values():
            answer = growing.job.answer
            if answer.stop_reason is None:
                answer.stop_reason = StopReason.STOPPED
            self._save(growing.job, final=True)
        self._growing.clear()

    def _of(self, job: Job) -> _Growing:
        at = (job.turn.id, job.pane.key)
        if at not in self._growing:
            self._growing[at] = _Growing(job)
        return self._growing[at]

    def _sample_speed(self, growing: _Growing, otherwise: float | None = None) -> None:
        growing.is_news = False
        speed = growing.job.pane.live_tokens_per_second
        if speed is None:
            speed = otherwise
        if speed is not None:
            growing.has_speed = True
            self._tell_speed(growing.job.pane, speed)

    def _tell_speed(self, pane: Pane, tokens_per_second: float) -> None:
        """A point for the live plot."""
        self._open.listener.speed_sampled(pane.key, time.monotonic_ns(), tokens_per_second)

    def _save(self, job: Job, *, final: bool) -> None:
        try:
            self._open.recorder.save_answer(job.turn.id, job.pane.key, job.answer, final)
        except PersonError as error:
            log.warning("answer not stored: %s", error.detail or error.sentence)
            self._open.listener.said(error.sentence)
