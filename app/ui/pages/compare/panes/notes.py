"""What stands below a candidate's last answer: what it is, what went wrong, what it missed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.core.words.sentence import say
from app.lab.compare.panes import Pane, PaneFailure, PaneState
from app.ui.answers.document import GUTTER_PX
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, BannerAction, Severity
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import told
from app.ui.pages.compare.panes.menu import PaneCommand


class PaneNotice(Banner):
    """Follows a pane's failure; hidden while there is none.

    Signals:
        command_requested: A way on was chosen (``PaneCommand``).
    """

    command_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[PaneFailure, bool, bool, bool] | None = None
        self.hide()

    def show_pane(self, pane: Pane, *, has_turns: bool) -> None:
        """Show the pane's failure, or nothing."""
        if pane.failure is None:
            self._shown = None
            self.hide()
            return
        failed = pane.state is PaneState.FAILED
        shown = (pane.failure, failed, has_turns, pane.candidate.server is not None)
        if shown == self._shown:
            return
        self._shown = shown
        self.show_notice(
            Severity.ERROR if failed else Severity.WARNING,
            told(pane.failure.sentence),
            told(pane.failure.advice),
            self._ways_on(*shown),
        )

    def _ways_on(
        self, failure: PaneFailure, failed: bool, has_turns: bool, is_elsewhere: bool
    ) -> list[BannerAction]:
        wanted: list[tuple[PaneCommand, str]] = []
        if failure.is_gone:
            wanted.append((PaneCommand.FIND, self.tr("Find it …")))
        if failure.can_repair:
            wanted.append((PaneCommand.REPAIR, self.tr("Repair the engine")))
        if failure.can_drop_turns:
            wanted.append((PaneCommand.DROP_TURNS, self.tr("Drop the oldest turns")))
        if failed and is_elsewhere and not has_turns:
            wanted.append((PaneCommand.RELOAD, self.tr("Try again")))
        elif failed and not is_elsewhere:  # asking a server again is all that can be done there
            wanted.append((PaneCommand.RELOAD, self.tr("Reload")))
        if has_turns and not failure.can_drop_turns:
            wanted.append((PaneCommand.RETRY, self.tr("Ask again")))
        wanted.append((PaneCommand.LOG, self.tr("Show log")))
        return [
            BannerAction(
                text,
                lambda command=command: self.command_requested.emit(command),
                primary=position == 0 and command is not PaneCommand.LOG,
            )
            for position, (command, text) in enumerate(wanted)
        ]


class ColumnNotes(QWidget):
    """As wide as its column; most of the time there is nothing in it.

    Signals:
        command_requested: A way on was chosen (``PaneCommand``).
        catch_up_requested: The earlier questions are to be answered.
    """

    command_requested = Signal(object)
    catch_up_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
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
