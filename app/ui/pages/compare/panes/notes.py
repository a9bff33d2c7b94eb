"""What stands below a candidate's last answer: what it is, what went wrong, what it missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.core.words.sentence import say
from app.ui.answers.document import GUTTER_PX
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import told
from app.ui.pages.compare.panes.notice import PaneNotice

if TYPE_CHECKING:
    from app.lab.compare.panes import Pane


class ColumnNotes(QWidget):
    """As wide as its column; most of the time there is nothing in it.

    Signals:
        command_requested: A way on was chosen (``PaneCommand``).
        catch_up_requested: The earlier questions are to be answered.
    """

    command_requested = Signal(object)
    catch_up_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.catch_up: QPushButton | None = None
        self.about = label(role="dim", wrap=True)
        self.about.setIndent(GUTTER_PX)
        self.about.hide()
        self.notice = PaneNotice()
        self.notice.command_requested.connect(self.command_requested)
        margins = (GRID // 2, 0, GRID // 2, 0)
        self._column = in_column(self.about, self.notice, 1, on=self, margins=margins)

    def show_pane(self, pane: Pane, *, has_turns: bool) -> None:
        """Follow the candidate's failure."""
        self.notice.show_pane(pane, has_turns=has_turns)

    @property
    def tells_failure(self) -> bool:
        """Whether it says what went wrong."""
        return not self.notice.isHidden()

    def show_about(self, words: str) -> None:
        """Say what the candidate is, while nothing was asked; empty says nothing."""
        self.about.setText(words)
        self.about.setVisible(bool(words))

    def show_missed(self, questions: int) -> None:
        """Offer to have so many earlier questions answered."""
        if questions and self.catch_up is None:
            self.catch_up = QPushButton(self)
            set_tip(
                self.catch_up,
                self.tr("What the others were asked before, one question after another"),
            )
            self.catch_up.clicked.connect(self.catch_up_requested)
            self._column.insertWidget(1, self.catch_up)
        if self.catch_up is not None:
            self.catch_up.setText(told(say("counted.earlier_questions", n=questions)))
            self.catch_up.setVisible(questions > 0)
