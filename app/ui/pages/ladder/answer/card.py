"""The answer: a headline, three facts, what can be done; the other versions and the limits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.elsewhere import Elsewhere, llama_server_command
from app.core.ladder.answer import Fact, Said
from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, Picture, StatusDot, label, push_button
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import Gap, in_column, in_grid, in_row
from app.ui.kit.words.format import about
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.answer.limits import LimitsEditor
from app.ui.pages.ladder.answer.others import OtherVersions
from app.ui.pages.ladder.answer.two_tone import TwoToneLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.core.ladder.row import Row
    from app.core.verdict import Limits
    from app.lab.ladder.plan import LadderPlan
    from app.lab.verdict.view import LadderView

_WIDE_LETTERS = 120
"""So wide the others stand beside the answer."""
_ICONS = {
    Said.RUN: ("crown", Tone.ACCENT),
    Said.AT_A_LOSS: ("warning", Tone.WORKING),
    Said.CANNOT_TELL: ("help", Tone.WORKING),
    Said.NONE_KEEPS: ("warning", Tone.WORKING),
    Said.NONE_MEASURED: ("error", Tone.FAILED),
    Said.NOTHING: ("history", Tone.DIM),
}


class VerdictCard(QFrame):
    """Main thread.

    Signals:
        chat_wanted: The version to run is to be opened in Compare, by its key.
        speed_wanted: All speeds are to be measured again.
        settings_wanted: The best settings (:class:`Tuned`) are to be the model's from now on.
        together_wanted: These (:class:`Tuned`) are to be measured together.
    """

    chat_wanted = Signal(str)
    speed_wanted = Signal()
    settings_wanted = Signal(object)
    together_wanted = Signal(object)

    def __init__(self, usual: Limits) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self._view: LadderView | None = None
        self._first = ""
        self._form = (False, False)
        self.limits = LimitsEditor(usual)
        self.limits.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.others = OtherVersions()
        self.so_far = label("", "small-dim")
        self.picture = Picture("crown", size_px=22, tone=Tone.ACCENT)
        self.dot = StatusDot("A")
        self.headline = label("", "title", wrap=True, selectable=True)
        self.below = label("", "dim", wrap=True, selectable=True)
        self.names = (
            label(self.tr("Answers"), "dim"),
            label(self.tr("Memory"), "dim"),
            label(self.tr("Speed"), "dim"),
        )
        self.facts = tuple(TwoToneLabel() for _ in self.names)
        self.speed_button = push_button("", "link", run=self.speed_wanted)
        self.chat_button = push_button(self.tr("Chat with it"), icon_name="chat")
        self.chat_button.clicked.connect(lambda: self.chat_wanted.emit(self._file))
        self.settings_button = push_button(
            self.tr("Use these settings"), "primary", icon_name="check", run=self._use
        )
        set_tip(
            self.settings_button,
            self.tr("This model is loaded so from now on, wherever nothing else is set"),
        )
        self.together_button = push_button(
            self.tr("Measure them together"), icon_name="ladder", run=self._together
        )
        self.use_button = push_button(self.tr("Use it elsewhere"), icon_name="external")
        self.use_button.clicked.connect(self._show_use)
        self._lay_out()
        self.show_view(None, complete=False)

    @property
    def _file(self) -> str:
        return (self._view.answer.file if self._view is not None else None) or ""

    def show_view(self, view: LadderView | None, *, complete: bool) -> None:
        """Show what may be said of a ladder; ``complete``: everything is measured."""
        self._view = view
        self.limits.follow(view)
        self.others.show_view(view, can_ask=complete)
        self._arrange()
        answer = view.answer if view is not None else None
        row = view.row(answer.file) if view is not None and answer and answer.file else None
        nothing = answer is None or answer.kind is Said.NOTHING
        self.so_far.setVisible(not complete and not nothing)
        self.so_far.setText(self.tr("So far"))
        headline = self.tr("Nothing known yet") if answer is None else told(answer.headline)
        self.headline.setText(breakable(headline))
        icon_name, tone = _ICONS[Said.NOTHING if answer is None else answer.kind]
        self.picture.set_icon_name(icon_name, tone)
        self.dot.setVisible(row is not None)
        if row is not None:
            self.dot.set_letter(row.letter)
        self._show_below()
        found = (answer.answers, answer.memory, answer.speed) if answer is not None else ()
        for name, shown, fact in zip(self.names, self.facts, found or (None,) * 3, strict=True):
            _show_fact(shown, fact)
            name.setVisible(fact is not None)
        self._offer_speed(view, complete=complete)
        for button in (self.chat_button, self.use_button):
            button.setVisible(row is not None)
        tuned = view.tuned if view is not None else None
        better = tuned is not None and tuned.is_known and not tuned.is_base
        self.settings_button.setVisible(better)
        apart = tuned is not None and better and tuned.measured is None
        self.together_button.setVisible(apart and complete)
        facts = ". ".join(told(fact.said) for fact in found if fact is not None)
        set_spoken(self, headline, facts)

    def show_first(self, seconds: float | None) -> None:
        """Say how long it takes until the first verdict; None where that is not known."""
        words = "" if seconds is None else str(about(seconds))
        if words != self._first:
            self._first = words
            self._show_below()

    def _show_below(self) -> None:
        answer = self._view.answer if self._view is not None else None
        below = told(answer.below) if answer is not None else ""
        if (answer is None or answer.kind is Said.NOTHING) and self._first:
            below = self.tr("The first verdict in about {time}.").format(time=self._first)
        self.below.setText(breakable(below))
        self.below.setVisible(bool(below))

    def set_short(self, short: bool) -> None:
        """Leave the other versions to the table, where there is little height."""
        self.others.set_hidden(short)

    def _offer_speed(self, view: LadderView | None, *, complete: bool) -> None:
        unsure = view is not None and view.answer.speed_unsure
        self.speed_button.setVisible(unsure and complete)
        self._say_speed()

    def _say_speed(self) -> None:
        """The button that measures speed again; the time stands in its tip where it is narrow."""
        view = self._view
        words = long = self.tr("Measure speed again")
        if view is not None and view.speed_seconds is not None:
            long = self.tr("Measure speed again, about {time}").format(
                time=about(view.speed_seconds)
            )
        room = self.width() - self.limits.sizeHint().width() - 8 * GRID
        if self._is_wide():
            room //= 2
        fits = self.fontMetrics().horizontalAdvance(long) + 2 * GRID <= room
        self.speed_button.setText(long if fits else words)
        tip = self.tr("Close other programs first; all else stays as it is")
        set_tip(self.speed_button, tip if fits else f"{long}\n{tip}")

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        head = in_row((self.picture, 0, top), (self.dot, 0, top), (self.headline, 1))
        grid = in_grid(across=GRID * 2, down=GRID // 4)
        for place, (name, fact) in enumerate(zip(self.names, self.facts, strict=True)):
            grid.addWidget(name, place, 0, top)
            grid.addWidget(fact, place, 1)
        grid.addWidget(self.speed_button, len(self.names), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.addWidget(self.settings_button)
        flow.addWidget(self.together_button)
        flow.addWidget(self.chat_button)
        flow.addWidget(self.use_button)
        self._words = QWidget()
        in_column(
            self.so_far,
            head,
            self.below,
            grid,
            Gap(GRID // 2),
            buttons,
            1,
            on=self._words,
            spacing=GRID // 2,
        )
        self._rules = tuple(_rule() for _ in range(2))
        for rule in self._rules:
            rule.setParent(self)  # shown without one it would be a window of its own
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID * 2, GRID + GRID // 2, GRID * 2, GRID + GRID // 2)
        self._grid.setHorizontalSpacing(GRID * 2)
        self._grid.setVerticalSpacing(GRID)
        self._arrange()

    def _arrange(self) -> None:
        """Beside the answer stand the limits, and the others where it is wide; else below it."""
        wide, narrow = self._is_wide(), self._is_narrow()
        for widget in (self._words, self.others, self.limits, *self._rules):
            self._grid.removeWidget(widget)
        first, second = self._rules
        beside = wide and not self.others.isHidden()
        self._grid.addWidget(self._words, 0, 0)
        self._grid.addWidget(self.others, *((0, 2) if wide else (1, 0, 1, 5)))
        self._grid.addWidget(self.limits, *((2, 0) if narrow else (0, 4)))
        first.setVisible(beside)
        second.setVisible(not narrow)
        if wide:
            self._grid.addWidget(first, 0, 1)
        if not narrow:
            self._grid.addWidget(second, 0, 3)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1 if beside else 0)
        self._form = wide, narrow

    def _is_wide(self) -> bool:
        return self.width() >= _WIDE_LETTERS * self.fontMetrics().averageCharWidth()

    def _is_narrow(self) -> bool:
        needed = self._words.minimumSizeHint().width() + self.limits.sizeHint().width()
        return self.width() < needed + 9 * GRID

    def _use(self) -> None:
        if self._view is not None and self._view.tuned is not None:
            self.settings_wanted.emit(self._view.tuned)

    def _together(self) -> None:
        if self._view is not None and self._view.tuned is not None:
            self.together_wanted.emit(self._view.tuned)

    def _show_use(self) -> None:
        """The file's path and the command that serves it, to be copied."""
        view = self._view
        row = view.row(self._file) if view is not None else None
        if view is None or row is None:
            return
        popover = ElsewherePopover(row.letter, elsewhere_of(view.plan, row), self, row.candidate)
        popover.show_below(self.use_button.mapToGlobal(self.use_button.rect().bottomLeft()))

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        parts = (self._words, self.limits)
        least = max(part.minimumSizeHint().width() for part in parts) + 4 * GRID
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self._is_wide(), self._is_narrow()) != self._form:
            self._arrange()
        self._say_speed()


def elsewhere_of(plan: LadderPlan, row: Row) -> Elsewhere:
    """How another program runs a version as it was measured.

    There is no command where its template is one of this program's.
    """
    candidate = row.candidate
    if candidate.template_id is not None:
        return Elsewhere(row.file, "")
    known = row.memory.context_tokens if row.memory is not None and not row.memory.error else None
    context = candidate.engine.context_tokens or known or plan.context_tokens
    threads = candidate.engine.threads or plan.threads
    command = llama_server_command(
        candidate,
        COMPARE_GREEDY,
        context,
        threads,
        os.name,
        architecture=row.facts.architecture if row.facts is not None else "",
    )
    return Elsewhere(row.file, command)


def _show_fact(shown: TwoToneLabel, fact: Fact | None) -> None:
    shown.setVisible(fact is not None)
    if fact is not None:
        shown.set_texts(told(fact.said), told(fact.beside), told(fact.full))


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("role", "rule")
    rule.setFixedWidth(1)
    return rule
