"""One place for a plot: its plot, and above it what can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.core.ladder.plotted import Loss
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.ladder.plots.board import Board
from app.ui.pages.ladder.plots.content import Measure, Options, PlotKind, content_of
from app.ui.pages.ladder.plots.words import loss_name

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView


class Slot(QWidget):
    """Shows one of the plots.

    Signals:
        kind_chosen: The person wants this plot here.
        options_chosen: The person wants another loss or measure, in all plots.
    """

    kind_chosen = Signal(object)
    options_chosen = Signal(object)

    def __init__(self, kind: PlotKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._options = Options()
        self._view: LadderView | None = None
        self._choice = _combo(self.tr("What this plot shows"))
        for each in PlotKind:
            self._choice.addItem(each.title, each)
        self._losses = _combo(self.tr("What counts as loss"))
        for loss in Loss:
            self._losses.addItem(loss_name(loss), loss)
        self._measures = _combo(self.tr("What is shown of each kind"))
        self._measures.addItem(self.tr("Difference"), Measure.DIFFERENCE)
        self._measures.addItem(self.tr("Right answers"), Measure.ACCURACY)
        self.board = Board(content_of(kind, None, self._options), kind.long_title)
        self.head = in_row(
            self._choice, self._losses, self._measures, 1, margins=(0, GRID // 2, 0, GRID // 2)
        )
        in_column(self.head, (self.board, 1), on=self, spacing=0)
        self._choice.activated.connect(lambda i: self.kind_chosen.emit(self._choice.itemData(i)))
        self._losses.activated.connect(self._on_option)
        self._measures.activated.connect(self._on_option)
        self.set_kind(kind)

    @property
    def kind(self) -> PlotKind:
        """Which plot is here."""
        return self._kind

    def set_kind(self, kind: PlotKind) -> None:
        """Show another plot here."""
        self._kind = kind
        self._choice.setCurrentIndex(self._choice.findData(kind))
        self._losses.setVisible(kind in (PlotKind.MEMORY, PlotKind.SPEED))
        self._measures.setVisible(kind is PlotKind.TASKS)
        self.board.set_title(kind.long_title)
        self._show()

    def show_ladder(self, view: LadderView | None, options: Options) -> None:
        """Show these; what did not change is not painted anew."""
        self._view, self._options = view, options
        self._losses.setCurrentIndex(self._losses.findData(options.loss))
        self._measures.setCurrentIndex(self._measures.findData(options.measure))
        self._show()

    def _show(self) -> None:
        self.board.set_content(content_of(self._kind, self._view, self._options))

    def _on_option(self) -> None:
        self.options_chosen.emit(Options(self._losses.currentData(), self._measures.currentData()))


def _combo(name: str) -> QComboBox:
    combo = ChoiceBox()
    combo.setAccessibleName(name)
    set_tip(combo, name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    combo.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    combo.setMinimumContentsLength(4)
    return combo
