"""The page's first line: chats, candidates, race or together, plots, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QWidget

from app.core.candidates.settings import CompareMode
from app.ui.kit.icons import icon
from app.ui.kit.plain import set_choice_tip, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, IconButton
from app.ui.kit.widgets.layouts import Gap, in_row
from app.ui.pages.compare.candidates.candidate_bar import CandidateBar

if TYPE_CHECKING:
    from PySide6.QtGui import QAction


class TopBar(QFrame):
    """Holds what the page wires.

    Signals:
        mode_chosen: Race or together.
    """

    mode_chosen = Signal(object)

    def __init__(
        self,
        chats: QAction,
        measure: QAction,
        plots: QAction,
        settings: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.chats_button = IconButton.for_action(chats, "chat-list")
        self.candidates = CandidateBar()
        self.mode = self._make_mode()
        self.measure_button = IconButton.for_action(measure, "ladder")
        self.plots_button = IconButton.for_action(plots, "plot")
        self.settings_button = IconButton.for_action(settings, "settings")
        in_row(
            self.chats_button,
            Gap(GRID // 2),
            (self.candidates, 1),
            self.mode,
            self.measure_button,
            self.plots_button,
            self.settings_button,
            on=self,
            margins=(GRID, GRID // 2, GRID, GRID // 2),
            spacing=GRID // 2,
        )

    def set_mode(self, mode: CompareMode) -> None:
        """Show the chat's mode."""
        with QSignalBlocker(self.mode):
            self.mode.setCurrentIndex(self.mode.findData(mode))
        self._explain()

    def set_panes(self, panes: int) -> None:
        """With one pane there is nothing to race."""
        self.mode.setVisible(panes > 1)

    def _make_mode(self) -> QComboBox:
        mode = ChoiceBox()
        mode.setAccessibleName(self.tr("How panes answer"))
        for value, icon_name, word, what in (
            (CompareMode.RACE, "race", self.tr("Race"), self._race_help()),
            (CompareMode.TOGETHER, "together", self.tr("Together"), self._together_help()),
        ):
            mode.addItem(icon(icon_name), word, value)
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
            "Race: panes answer one after another, each alone on the machine, so speeds compare."
        )

    def _together_help(self) -> str:
        return self.tr(
            "Together: all panes answer at once and share the machine; "
            "speeds are marked as shared and do not compare."
        )
