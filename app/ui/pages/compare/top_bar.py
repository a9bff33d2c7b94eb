"""The page's first line: chats, what is open, how it is asked, measuring, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame

from app.core.candidates.settings import CompareMode
from app.ui.kit.plain import set_choice_tip, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, ElidedLabel, IconButton
from app.ui.kit.widgets.layouts import in_row

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QResizeEvent

_WORDS_CHARACTERS = 110
"""So wide the line must be for words beside an icon."""


class TopBar(QFrame):
    """Holds what the page wires.

    Signals:
        mode_chosen: One after another, or all at once.
    """

    mode_chosen = Signal(object)

    def __init__(self, chats: QAction, measure: QAction, settings: QAction) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.chats_button = IconButton.for_action(chats, "chat-list")
        self.title = ElidedLabel(mode=Qt.TextElideMode.ElideRight, least_characters=8)
        self.mode = self._make_mode()
        self.measure_button = IconButton.for_action(measure, "ladder")
        self.measure_button.setText(self.tr("Measure"))
        self.settings_button = IconButton.for_action(settings, "settings")
        in_row(
            self.chats_button,
            (self.title, 1),
            self.mode,
            self.measure_button,
            self.settings_button,
            on=self,
            margins=(GRID, GRID // 2, GRID, GRID // 2),
            spacing=GRID // 2,
        )

    def set_title(self, words: str) -> None:
        """Say which models stand below, in a few words."""
        self.title.set_text(words)

    def set_mode(self, mode: CompareMode) -> None:
        """Show the chat's mode."""
        with QSignalBlocker(self.mode):
            self.mode.setCurrentIndex(self.mode.findData(mode))
        self._explain()

    def set_panes(self, panes: int) -> None:
        """With one pane there is no order."""
        self.mode.setVisible(panes > 1)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= self.fontMetrics().averageCharWidth() * _WORDS_CHARACTERS
        style = Qt.ToolButtonStyle
        self.measure_button.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly
        )

    # Its parts.

    def _make_mode(self) -> QComboBox:
        mode = ChoiceBox(self.tr("How models answer"))
        for value, word, what in (
            (CompareMode.RACE, self.tr("One after another"), self._race_help()),
            (CompareMode.TOGETHER, self.tr("All at once"), self._together_help()),
        ):
            mode.addItem(word, value)
            set_choice_tip(mode, mode.count() - 1, what)
        mode.currentIndexChanged.connect(self._on_mode)
        return mode

    def _on_mode(self) -> None:
        self._explain()
        self.mode_chosen.emit(CompareMode(self.mode.currentData()))

    def _explain(self) -> None:
        together = self.mode.currentData() == CompareMode.TOGETHER
        set_tip(self.mode, self._together_help() if together else self._race_help())

    def _race_help(self) -> str:
        return self.tr(
            "They answer one after another, each alone on the PC, so that speeds can be compared."
        )

    def _together_help(self) -> str:
        return self.tr(
            "All answer at once and share the PC: their times say so and cannot be compared."
        )
