"""Shows the ways that there are to one need of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt

from app.ui.kit.theme import GRID, tabular
from app.ui.kit.views.columns import fitting, with_titles
from app.ui.kit.views.tables import FilteredTree, TreeRow
from app.ui.pages.shrink.ways.plan_model import WayColumn, WaysModel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent
    from PySide6.QtWidgets import QWidget

_SIGNS = {
    WayColumn.HOW: 40,
    WayColumn.SIZE: 11,
    WayColumn.MEMORY: 11,
    WayColumn.TIME: 16,
}
_HIDING = (WayColumn.TIME, WayColumn.SIZE)
_NAME_SIGNS = 22
_SHOWN_ROWS = 8


class WaysView(FilteredTree):
    """A row a way with its box and its mark."""

    def __init__(self, model: WaysModel, parent: QWidget | None = None) -> None:
        super().__init__(model, Qt.ItemDataRole.DisplayRole, TreeRow(), parent)
        self.setAccessibleName(self.tr("Ways to the same memory"))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFont(tabular(self.font()))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        sign = self.fontMetrics()
        return QSize(sign.averageCharWidth() * 80, (sign.height() + GRID + GRID // 2) * _SHOWN_ROWS)

    def minimumSizeHint(self) -> QSize:
        sign = self.fontMetrics()
        return QSize(sign.averageCharWidth() * 30, (sign.height() + GRID + GRID // 2) * 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.ticks(event, WayColumn.WAY):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        sign = self.fontMetrics().averageCharWidth()
        figures = {column: sign * count for column, count in _SIGNS.items()}
        widths = with_titles(self.header(), figures)
        hidden, rest = fitting(self.viewport().width(), widths, _HIDING, sign * _NAME_SIGNS)
        for column, width in widths.items():
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, width)
        name = sign * (_NAME_SIGNS + 4)
        self.setColumnWidth(WayColumn.WAY, name)
        self.setColumnWidth(WayColumn.HOW, max(sign * 12, widths[WayColumn.HOW] + rest - name))
