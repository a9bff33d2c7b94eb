"""The Ladder page: wires its parts to the queue of ladders."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.candidates.candidate import Candidate, candidate_of
from app.lab.works.ladders.entry import LadderEntry, LadderState
from app.ui.kit.question import Question
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import EmptyState, Severity
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import sentence
from app.ui.pages.ladder.actions import LadderActions
from app.ui.pages.ladder.controller import LadderController
from app.ui.pages.ladder.list.beside import ListBeside
from app.ui.pages.ladder.list.ladder_list import LadderList
from app.ui.pages.ladder.picking.setting_up import SettingUp
from app.ui.pages.ladder.reports import Reports
from app.ui.pages.ladder.top_bar import LadderTopBar
from app.ui.pages.ladder.tuner import Tuner
from app.ui.pages.ladder.views import ViewMaker
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from app.core.errors import PersonError
    from app.core.ladder.tuned import Tuned
    from app.core.verdict import Limits
    from app.lab.verdict.view import LadderView
    from app.lab.works.ladders.run import LadderOrder
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.ladder.board import LadderBoard
    from app.ui.pages.ladder.desk import LadderDesk
    from app.ui.pages.ladder.picking.picker import Picker
    from app.ui.pages.ladder.votes.panel import VotesPanel
    from app.ui.settings.kept_settings import KeptSettings


class LadderPage(QWidget):
    """Measure versions against a reference, and read which one to run.

    Its actions are its commands. Main thread.

    Signals:
        pane_wanted: A version (:class:`Candidate`) is to be opened in Compare.
        find_wanted: A model file (a path) is not where it was: ask where it is.
        hub_wanted: Versions that are not here yet are to be measured overnight.

    Args:
        board: Where a ladder is shown.
        picker: Where one is set up.
        desk: What it stands on; it listens to the service.
        kept: Where it keeps what the person chose.
        jobs: The door to background work.
    """

    pane_wanted = Signal(object)
    find_wanted = Signal(Path)
    hub_wanted = Signal()

    def __init__(
        self,
        board: LadderBoard,
        picker: Picker,
        desk: LadderDesk,
        kept: KeptSettings,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._kept = kept
        self._service = desk.service
        self._jobs = jobs
        self.place_of: Callable[[Path], Path] = lambda path: path
        self.commands = LadderActions()
        self.commands.give_to(self)
        self.top = LadderTopBar(self.commands)
        self.ladders = LadderList()
        self.board = board
        self.picker = picker
        self.question = Question()
        self.run = LadderController(self, desk, jobs)
        self.setting_up = SettingUp(picker, desk, jobs)
        self.views = ViewMaker(jobs, desk, self)
        self.tuner = Tuner(
            self,
            self.question,
            desk,
            jobs,
            lambda: self.views.limits,
            lambda order: self.measure(order, {}),
        )
        self._unseen = False
        self.reports = Reports(jobs, desk.files, self)
        self.empty = EmptyState(
            "ladder",
            self.tr("Which one should I run?"),
            self.tr(
                "Measure a model’s shrunken versions beside the original: memory, speed and answers"
                " to questions. Here stands then which one to run, and what you lose."
            ),
            (self.commands.demo, self.commands.taught, self.commands.new, self.commands.night),
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()
        self._restore()
        self._wire()
        self.list_changed()
        self._show_board()

    # --- for the window ---------------------------------------------------------------------

    def set_votes(self, votes: VotesPanel) -> None:
        """Take the blind votes."""
        self.board.set_votes(votes)
        votes.changed.connect(self.views.refresh)

    def pick(self, candidates: Sequence[Candidate], reference: Candidate | None = None) -> None:
        """Set a ladder up with these."""
        self.setting_up.begin(candidates, reference)
        self._stack.setCurrentWidget(self.picker)
        self._take_focus()
        self._follow_actions()

    def note_pickable(self) -> None:
        """What can be picked has changed."""
        self.commands.demo.setEnabled(bool(self._desk.demo()))
        if self._stack.currentWidget() is self.picker:
            self.setting_up.offer()

    def _restore(self) -> None:
        """Bring back what the person chose."""
        now = self._kept.now
        self.board.table.set_columns(now.ladder_columns)
        self.commands.details.setChecked(now.ladder_details)
        self.board.table.set_details(now.ladder_details)
        self.board.card.limits.set_limits(self._desk.kept_limits())
        self.views.set_limits(self.board.card.limits.limits)

    @property
    def entry(self) -> LadderEntry | None:
        """The ladder that is shown."""
        return self.run.entry

    @property
    def view(self) -> LadderView | None:
        """Its figures as they are shown."""
        return self.board.model.view

    def measure(self, order: LadderOrder, letters: dict[str, str]) -> None:
        """Queue a ladder, judged by the person's limits, and show it."""
        self.show_ladder(self._service.add(replaced(order, limits=self.views.limits), letters))
        self._take_focus()

    def show_ladder(self, entry: LadderEntry | None) -> None:
        """Look at a ladder."""
        self.run.entry = entry
        self.question.hide()
        reading = entry is not None and entry.number is not None and entry.result is None
        self.board.say_nothing_is_there(reading=reading)
        self.ladders.choose(entry)
        self.views.show_entry(entry)
        self._show_board()

    # --- what the service says ----------------------------------------------------------------

    def list_changed(self) -> None:
        """A ladder came, went or moved."""
        self.ladders.model.take(self._service.all)
        if self.entry is not None and self.entry not in self._service.all:
            self.run.entry = None
        if self.entry is None and self._service.all:
            self.show_ladder(self._service.all[0])
        else:
            self._show_board(stay=True)

    def ladder_changed(self, entry: LadderEntry) -> None:
        """Its state or its progress."""
        self.ladders.model.note_ladder(entry, held=self._service.held)
        if entry is self.entry:
            self._show_work()
            if entry.state is LadderState.FINISHED:
                self.views.refresh()
        if entry.state is LadderState.FINISHED:
            remark(self, self.tr("Measured: {title}").format(title=entry_title(entry)))

    def result_changed(self, entry: LadderEntry) -> None:
        """More of it is known."""
        self.ladders.model.note_ladder(entry, held=self._service.held)
        if entry is self.entry:
            self._unseen = not self.isVisible() or self.window().isMinimized()
            if not self._unseen:  # else it would take time from what is measured, for nobody
                self.views.refresh()

    # --- within -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for widget in (self.empty, self.picker, self.board):
            self._stack.addWidget(widget)
        self._beside = ListBeside(self.ladders, self._stack, self.commands.show_list, self._kept)
        asked = in_row(self.question, margins=(GRID, 0, GRID, 0), spacing=None)
        in_column(self.top, asked, (self._beside.columns, 1), on=self, spacing=0)

    def _wire(self) -> None:
        commands, board, run, service = self.commands, self.board, self.run, self._service
        service.list_changed.add(self.list_changed)
        service.changed.add(self.ladder_changed)
        service.result_changed.add(self.result_changed)
        run.came_back.connect(self.show_ladder)
        run.failed.connect(self._complain)
        commands.new.triggered.connect(lambda: self.pick(()))
        commands.night.triggered.connect(self.hub_wanted)
        commands.demo.triggered.connect(
            lambda: self._measure([candidate_of(path) for path in self._desk.demo()])
        )
        commands.taught.triggered.connect(lambda: self._measure(self._desk.taught()))
        commands.pause.triggered.connect(lambda: run.do(service.pause))
        commands.go_on.triggered.connect(lambda: run.do(service.go_on))
        commands.cancel.triggered.connect(lambda: run.do(service.cancel))
        commands.again.triggered.connect(lambda: run.do(self.measure_again))
        commands.open_pane.triggered.connect(board.table.pane_action.trigger)
        commands.copy_table.triggered.connect(board.table.copy_all_action.trigger)
        commands.details.toggled.connect(self._show_details)
        for form, action in commands.reports.items():
            action.triggered.connect(lambda _checked=False, form=form: self._report(form))
        commands.copy_report.triggered.connect(lambda: self.reports.copy(self.view))
        self.top.columns_wanted.connect(self._show_columns)
        self.reports.failed.connect(self._complain)
        self.ladders.chosen.connect(self._on_chosen)
        self.ladders.new_wanted.connect(commands.new.trigger)
        self.ladders.delete_wanted.connect(run.delete)
        self.ladders.again_wanted.connect(self.measure_again)
        self.ladders.renamed.connect(self._rename)
        self.picker.measure_wanted.connect(self.measure)
        self.picker.tune_wanted.connect(self._tune_picked)
        self.picker.closed.connect(self._leave_picker)
        self.picker.hub_wanted.connect(self.hub_wanted)
        board.strip.pause_button.clicked.connect(commands.pause.trigger)
        board.strip.go_on_button.clicked.connect(commands.go_on.trigger)
        board.strip.cancel_button.clicked.connect(commands.cancel.trigger)
        board.card.limits.changed.connect(self._on_limits)
        board.card.settings_wanted.connect(self.tuner.use)
        board.card.together_wanted.connect(self._measure_together)
        board.card.speed_wanted.connect(lambda: run.measure_speed(self.view))
        board.ask_wanted.connect(lambda key: run.ask_more(self.view, key))
        board.pane_wanted.connect(lambda key: self.pane_wanted.emit(run.candidate(key)))
        board.find_wanted.connect(lambda key: self.find_wanted.emit(run.candidate(key).file))
        board.table.columns_changed.connect(
            lambda: self._kept.change(ladder_columns=board.table.columns)
        )
        self.views.made.connect(self._on_view)
        self.views.failed.connect(self._complain)

    def _show_board(self, *, stay: bool = False) -> None:
        """Show the ladder, or that there is none; ``stay``: not while one is being set up."""
        if not (stay and self._stack.currentWidget() is self.picker):
            self._stack.setCurrentWidget(self.board if self.entry is not None else self.empty)
        if self.hasFocus():
            self._take_focus()
        self._show_work()

    def _measure_together(self, tuned: Tuned) -> None:
        self.tuner.together(tuned, self.run.candidate(tuned.base))

    def _tune_picked(self, candidate: Candidate) -> None:
        self._leave_picker()
        self.tuner.tune(candidate)

    def _leave_picker(self) -> None:
        self._show_board()
        self._take_focus()

    def _take_focus(self) -> None:
        """Let the keyboard begin where it is of use."""
        begin: QWidget = self
        if self._stack.currentWidget() is self.board:
            begin = self.board.table
        elif self._stack.currentWidget() is self.picker:
            begin = self.picker.search
        begin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_work(self) -> None:
        self.board.show_work(self.entry, held=self._service.held)
        self.top.show_title(self.entry)
        self._follow_actions()

    def _follow_actions(self) -> None:
        shown = self._stack.currentWidget() is self.board
        self.commands.follow(
            self.entry.state if self.entry is not None and shown else None,
            has_view=self.view is not None and shown,
        )
        self.commands.demo.setEnabled(bool(self._desk.demo()))
        self.top.show_ladder(shown=shown)

    def _on_view(self, view: LadderView | None) -> None:
        entry = self.entry
        complete = entry is not None and entry.state is LadderState.FINISHED
        self.board.show_view(view, complete=complete)
        self._follow_actions()

    def _on_chosen(self, entry: LadderEntry) -> None:
        if entry is not self.entry or self._stack.currentWidget() is not self.board:
            self.show_ladder(entry)

    def _on_limits(self, limits: Limits) -> None:
        self.views.set_limits(limits)
        self._desk.keep_limits(limits)

    def _measure(self, candidates: Sequence[Candidate]) -> None:
        if candidates:
            self.pick(candidates, candidates[0])
            self.picker.measure_button.click()

    def measure_again(self, entry: LadderEntry) -> None:
        """Set a ladder up once more, from the beginning."""
        reference = entry.candidate(entry.reference).moved(self.place_of)
        self.pick([each.moved(self.place_of) for each in entry.candidates], reference)

    def _rename(self, entry: LadderEntry, name: str) -> None:
        self.run.rename(entry, name)
        self.ladders.model.note_ladder(entry, held=self._service.held)

    def follow_moves(self, place_of: Callable[[Path], Path]) -> None:
        """Look for files where they are now; ``place_of`` tells of each."""
        self.place_of = place_of
        self.board.details.is_there = lambda path: os.path.lexists(place_of(path))
        self.board.details.look_again()

    def _report(self, form: str) -> None:
        if self.view is not None and self.entry is not None:
            self.reports.write(self.view, entry_title(self.entry), form)

    def _complain(self, error: PersonError) -> None:
        self.board.notice.show_notice(Severity.ERROR, sentence(error))

    def _show_columns(self) -> None:
        button = self.top.columns_button
        menu = self.board.table.columns_menu(self)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _show_details(self, shown: bool) -> None:
        self.board.table.set_details(shown)
        self._follow_actions()
        self._kept.change(ladder_details=shown)

    def layout_state(self) -> Mapping[str, list[int]]:
        """The splitter's sizes by name."""
        return self._beside.sizes()

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._beside.follow_width(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._unseen:
            self._unseen = False
            self.views.refresh()
        if not event.spontaneous():
            self._take_focus()
