"""What the runner tells of answers: kept while they grow, and told on."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from app.lab.compare.saver import AnswerSaver

if TYPE_CHECKING:
    from app.lab.compare.jobs import Job
    from app.lab.compare.open_chat import OpenChat
    from app.lab.compare.panes import Pane
    from app.lab.compare.race_speeds import RaceSpeeds


class Answers:
    """The runner's listener, on its thread.

    Args:
        open_chat: Whose answers they are.
        watch: Learns from answers as they go.
    """

    def __init__(self, open_chat: OpenChat, watch: RaceSpeeds | None) -> None:
        self._open = open_chat
        self._watch = watch
        self._saver = AnswerSaver(
            open_chat.recorder, lambda sentence: self._open.listener.said(sentence)
        )

    def pane_changed(self, pane: Pane) -> None:
        """State, progress, failure or figures of a pane."""
        if self._watch is not None:
            self._watch.pane_changed(pane)
        self._open.listener.pane_changed(pane.key)

    def answer_grew(self, job: Job) -> None:
        """Text came."""
        self._saver.note(job)
        self._open.listener.answer_changed(job.turn, job.pane.key)

    def answer_ended(self, job: Job) -> None:
        """An answer is complete; where nothing came of it, the one before comes back."""
        if self._watch is not None:
            self._watch.answer_ended(job)
        turn, key = job.turn, job.pane.key
        if turn.answers.get(key) is job.answer and turn.bring_back(key):
            self._saver.forget(job)
            self._open.keep_versions(turn, [key])
        else:
            self._saver.finish(job)
        self._open.listener.answer_changed(turn, key)
        self.speed_sampled(job.pane, math.nan)

    def speed_sampled(self, pane: Pane, tokens_per_second: float) -> None:
        """A point for the live plot."""
        self._open.listener.speed_sampled(pane.key, time.monotonic_ns(), tokens_per_second)

    def save_due(self) -> None:
        """Store what has not been stored for a while."""
        self._saver.save_due()

    def save_all(self) -> None:
        """The program ends: store everything as it is."""
        self._saver.save_all()
