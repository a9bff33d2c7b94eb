"""All plots of a ladder in one widget: as many at once as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui.kit.theme import GRID, current_tokens
from app.ui.pages.ladder.plots.content import Options, PlotKind, Version, content_of, usual_loss
from app.ui.pages.ladder.plots.figure import LadderSheet
from app.ui.pages.ladder.plots.look import Look
from app.ui.pages.ladder.plots.slot import Slot
from app.ui.pages.ladder.plots.table import table, values
from app.ui.plots.header import SaveButton
from app.ui.plots.outlet import Outlet

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.lab.verdict.view import LadderView

_COLUMN_PX = 46 * GRID
_ROW_PX = 34 * GRID


class LadderPlots(QWidget):
    """Memory and speed against loss, tasks kind by kind, and the spread of divergences.

    Main thread only. Where there is no room for four plots, those that are there can be changed
    for the others. Nothing is painted anew that did not change.

    Signals:
        picked: The person chose a file by its point.
        opened: The person wants a file opened, by its point.
        noticed: A sentence for the person: what was saved or copied, or why not.
    """

    picked = Signal(str)
    opened = Signal(str)
    noticed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: LadderView | None = None
        self._options = Options()
        self._has_chosen = False
        self._shape = (0, 0)
        self.setAccessibleName(self.tr("Plots of the versions"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self._slots = tuple(Slot(kind, self) for kind in PlotKind)
        self._save = SaveButton()
        # No higher than the lists to choose from: plots beside each other stand on one line.
        self._save.setMaximumHeight(self._slots[0].head.minimumSize().height() - GRID)
        self._slots[0].head.addWidget(self._save)
        self._outlet = Outlet(
            self._sheet, self._table, self._values, "shrinkscope-ladder-plots", self
        )
        self._outlet.noticed.connect(self.noticed)
        self._save.save_asked.connect(self._outlet.ask_and_save)
        self._save.copy_values_asked.connect(self._outlet.copy_values)
        self._save.copy_picture_asked.connect(self._outlet.copy_picture)
        for slot in self._slots:
            slot.kind_chosen.connect(lambda kind, slot=slot: self.show_plot(slot, kind))
            slot.options_chosen.connect(self.set_options)
            slot.board.picked.connect(self.picked)
            slot.board.opened.connect(self.opened)
            slot.board.copy_asked.connect(self._outlet.copy_values)
        self._arrange()

    # ---------------------------------------------------------------------------- what is shown

    def show_ladder(self, view: LadderView | None) -> None:
        """Show a ladder, complete or still being measured; None for none."""
        self._view = view
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
        for slot in self._slots:
            slot.board.mark(file)

    def set_options(self, options: Options) -> None:
        """Show another loss or measure."""
        self._has_chosen = True
        self._options = options
        self._show()

    def show_plot(self, slot: Slot, kind: PlotKind) -> None:
        """Show a plot in a slot; the one that has it now gets the slot's own."""
        for other in self._slots:
            if other is not slot and other.kind is kind:
                other.set_kind(slot.kind)
        slot.set_kind(kind)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All four, shown or not."""
        return self._slots

    @property
    def outlet(self) -> Outlet:
        """Saves and copies what is shown."""
        return self._outlet

    def _show(self) -> None:
        for slot in self._slots:
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

    def _table(self) -> str:
        return table(self._view)

    def _values(self) -> str:
        return values(self._view)

    # ---------------------------------------------------------------------------- room

    def _arrange(self) -> None:
        """As many plots as there is room for, in as many columns as fit."""
        columns = max(1, min(len(self._slots), self.width() // _COLUMN_PX))
        rows = max(1, min(-(-len(self._slots) // columns), self.height() // _ROW_PX))
        if (columns, rows) == self._shape:
            return
        self._shape = columns, rows
        for number, slot in enumerate(self._slots):
            self._grid.removeWidget(slot)
            slot.setVisible(number < columns * rows)
            if number < columns * rows:
                self._grid.addWidget(slot, *divmod(number, columns))
        for number in range(len(self._slots)):
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
