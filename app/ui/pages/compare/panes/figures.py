"""What the newest answers show: who agrees, and their speed and memory beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QWidget

from app.lab.compare.panes import BUSY, Pane
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.timers import later
from app.ui.kit.widgets import ElidedLabel, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import Quantity, speed, tokens
from app.ui.pages.compare.elsewhere import first_token_help, said_figures
from app.ui.pages.compare.figure_words import (
    Figure,
    busy_help,
    estimated_help,
    figure_names,
    figure_values,
    needed_help,
    shared_help,
)
from app.ui.pages.compare.panes.bars import Bar, Bars
from app.ui.pages.compare.words import memory_quantity, outcome_sentence

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QResizeEvent, QShowEvent

    from app.core.chats.chat import Answer, AnswerFigures
    from app.lab.compare.session import Session

REFRESH_MS = 250
_FIRST = (Figure.SPEED, Figure.MEMORY)
_TIMED = frozenset({Figure.SPEED, Figure.FIRST_TOKEN, Figure.PROMPT_SPEED})


class TurnFigures(QFrame):
    """Hidden while nothing was asked.

    Attributes:
        details: Whether further figures are shown.

    Signals:
        measure_wanted: What each candidate loses is to be measured.
        details_shown: The further figures were opened or folded.
    """

    measure_wanted = Signal()
    details_shown = Signal(bool)

    def __init__(self, session: Session, over_time: QAction) -> None:
        """``over_time`` opens the live plots."""
        super().__init__()
        self._session = session
        self._over_time = over_time
        self.outcome = ElidedLabel(least_characters=12)
        self.measure_button = push_button(self.tr("Measure what each loses"))
        self.measure_button.clicked.connect(self.measure_wanted)
        self.summary = ElidedLabel(dim=True, least_characters=12)
        self.caveat = label(role="small-dim")
        self.details_button = self._fold(self.tr("Details"))
        set_tip(self.details_button, self.tr("First token, tokens, speed of the prompt"))
        self.details_button.clicked.connect(lambda: self.show_details(not self.details))
        self.plots_button = self._fold(self.tr("Over time"))
        self.plots_button.clicked.connect(over_time.trigger)
        over_time.toggled.connect(self._follow_plots)
        self._follow_plots(over_time.isChecked())
        self.details = False
        self._room = True
        self.bars = {figure: Bars(name) for figure, name in figure_names().items()}
        for figure, bars in self.bars.items():
            bars.beside = list(self.bars.values())
            if figure not in _FIRST:
                bars.hide()
        self._lines = QWidget()
        in_column(*self.bars.values(), on=self._lines, spacing=0)
        said, more = QWidget(), QWidget()
        in_row(self.outcome, self.measure_button, self.summary, 1, on=said)
        in_row(1, self.caveat, self.details_button, self.plots_button, on=more)
        self._first = in_row((said, 0), (more, 1), margins=(GRID, 0, 0, 0), spacing=2)
        self._halves = (said, more)
        in_column(self._first, self._lines, on=self, margins=(0, 0, 0, 2), spacing=2)
        self._timer = later(self, REFRESH_MS, self.refresh)

    def note(self) -> None:
        """Something of the answers changed: it is shown a moment later."""
        if not self._timer.isActive() and not self.isHidden():
            self._timer.start()

    def show_details(self, shown: bool) -> None:
        """Show further figures, or fold them away."""
        self.details = shown
        self._turn(self.details_button, shown)
        self.details_shown.emit(shown)
        self.refresh()

    def set_lines_shown(self, shown: bool) -> None:
        """Bars give way where the window is low."""
        self._room = shown
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now."""
        panes = self._session.panes
        words = outcome_sentence(self._session)
        self.outcome.set_text(words)
        self.outcome.setVisible(bool(words))
        self.measure_button.setVisible(bool(words))
        done = {pane.key: self._figures(pane) for pane in panes}
        self._show_caveat([each for each in done.values() if each is not None])
        # One alone has nothing beside it: a line says all.
        self.summary.setVisible(len(panes) == 1)
        self.details_button.setVisible(len(panes) > 1 and self._room)
        self._lines.setVisible(len(panes) > 1 and self._room)
        if len(panes) == 1:
            self.summary.set_text(self._summary(panes[0], done[panes[0].key]))
        self._turn_line()
        rows: dict[Figure, list[Bar]] = {figure: [] for figure in Figure}
        for pane in panes:
            for figure, bar in self._bars_of(pane, done[pane.key]).items():
                rows[figure].append(bar)
        for figure, bars in rows.items():
            self.bars[figure].set_bars(bars)
            known = any(bar.quantity.value for bar in bars)
            self.bars[figure].setVisible(known and (self.details or figure in _FIRST))

    def _summary(self, pane: Pane, done: AnswerFigures | None) -> str:
        bars, names = self._bars_of(pane, done), figure_names()
        named = frozenset(Figure) - {Figure.SPEED, Figure.MEMORY, Figure.TOKENS}
        return " · ".join(
            f"{names[figure]} {bar.quantity}" if figure in named else str(bar.quantity)
            for figure, bar in bars.items()
            if bar.quantity.value
        )

    # --- inside ---------------------------------------------------------------------------

    def _bars_of(self, pane: Pane, done: AnswerFigures | None) -> dict[Figure, Bar]:
        values: dict[Figure, tuple[Quantity, str]] = {}
        amounts: dict[Figure, float | None] = {}
        live = done is None or self._is_live(pane)
        if live:
            if pane.live_tokens and pane.state in BUSY:
                values[Figure.TOKENS] = (tokens(pane.live_tokens), self.tr("So far."))
            if (now := pane.live_tokens_per_second) is not None:
                help_ = self.tr("Over the last second, while the answer comes.")
                values[Figure.SPEED] = (speed(now), help_)
                amounts[Figure.SPEED] = now
        elif done is not None:
            values = figure_values(done) | said_figures(done)
            if done.served is not None and (first := values.get(Figure.FIRST_TOKEN)) is not None:
                values[Figure.FIRST_TOKEN] = (first[0], first_token_help(done))
            amounts[Figure.SPEED] = done.tokens_per_second
        memory = pane.needed_bytes or pane.estimated_bytes
        measured = pane.needed_bytes is not None
        if memory is not None:
            help_ = needed_help() if measured else estimated_help()
            if pane.candidate.server is not None:
                help_ = self.tr("The server says that it takes so much there.")
            values[Figure.MEMORY] = (memory_quantity(pane), help_)
            amounts[Figure.MEMORY] = float(memory)
        elif pane.candidate.server is not None and done is not None:
            help_ = self.tr("The server does not tell what the model takes there.")
            values[Figure.MEMORY] = (Quantity(self.tr("not told")), help_)
        unsure = not live and done is not None and (done.busy or done.shared)
        bars: dict[Figure, Bar] = {}
        for figure in Figure:
            quantity, help_ = values.get(figure, (Quantity(""), ""))
            hollow = (figure in _TIMED and unsure) or (figure is Figure.MEMORY and not measured)
            bars[figure] = Bar(pane.letter, quantity, amounts.get(figure), help_, hollow)
        return bars

    def _figures(self, pane: Pane) -> AnswerFigures | None:
        """Of the newest answer that has any."""
        answers = (turn.answers.get(pane.key) for turn in reversed(self._session.chat.turns))
        return next((a.figures for a in answers if a is not None and a.figures), None)

    def _is_live(self, pane: Pane) -> bool:
        answers = (turn.answers.get(pane.key) for turn in reversed(self._session.chat.turns))
        newest: Answer | None = next((a for a in answers if a is not None), None)
        return newest is not None and newest.stop_reason is None and pane.state in BUSY

    def _show_caveat(self, done: list[AnswerFigures]) -> None:
        if any(figures.busy for figures in done):
            self.caveat.setText(self.tr("PC busy: speeds do not count"))
            set_tip(self.caveat, busy_help())
        elif any(figures.shared for figures in done):
            self.caveat.setText(self.tr("times shared"))
            set_tip(self.caveat, shared_help())
        else:
            self.caveat.setText("")
        self.caveat.setVisible(bool(self.caveat.text()))

    def _fold(self, words: str) -> QPushButton:
        return push_button(words, "link", icon_name="chevron-right", tone=Tone.ACCENT)

    def _follow_plots(self, shown: bool) -> None:
        self._turn(self.plots_button, shown)
        set_tip(self.plots_button, self._over_time.toolTip())

    @staticmethod
    def _turn(button: QPushButton, opened: bool) -> None:
        button.setIcon(icon("chevron-down" if opened else "chevron-right", Tone.ACCENT))

    def _turn_line(self) -> None:
        """Two lines where one has no room for all of it."""
        needs = sum(half.sizeHint().width() for half in self._halves) + 3 * GRID
        way = QBoxLayout.Direction
        self._first.setDirection(way.LeftToRight if needs <= self.width() else way.TopToBottom)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn_line()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
