"""Shows the model files that a ladder can be made of, with their boxes; families as headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit.theme import tabular
from app.ui.kit.views.columns import fitting, with_titles
from app.ui.kit.views.tables import FilteredTree, TreeRow
from app.ui.pages.ladder.picking.pick_model import PickColumn, PickRole

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.ui.pages.ladder.picking.pick_model import Index, PickModel

_NAME_SIGNS = 24


class _Row(TreeRow):
    """Families strong, with room above them."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if index.data(PickRole.FAMILY):
            font = option.font
            font.setBold(True)
            option.font = font
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        option.state &= ~QStyle.StateFlag.State_HasFocus


class PickTree(FilteredTree):
    """The files with their boxes; families as headings."""

    def __init__(self, model: PickModel, parent: QWidget | None = None) -> None:
        super().__init__(model, PickRole.WORDS, _Row(), parent)
        self.setAccessibleName(self.tr("Models to measure"))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFont(tabular(self.font()))
        self.activated.connect(self._toggle)
        for signal in (self.proxy.modelReset, self.proxy.layoutChanged, self.proxy.rowsInserted):
            signal.connect(self._span)
        self.proxy.rowsRemoved.connect(self._span)

    def _span(self) -> None:
        """Let families take the whole line."""
        for row in range(self.proxy.rowCount()):
            heading = bool(self.proxy.index(row, 0).data(PickRole.FAMILY))
            self.setFirstColumnSpanned(row, QModelIndex(), heading)

    def _toggle(self, index: QModelIndex) -> None:
        box = index.siblingAtColumn(PickColumn.NAME)
        state = box.data(Qt.ItemDataRole.CheckStateRole)
        if state is not None:
            on = state in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
            other = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
            self.proxy.setData(box, other, Qt.ItemDataRole.CheckStateRole)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        sign = self.fontMetrics().averageCharWidth()
        figures = {
            PickColumn.LEVEL: sign * 11,
            PickColumn.BITS: sign * 8,
            PickColumn.SIZE: sign * 12,
        }
        widths = with_titles(self.header(), figures)
        least = sign * _NAME_SIGNS
        hidden, rest = fitting(self.viewport().width(), widths, (PickColumn.BITS,), least)
        for column, width in widths.items():
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, width)
        self.setColumnWidth(PickColumn.NAME, max(sign * 12, rest))
