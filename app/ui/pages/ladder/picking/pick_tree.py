"""Shows the model files that a ladder can be made of, with their boxes; families as headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from app.ui.kit.columns import fitting, with_titles
from app.ui.kit.theme import GRID, tabular
from app.ui.pages.ladder.picking.pick_model import PickColumn, PickRole

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QResizeEvent

    from app.ui.pages.ladder.picking.pick_model import Index, PickModel

_NAME_SIGNS = 24
_INSET_PX = 5


class _Row(QStyledItemDelegate):
    """Families strong, with room above them."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if index.data(PickRole.FAMILY):
            font = option.font
            font.setBold(True)
            option.font = font
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() != PickColumn.NAME:
            # Its text begins and ends below its header's.
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, option.palette.brush(QPalette.ColorRole.Highlight))
            option.rect.adjust(_INSET_PX, 0, -_INSET_PX, 0)
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), option.fontMetrics.height() + GRID + GRID // 2)


class PickTree(QTreeView):
    """The files with their boxes; families as headings."""

    def __init__(self, model: PickModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Models to measure"))
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(model)
        self.proxy.setFilterRole(PickRole.WORDS)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.proxy)
        self.setItemDelegate(_Row(self))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFont(tabular(self.font()))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
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
