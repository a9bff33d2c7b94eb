"""The head of a pane: which candidate, which model, what it is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.lab.compare.panes import BUSY, PaneState
from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.tokens import candidate_edge, current_tokens
from app.ui.kit.widgets import ElidedLabel, IconButton, NumberLabel, ProgressLine, StatusDot
from app.ui.kit.widgets.labels import set_small
from app.ui.kit.widgets.layouts import Gap, in_column, in_row
from app.ui.kit.widgets.picture import Picture
from app.ui.kit.words.format import speed
from app.ui.pages.compare.words import (
    context_words,
    dot_state,
    engine_wait,
    full_name,
    level_words,
    name_words,
    state_help,
    state_words,
)

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from app.lab.compare.panes import Pane

_WITHOUT_SHARE = frozenset({PaneState.STOPPING, PaneState.READING, PaneState.LOADING})


class PaneHeader(QWidget):
    """Two lines and a line of progress.

    Signals:
        menu_requested: The pane's menu is wanted at a global position.
        stop_requested: This pane's answer shall stop.
    """

    menu_requested = Signal(QPoint)
    stop_requested = Signal()

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.dot = StatusDot(letter)
        self.level = ElidedLabel(least_characters=5)
        bold = self.level.font()
        bold.setBold(True)
        self.level.setFont(bold)
        self.name = ElidedLabel(dim=True, least_characters=4)
        self.star = Picture("star-filled", size_px=14, tone=Tone.ACCENT)
        set_tip(self.star, self.tr("The reference: the others are held against it"))
        self.state = ElidedLabel(dim=True, mode=Qt.TextElideMode.ElideRight)
        set_small(self.state)
        self.speed = NumberLabel(self.tr("Speed now"), small=True)
        set_tip(self.speed, self.tr("Tokens per second over the last second"))
        self.stop_button = IconButton(
            "stop", self.tr("Stop {letter}").format(letter=letter), size_px=14
        )
        self.stop_button.clicked.connect(self.stop_requested)
        self.menu_button = IconButton(
            "more", self.tr("More about model {letter}").format(letter=letter), tone=Tone.DIM
        )
        self.menu_button.clicked.connect(
            lambda: self.menu_requested.emit(
                self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft())
            )
        )
        self.progress = ProgressLine(self.tr("Progress of {letter}").format(letter=letter))
        self.progress.set_colour(candidate_edge(letter, current_tokens()))
        self._lay_out()
        self.speed.hide()
        self.stop_button.hide()

    def _lay_out(self) -> None:
        first = in_row(
            self.dot,
            Gap(GRID // 2),
            self.level,
            self.star,
            (self.name, 1),
            self.stop_button,
            self.menu_button,
            spacing=GRID // 2,
        )
        second = in_row((self.state, 1), self.speed, spacing=GRID // 2)
        in_column(
            first,
            second,
            Gap(GRID // 2),
            in_row(self.progress, margins=(0, 0, GRID // 2, 0)),
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, 0),
            spacing=0,
        )

    def show_pane(self, pane: Pane, *, is_reference: bool) -> None:
        """Follow the pane's state and what belongs to it."""
        self.dot.set_state(dot_state(pane))
        self.level.set_text(level_words(pane))
        self.name.set_text(name_words(pane), full_name(pane))
        self.star.setVisible(is_reference)
        self.stop_button.setVisible(pane.state in BUSY)
        self.stop_button.setEnabled(pane.state is not PaneState.STOPPING)
        self.show_live(pane)

    def show_live(self, pane: Pane) -> None:
        """Follow what changes within a state: progress and speed."""
        words = state_words(pane)
        used = context_words(pane)
        if used and pane.state is PaneState.READY:
            words = f"{words} · {used}"
        self.state.set_text(words, state_help(pane))
        live = pane.state is PaneState.GENERATING and pane.live_tokens_per_second is not None
        self.speed.setVisible(live)
        if live:
            self.speed.set_quantity(speed(pane.live_tokens_per_second))
        self._show_progress(pane)

    def _show_progress(self, pane: Pane) -> None:
        if (wait := engine_wait(pane)) is not None and not wait.failed:
            self.progress.set_share(wait.share)
        elif pane.progress is not None:
            self.progress.set_share(pane.progress)
        elif pane.state in _WITHOUT_SHARE:
            self.progress.set_share(None)
        else:
            self.progress.clear()

    # Qt's own names from here on.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "progress"):
            self.progress.set_colour(candidate_edge(self._letter, current_tokens()))
