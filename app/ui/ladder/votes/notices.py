"""What waits for the person: pairs to vote on, prompts without answers, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.format import count
from app.ui.theme import GRID
from app.ui.widgets import Banner, BannerAction, Severity

if TYPE_CHECKING:
    from app.lab.votes import Waiting


class WaitingNotices(QWidget):
    """Up to four notices below each other; those with nothing to say are hidden.

    Signals:
        vote_wanted: Vote on what is ready.
        go_on_wanted: Have answered what is not.
        again_wanted: Try once more what failed.
        drop_wanted: Set aside what has no answers.
    """

    vote_wanted = Signal()
    go_on_wanted = Signal()
    again_wanted = Signal()
    drop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: Waiting | None = None
        self._running = False
        self.ready = Banner()
        self.unanswered = Banner()
        self.failed = Banner()
        self.news = Banner(dismissible=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for notice in (self.news, self.ready, self.unanswered, self.failed):
            notice.hide()
            column.addWidget(notice)
        self.news.dismissed.connect(self._fit)
        self._fit()

    def say(self, severity: Severity, sentence: str) -> None:
        """Tell what has just happened; an empty sentence takes that away."""
        if sentence:
            self.news.show_notice(severity, sentence)
        else:
            self.news.hide()
        self._fit()

    def show_waiting(self, waiting: Waiting, *, running: bool) -> None:
        """Tell what waits."""
        if waiting == self._waiting and running == self._running:
            return
        self._waiting, self._running = waiting, running
        self._show_ready(waiting.ready)
        self._show_unanswered(0 if running else waiting.unanswered)
        self._show_failed(waiting)
        self._fit()

    def _show_ready(self, number: int) -> None:
        if not number:
            self.ready.hide()
            return
        words = (
            self.tr("1 pair of answers waits for your vote.")
            if number == 1
            else self.tr("{n} pairs of answers wait for your vote.").format(n=count(number))
        )
        vote = BannerAction(self.tr("Vote"), self.vote_wanted.emit, primary=True)
        self.ready.show_notice(Severity.INFO, words, actions=[vote])

    def _show_unanswered(self, number: int) -> None:
        if not number:
            self.unanswered.hide()
            return
        words = (
            self.tr("1 prompt is not answered by both yet.")
            if number == 1
            else self.tr("{n} prompts are not answered by both yet.").format(n=count(number))
        )
        actions = [
            BannerAction(self.tr("Go on answering"), self.go_on_wanted.emit, primary=True),
            BannerAction(self.tr("Set aside"), self.drop_wanted.emit),
        ]
        self.unanswered.show_notice(Severity.INFO, words, actions=actions)

    def _show_failed(self, waiting: Waiting) -> None:
        if not waiting.failed:
            self.failed.hide()
            return
        words = (
            self.tr("1 prompt could not be answered by both. That is no vote.")
            if waiting.failed == 1
            else self.tr("{n} prompts could not be answered by both. These are no votes.").format(
                n=count(waiting.failed)
            )
        )
        actions = [
            BannerAction(self.tr("Try again"), self.again_wanted.emit),
            BannerAction(self.tr("Set aside"), self.drop_wanted.emit),
        ]
        self.failed.show_notice(Severity.WARNING, words, waiting.sentence, actions)

    def _fit(self) -> None:
        notices = (self.news, self.ready, self.unanswered, self.failed)
        self.setVisible(any(not notice.isHidden() for notice in notices))
