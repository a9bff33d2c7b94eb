"""The line above a vote: the way back, how many wait, and how far the answers are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ProgressLine, label, push_button
from app.ui.kit.widgets.layouts import in_row
from app.ui.kit.words.format import count


class VotesStrip(QWidget):
    """Says nothing of a single answer: how many are done, and of how many.

    Signals:
        back_wanted: To prompts and standings.
        stop_wanted: No more answers are to be made.
    """

    back_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        words = self.tr("Prompts and standings")
        self.back_button = push_button(words, "quiet", icon_name="chevron-left")
        self.back_button.clicked.connect(self.back_wanted)
        self.left_words = label(role="dim")
        self.working = label(role="dim")
        self.progress = ProgressLine(self.tr("Answers"), height_px=4)
        self.progress.setFixedWidth(16 * GRID)
        self.stop_button = push_button(self.tr("Stop"), icon_name="stop", run=self.stop_wanted)
        set_tip(self.stop_button, self.tr("Stop answering; what is answered stays."))
        in_row(
            self.back_button,
            self.left_words,
            1,
            self.working,
            self.progress,
            self.stop_button,
            on=self,
        )

    def show_progress(self, done: int, total: int) -> None:
        """Answers that are done, and all."""
        self.progress.set_share(done / total if done else None)
        words = self.tr("Getting ready …")
        if done:
            words = self.tr("{done} of {total} answers").format(
                done=count(done), total=count(total)
            )
        self.working.setText(words)

    def follow(self, *, voting: bool, running: bool, more: int | None) -> None:
        """Show what belongs to the moment.

        Args:
            voting: A vote is shown, or waited for.
            running: Answers are being made.
            more: Pairs that wait behind the one that is shown; None where none is shown.
        """
        self.back_button.setVisible(voting)
        self.left_words.setVisible(bool(more))
        if more:
            self.left_words.setText(self.tr("{n} more after this").format(n=count(more)))
        for part in (self.working, self.progress, self.stop_button):
            part.setVisible(running)
        if not running:
            self.progress.clear()
        self.setVisible(voting or running)
