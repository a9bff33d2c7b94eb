"""What waits for the person: pairs to vote on, prompts without answers, failures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QWidget

from app.core.votes.pairs import PairState
from app.core.words.sentence import say
from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, Picture, Severity, label, push_button
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.lab.votes.orders import Waiting

_TONES = {
    Severity.INFO: Tone.ACCENT,
    Severity.WARNING: Tone.WORKING,
    Severity.ERROR: Tone.FAILED,
}


class Notice(QFrame):
    """One line: a sentence, and beside it what can be done about it."""

    def __init__(self, buttons: Sequence[QAbstractButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self._picture = Picture("info", size_px=18)
        self.words = label(wrap=True, selectable=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = in_row(self._picture, (self.words, 1), on=self, margins=(2 * GRID, GRID, GRID, GRID))
        for button in buttons:
            row.addWidget(button)

    def say(self, severity: Severity, sentence: str) -> None:
        """Tell something; an empty sentence hides the notice."""
        self._picture.set_icon_name(severity.value, _TONES[severity])
        self.words.setText(breakable(sentence))
        set_spoken(self, sentence)
        self.setVisible(bool(sentence))


class WaitingNotices(QWidget):
    """Up to four notices below each other; those with nothing to say are hidden.

    Signals:
        vote_wanted: Vote on what is ready.
        go_on_wanted: Have answered what is not.
        again_wanted: Try once more what failed.
        aside_wanted: Ask no more for pairs in this state (PairState).
    """

    vote_wanted = Signal()
    go_on_wanted = Signal()
    again_wanted = Signal()
    aside_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Waiting, bool] | None = None
        self.vote_button = push_button(self.tr("Vote"), "primary", run=self.vote_wanted)
        self.go_on_button = push_button(self.tr("Go on answering"), run=self.go_on_wanted)
        self.again_button = push_button(self.tr("Try again"), run=self.again_wanted)
        aside: list[QAbstractButton] = []
        for state in (PairState.WAITING, PairState.FAILED):
            button = push_button(self.tr("Set aside"), "quiet")
            button.clicked.connect(lambda _=False, which=state: self.aside_wanted.emit(which))
            aside.append(button)
        self.aside_buttons = aside
        close = IconButton("close", self.tr("Dismiss"), size_px=14)
        close.clicked.connect(lambda: self.say(Severity.INFO, ""))
        self.news = Notice([close])
        self.ready = Notice([self.vote_button])
        self.unanswered = Notice([aside[0], self.go_on_button])
        self.failed = Notice([aside[1], self.again_button])
        self._notices = (self.news, self.ready, self.unanswered, self.failed)
        column = in_column(on=self)
        for notice in self._notices:
            notice.hide()
            column.addWidget(notice)
        self._fit()

    def say(self, severity: Severity, sentence: str) -> None:
        """Tell what has just happened; an empty sentence takes that away."""
        self.news.say(severity, sentence)
        self._fit()

    def show_waiting(self, waiting: Waiting, *, running: bool) -> None:
        """Tell what waits."""
        if (waiting, running) == self._shown:
            return
        self._shown = (waiting, running)
        ready, failed = waiting.ready, waiting.failed
        left = 0 if running else waiting.unanswered
        self.ready.say(
            Severity.INFO, told(say("counted.pairs_to_vote_on", n=ready) if ready else "")
        )
        self.unanswered.say(
            Severity.INFO, told(say("counted.prompts_unanswered", n=left) if left else "")
        )
        words = told(say("counted.prompts_failed", n=failed))
        self.failed.say(Severity.WARNING, f"{words} {told(waiting.sentence)}" if failed else "")
        self.again_button.setEnabled(not running)
        self._fit()

    def _fit(self) -> None:
        self.setVisible(any(not notice.isHidden() for notice in self._notices))
