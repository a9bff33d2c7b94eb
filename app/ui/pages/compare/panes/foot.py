"""The figures below a pane's conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.widgets import FlowLayout, NumberLabel, label
from app.ui.kit.words.format import speed, tokens
from app.ui.pages.compare.words import (
    Figure,
    busy_help,
    estimated_help,
    figure_names,
    figure_values,
    memory_quantity,
    needed_help,
    shared_help,
)

if TYPE_CHECKING:
    from app.core.chats.chat import AnswerFigures
    from app.lab.compare.panes import Pane
    from app.ui.kit.words.format import Quantity


class PaneFoot(QWidget):
    """Shows the figures of the newest answer; how each was taken is said on hovering."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._flow = FlowLayout(self, spacing_px=10)
        self.numbers: dict[Figure, NumberLabel] = {}
        for figure, (name, prefix) in figure_names().items():
            number = NumberLabel(name, prefix=prefix, small=True, align_right=False)
            number.hide()
            self.numbers[figure] = number
            self._flow.addWidget(number)
        self.shared_label = self._caveat(self.tr("shared"), shared_help())
        self.busy_label = self._caveat(self.tr("PC busy: does not count"), busy_help())
        self._shown: object = None

    def show_figures(self, pane: Pane, figures: AnswerFigures | None, *, live: bool) -> None:
        """Follow the newest answer's figures, or those that are coming."""
        state = (figures, live, pane.live_tokens, pane.live_tokens_per_second)
        if (now := (*state, pane.needed_bytes, pane.estimated_bytes)) == self._shown:
            return
        self._shown = now
        values: dict[Figure, tuple[Quantity, str]] = {}
        if live:
            if pane.live_tokens:
                so_far = self.tr("So far; shown two or three times a second.")
                values[Figure.TOKENS] = (tokens(pane.live_tokens), so_far)
            if pane.live_tokens_per_second is not None:
                recent = self.tr("Over the last second, while the answer comes.")
                values[Figure.SPEED] = (speed(pane.live_tokens_per_second), recent)
        elif figures is not None:
            values = figure_values(figures)
        needed = memory_quantity(pane)
        if needed.value:
            measured = pane.needed_bytes is not None
            values[Figure.NEEDED] = (needed, needed_help() if measured else estimated_help())
        # Else every figure that comes or goes lays out everything around it by itself.
        self._flow.setEnabled(False)
        for figure, number in self.numbers.items():
            self._show(number, values.get(figure))
        done = None if live else figures
        self._set_shown(self.shared_label, done is not None and done.shared)
        self._set_shown(self.busy_label, done is not None and done.busy)
        for timed in (Figure.PROMPT_SPEED, Figure.SPEED, Figure.FIRST_TOKEN):
            self.numbers[timed].set_dim(done is not None and done.busy)
        self._flow.setEnabled(True)
        self._flow.activate()

    def _caveat(self, words: str, why: str) -> QLabel:
        caveat = label(words, "small-dim")
        set_tip(caveat, why)
        caveat.hide()
        self._flow.addWidget(caveat)
        return caveat

    def _show(self, number: NumberLabel, value: tuple[Quantity, str] | None) -> None:
        if value is not None:
            quantity, taken = value
            number.set_quantity(quantity)
            if number.toolTip() != taken:
                set_tip(number, taken)
        self._set_shown(number, value is not None)

    @staticmethod
    def _set_shown(widget: QWidget, shown: bool) -> None:
        if widget.isHidden() == shown:
            widget.setVisible(shown)
