"""One ladder on the page: what goes on, the answer, the table, and what belongs to a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QTabBar, QWidget

from app.core.text.clean import clean_line
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, EmptyState, push_button
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row, scroll_down, split
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.answer.card import VerdictCard
from app.ui.pages.ladder.answer.others import Act
from app.ui.pages.ladder.details.details import DetailsPanel, SentencesPanel
from app.ui.pages.ladder.details.remarks import RemarksBanner
from app.ui.pages.ladder.list.work_strip import WorkStrip
from app.ui.pages.ladder.table.model import LadderModel
from app.ui.pages.ladder.table.table import LadderTable
from app.ui.pages.ladder.votes.candidate import VoteCandidate
from app.ui.pages.ladder.words import step_words

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.core.verdict import Limits
    from app.lab.verdict.view import LadderView
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.pages.ladder.votes.panel import VotesPanel
    from app.ui.plots.ladder.panel import LadderPlots

_LEAST_BELOW_PX = GRID * 33
_LEAST_ROWS = 3
_SHORT_LINES = 36
"""Of text: a lower board shows less above its table."""


class _Room(QWidget):
    """Wants no more than it must have: where that is too little, the board scrolls."""

    # Qt's own name.

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class LadderBoard(QScrollArea):
    """Main thread. Table and plots stand below each other; where that is too high, in tabs.

    Signals:
        pane_wanted: A version is to be opened in Compare.
        find_wanted: A file is not where it was; the person is to be asked where it is.
        ask_wanted: A version is to be asked more, by its key.
    """

    pane_wanted = Signal(str)
    find_wanted = Signal(str)
    ask_wanted = Signal(str)

    def __init__(self, usual: Limits) -> None:
        super().__init__()
        scroll_down(self)
        self._view: LadderView | None = None
        self._compact: bool | None = None
        self._followed = ""
        self._complete = False
        self._alone = self._large = self._short = False
        self.plots: LadderPlots | None = None
        self.votes: VotesPanel | None = None
        self.model = LadderModel(self)
        self.table = LadderTable(self.model)
        self.strip = WorkStrip()
        self.card = VerdictCard(usual)
        self.remarks = RemarksBanner()
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.details = DetailsPanel()
        self.details.find_wanted.connect(self.find_wanted)
        self.sentences = SentencesPanel()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("What is shown below the table"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stack = QStackedWidget()
        self.nothing = EmptyState("ladder", self.tr("Nothing is measured yet"))
        self.pane_button = push_button(self.tr("Open in Compare"), icon_name="compare")
        self._lay_out()
        self._add_tab(self.details, self.tr("One version"))
        self._add_tab(self.sentences, self.tr("Each version"))
        self.tabs.currentChanged.connect(self._on_tab)
        self.pane_button.clicked.connect(self._ask_pane)
        self.table.row_chosen.connect(self._on_row)
        self.table.pane_wanted.connect(self.pane_wanted)
        self.model.modelReset.connect(self._arrange)
        self.table.shape_changed.connect(self._arrange)
        self.table.act_of = self._act_of
        self.card.chat_wanted.connect(self.pane_wanted)
        self.card.others.act_wanted.connect(self._act)
        self.card.others.all_wanted.connect(lambda: self.show_tab(self.sentences))
        self._on_row("")
        self.show_view(None, complete=False)

    # --- for the page -----------------------------------------------------------------------

    def set_plots(self, plots: LadderPlots) -> None:
        """Take the plots, which load slowly."""
        self.plots = plots
        plots.picked.connect(self.table.choose)
        plots.opened.connect(self.pane_wanted)
        self._add_tab(plots, self.tr("Plots"), at=0)
        self._show_plots()

    def set_votes(self, votes: VotesPanel) -> None:
        """Take the blind votes."""
        self.votes = votes
        votes.room_wanted.connect(self._give_room)
        self._add_tab(votes, self.tr("Blind votes"))
        self._show_voters()

    def show_view(self, view: LadderView | None, *, complete: bool) -> None:
        """Show a ladder's figures, or that there are none yet."""
        before = self._view
        self._view = view
        self._complete = complete
        self.model.set_view(view)
        self.nothing.setVisible(view is None)
        self.card.setVisible(view is not None)
        self.room.setVisible(view is not None)
        self.card.show_view(view, complete=complete)
        self.remarks.show_remarks(view.remarks if view is not None else ())
        self.sentences.show_view(view)
        self._show_plots()
        self._show_voters()
        if view is not None:
            another = before is None or before.files != view.files
            chosen = view.recommendation.file
            # Until the person chooses a row, the one to run is looked at.
            if chosen is not None and (another or self.table.chosen in ("", self._followed)):
                self.table.choose(chosen)
                self._followed = chosen
        self.details.show_file(view, self.table.chosen)

    def say_nothing_is_there(self, *, reading: bool) -> None:
        """Say why there is no view: it is being read, or nothing is measured."""
        self.nothing.set_text(
            self.tr("Reading …") if reading else self.tr("Nothing is measured yet")
        )

    def show_work(self, entry: LadderEntry | None, *, held: bool) -> None:
        """Show what goes on."""
        self.strip.follow(entry, held=held)
        progress = entry.progress if entry is not None else None
        step = progress.step if progress is not None else None
        self.card.show_first(progress.first_verdict_seconds if progress is not None else None)
        doing = {file: step_words(step) for file in step.files} if step is not None else {}
        self.model.set_doing({file: f"{words} …" for file, words in doing.items()})

    def show_tab(self, panel: QWidget) -> None:
        """Look at a tab."""
        at = self.stack.indexOf(panel)
        if at >= 0:
            self.tabs.setCurrentIndex(at)

    # --- within -----------------------------------------------------------------------------

    def _act_of(self, key: str) -> tuple[str, Callable[[], object]] | None:
        found = self.card.others.act_of(self._view, key) if self._view is not None else None
        if found is None or (found[0] is Act.ASK and not self._complete):
            return None
        act, text = found
        return text, lambda: self._act(key, act)

    def _act(self, key: str, act: Act) -> None:
        """What a version's line offers."""
        self.table.choose(key)
        match act:
            case Act.ASK:
                self.ask_wanted.emit(key)
            case Act.SHOW:
                self.show_tab(self.details)
            case Act.VOTE if self.votes is not None:
                self.votes.form.choose(key)
                self.show_tab(self.votes)
            case Act.VOTE:
                pass

    def _lay_out(self) -> None:
        self.below = QWidget()
        bar = in_row((self.tabs, 1), self.pane_button, margins=(0, 0, GRID, 0), spacing=None)
        in_column(bar, (self.stack, 1), on=self.below, spacing=GRID // 2)
        self.rows = split(self.table, self.below, grows=1, vertical=True)
        self.rows.setHandleWidth(1)
        self.rows.installEventFilter(self)
        self.above = QWidget()
        in_column(self.strip, self.card, self.remarks, on=self.above)
        self.room = _Room()
        in_column(self.rows, on=self.room)
        content = QWidget()
        content.setProperty("role", "plain")
        in_column(
            self.notice,
            self.above,
            (self.room, 1),
            (self.nothing, 1),
            on=content,
            margins=(GRID, GRID, GRID, GRID // 2),
        )
        self.setWidget(content)

    def _add_tab(self, panel: QWidget, title: str, at: int = -1) -> None:
        shown = self.stack.currentWidget()
        place = self.stack.count() if at < 0 else at
        self.stack.insertWidget(place, panel)
        self.tabs.blockSignals(True)
        self.tabs.insertTab(place, title)
        self.tabs.blockSignals(False)
        self.show_tab(panel if at == 0 or shown is None else shown)
        self._on_tab(self.tabs.currentIndex())

    def _on_tab(self, at: int) -> None:
        self.stack.setCurrentIndex(at)
        self._give_room()

    def _give_room(self) -> None:
        """Votes take the place of all else, from the moment their tab is opened.

        Neither verdict nor limits are there until the person leaves: nothing tells, nothing jumps.
        """
        votes = self.votes
        here = votes is not None and self.stack.currentWidget() is votes
        alone = votes is not None and here and votes.wants_room
        large = here
        if (alone, large) == (self._alone, self._large):
            return
        self._alone, self._large = alone, large
        self.tabs.setVisible(not alone)
        self._show_pane_button()
        self.above.setVisible(not large)
        if self.stack.indexOf(self.table) < 0:
            self.table.setVisible(not large)
        self._arrange()

    def _on_row(self, file: str) -> None:
        self.details.show_file(self._view, file)
        self.pane_button.setEnabled(bool(file))
        row = self._view.row(file) if self._view is not None else None
        letter = row.letter if row is not None else ""
        words = self.tr("Open {letter} in Compare").format(letter=letter)
        text = words if letter else self.tr("Open in Compare")
        set_words(self.pane_button, text)
        self._show_pane_button()
        if self.plots is not None:
            self.plots.mark(file or None)

    def _ask_pane(self) -> None:
        if self.table.chosen:
            self.pane_wanted.emit(self.table.chosen)

    def _show_plots(self) -> None:
        if self.plots is not None:
            self.plots.show_ladder(self._view)

    def _show_voters(self) -> None:
        """Let votes be cast on what is sound."""
        view = self._view
        if self.votes is None:
            return
        if view is None:
            self.votes.set_candidates([], "")
            return
        sound = [row for row in view.rows if row.facts is not None or row.served is not None]
        self.votes.set_candidates(
            [VoteCandidate(row.letter, row.candidate, clean_line(told(row.name))) for row in sound],
            view.reference.key if view.reference in sound else "",
        )

    def _arrange(self) -> None:
        """Put the table above the tabs, or into one where there is no room for both."""
        if self._large:
            return
        rows = min(self.model.rowCount(), _LEAST_ROWS)
        compact = self.rows.height() < self.table.height_of(rows) + _LEAST_BELOW_PX
        if compact is not self._compact:
            self._compact = compact
            if compact:
                chosen = self.stack.currentWidget()
                self._add_tab(self.table, self.tr("Table"), at=0)
                if chosen is not None and chosen is not self.plots:
                    self.show_tab(chosen)
            else:
                at = self.stack.indexOf(self.table)
                if at >= 0:
                    self.tabs.blockSignals(True)
                    self.stack.removeWidget(self.table)
                    self.tabs.removeTab(at)
                    self.tabs.blockSignals(False)
                    self._on_tab(self.tabs.currentIndex())
                self.rows.insertWidget(0, self.table)
                self.table.show()
        if not compact:
            height = self.table.content_height()
            self.table.setMaximumHeight(height)
            height = min(height, self.rows.height() - _LEAST_BELOW_PX)
            self.rows.setSizes([height, self.rows.height() - height])
        else:
            self.table.setMaximumHeight(16_777_215)

    def _show_pane_button(self) -> None:
        """Where the tabs need all the room, its way stands in the menu of the table's rows."""
        tabs = sum(self.tabs.tabSizeHint(tab).width() for tab in range(self.tabs.count()))
        room = self.viewport().width() - 4 * GRID - self.pane_button.sizeHint().width()
        self.pane_button.setVisible(not self._alone and tabs <= room)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_pane_button()
        short = self.height() < _SHORT_LINES * self.fontMetrics().lineSpacing()
        if short is not self._short:
            self._short = short
            self.card.set_short(short)
            self.remarks.set_short(short)
        self._give_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.rows and event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)
