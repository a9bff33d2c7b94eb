"""All plots of a ladder in one widget: as many at once as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.core.ladder.plotted import LOSSES
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.layouts import in_column, in_grid, in_row
from app.ui.plots.header import SaveButton
from app.ui.plots.ladder.board import Board
from app.ui.plots.ladder.content import (
    Measure,
    Options,
    PlotKind,
    Version,
    content_of,
    usual_loss,
)
from app.ui.plots.ladder.describe import describe
from app.ui.plots.ladder.figure import LadderSheet
from app.ui.plots.ladder.layout import lay_out
from app.ui.plots.ladder.look import Look
from app.ui.plots.ladder.table import table, values
from app.ui.plots.ladder.words import loss_name
from app.ui.plots.outlet import Outlet

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.lab.verdict.view import LadderView


_COLUMN_PX = 46 * GRID
_ROW_PX = 34 * GRID


class Slot(QWidget):
    """Shows one of the plots.

    Attributes:
        kind: Which plot is here.

    Signals:
        kind_chosen: The person wants this plot here.
        options_chosen: The person wants another loss or measure, in all plots.
    """

    kind_chosen = Signal(object)
    options_chosen = Signal(object)

    def __init__(self, kind: PlotKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._options = Options()
        self._view: LadderView | None = None
        self._choice = _combo(self.tr("What this plot shows"))
        for each in PlotKind:
            self._choice.addItem(each.title, each)
        self._losses = _combo(self.tr("What counts as loss"))
        for loss in LOSSES:
            self._losses.addItem(loss_name(loss), loss)
        self._measures = _combo(self.tr("What is shown of each kind"))
        self._measures.addItem(self.tr("Difference"), Measure.DIFFERENCE)
        self._measures.addItem(self.tr("Right answers"), Measure.ACCURACY)
        content = content_of(kind, None, self._options)
        self.board = Board(content, kind.long_title, lay_out=lay_out, describe=describe)
        self.head = in_row(
            self._choice, self._losses, self._measures, 1, margins=(0, GRID // 2, 0, GRID // 2)
        )
        in_column(self.head, (self.board, 1), on=self, spacing=0)
        self._choice.activated.connect(lambda i: self.kind_chosen.emit(self._choice.itemData(i)))
        self._losses.activated.connect(self._on_option)
        self._measures.activated.connect(self._on_option)
        self.set_kind(kind)

    def set_kind(self, kind: PlotKind) -> None:
        """Show another plot here."""
        self.kind = kind
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
        self.board.set_content(content_of(self.kind, self._view, self._options))

    def _on_option(self) -> None:
        self.options_chosen.emit(Options(self._losses.currentData(), self._measures.currentData()))


def _combo(name: str) -> QComboBox:
    combo = ChoiceBox(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    combo.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    combo.setMinimumContentsLength(4)
    return combo


class LadderPlots(QWidget):
    """Memory and speed against loss, tasks kind by kind, and the spread of divergences.

    Main thread only. Where there is no room for four plots, those that are there can be changed
    for the others. Nothing is painted anew that did not change.

    Attributes:
        slots: All four, shown or not.
        outlet: Saves and copies what is shown.

    Signals:
        picked: The person chose a file by its point.
        opened: The person wants a file opened, by its point.
    """

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view: LadderView | None = None
        self._options = Options()
        self._has_chosen = self._has_led = False
        self._shape = (0, 0)
        self.setAccessibleName(self.tr("Plots of the versions"))
        self._grid = in_grid(self, across=2 * GRID, down=GRID)
        self.slots = tuple(Slot(kind, self) for kind in PlotKind if kind is not PlotKind.WAYS)
        self.outlet = Outlet(
            self._sheet,
            lambda: table(self._view),
            lambda: values(self._view),
            "shrinkscope-ladder-plots",
            self,
        )
        save = SaveButton(self.outlet)
        # No higher than the lists to choose from: plots beside each other stand on one line.
        save.setMaximumHeight(self.slots[0].head.minimumSize().height() - GRID)
        self.slots[0].head.addWidget(save)
        for slot in self.slots:
            slot.kind_chosen.connect(lambda kind, slot=slot: self.show_plot(slot, kind))
            slot.options_chosen.connect(self.set_options)
            slot.board.picked.connect(self.picked)
            slot.board.opened.connect(self.opened)
            slot.board.copy_asked.connect(self.outlet.copy_values)
        self._arrange()

    # ---------------------------------------------------------------------------- what is shown

    def show_ladder(self, view: LadderView | None) -> None:
        """Show a ladder, complete or still being measured; None for none."""
        self._view = view
        # A ladder of several ways begins with them.
        leads = view is not None and view.ways is not None
        if leads is not self._has_led:
            self._has_led = leads
            shown = {slot.kind for slot in self.slots}
            if leads:
                self.show_plot(self.slots[0], PlotKind.WAYS)
            for slot in self.slots if not leads else ():
                if slot.kind is PlotKind.WAYS:
                    slot.set_kind(next(kind for kind in PlotKind if kind not in shown))
        if view is None:
            self._has_chosen = False
        elif not self._has_chosen:
            self._options = Options(usual_loss(view), self._options.measure)
        self._show()

    def clear(self) -> None:
        """Show no ladder."""
        self.show_ladder(None)

    def mark(self, file: str | None) -> None:
        """Stand out the file of the selected row, None for none."""
        for slot in self.slots:
            slot.board.mark(file)

    def set_options(self, options: Options) -> None:
        """Show another loss or measure."""
        self._has_chosen = True
        self._options = options
        self._show()

    def show_plot(self, slot: Slot, kind: PlotKind) -> None:
        """Show a plot in a slot; the one that has it now gets the slot's own."""
        for other in self.slots:
            if other is not slot and other.kind is kind:
                other.set_kind(slot.kind)
        slot.set_kind(kind)

    def _show(self) -> None:
        for slot in self.slots:
            slot.show_ladder(self._view, self._options)

    # ---------------------------------------------------------------------------- saving

    def _sheet(self) -> LadderSheet:
        contents = [
            (kind.long_title, content_of(kind, self._view, self._options)) for kind in PlotKind
        ]
        shown = [each for each in contents if each[1].empty is None] or contents[:1]
        versions = [Version.of(row) for row in self._view.rows] if self._view else []
        look = Look.of(self.font(), current_tokens())
        return LadderSheet(shown, versions, look, self.logicalDpiX())

    # ---------------------------------------------------------------------------- room

    def _arrange(self) -> None:
        """As many plots as there is room for, in as many columns as fit."""
        columns = max(1, min(len(self.slots), self.width() // _COLUMN_PX))
        rows = max(1, min(-(-len(self.slots) // columns), self.height() // _ROW_PX))
        if (columns, rows) == self._shape:
            return
        self._shape = columns, rows
        for number, slot in enumerate(self.slots):
            self._grid.removeWidget(slot)
            slot.setVisible(number < columns * rows)
            if number < columns * rows:
                self._grid.addWidget(slot, *divmod(number, columns))
        for number in range(len(self.slots)):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
            self._grid.setRowStretch(number, 1 if number < rows else 0)

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        return QSize(36 * GRID, 24 * GRID)

    def sizeHint(self) -> QSize:
        return QSize(2 * _COLUMN_PX, _ROW_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)
