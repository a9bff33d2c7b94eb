"""How tables and trees of models look and behave on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTreeView,
    QWidget,
)

from app.ui.kit.theme import GRID, current_tokens, tabular
from app.ui.kit.views.columns import fitting, with_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.ui.kit.views.rows import Index

_INSET_PX = 5


def dress_table(table: QTableView, row_px: int) -> None:
    """Rows of one height without a grid, one of which is chosen; a click on a title sorts."""
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setMinimumSectionSize(row_px)
    table.verticalHeader().setDefaultSectionSize(row_px)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSortIndicatorClearable(True)
    table.setSortingEnabled(True)
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> tuple[str, QColor, QColor]:
    """Paint a cell's ground and selection; its text with the colours of strong and faint words."""
    text, option.text = option.text, ""
    style = option.widget.style() if option.widget else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
    tokens = current_tokens()
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    ink = QColor(tokens.selection_text if selected else tokens.text)
    return text, ink, ink if selected else QColor(tokens.dim)


class TreeRow(QStyledItemDelegate):
    """A row of a tree: the texts of figures begin and end below their titles."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # A frame around one cell says nothing where whole rows are chosen.
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() > 0:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, option.palette.brush(QPalette.ColorRole.Highlight))
            option.rect.adjust(_INSET_PX, 0, -_INSET_PX, 0)
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), option.fontMetrics.height() + GRID + GRID // 2)


class FilteredTree(QTreeView):
    """Families and their files; shows those that have the words looked for.

    Args:
        source: The model behind it.
        words: The role of what is looked through.
        delegate: Paints its rows.
        parent: Its owner.
    """

    def __init__(
        self,
        source: QAbstractItemModel,
        words: int,
        delegate: TreeRow,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(source)
        self.proxy.setFilterRole(words)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.proxy)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def ticks(self, event: QKeyEvent, column: int) -> bool:
        """Whether a key was Space, which turns the current row's box in a column on or off."""
        box = self.currentIndex().siblingAtColumn(column)
        if event.key() != Qt.Key.Key_Space or not box.isValid():
            return False
        off = box.data(Qt.ItemDataRole.CheckStateRole) in (0, Qt.CheckState.Unchecked)
        wanted = Qt.CheckState.Checked if off else Qt.CheckState.Unchecked
        self.proxy.setData(box, wanted, Qt.ItemDataRole.CheckStateRole)
        return True


class FlatTree(FilteredTree):
    """Rows without families, or with headings in place of them; columns hide in narrow places.

    Attributes:
        signs: How many characters wide columns of figures and words are.
        hiding: Those of them that may hide, the least telling first.
        least_signs: What the other columns need together.
    """

    signs: Mapping[int, int]
    hiding: Sequence[int]
    least_signs: int

    def __init__(
        self,
        source: QAbstractItemModel,
        words: int,
        delegate: TreeRow,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, words, delegate, parent)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFont(tabular(self.font()))

    def share(self, sign_px: int, rest_px: int) -> None:
        """Give the other columns what is left.

        Args:
            sign_px: Width of a character.
            rest_px: What is left; less than nothing where the room is too narrow.
        """
        raise NotImplementedError

    def rows_high(self, signs: int, rows: int) -> QSize:
        """The size of so many characters and rows."""
        metrics = self.fontMetrics()
        return QSize(
            metrics.averageCharWidth() * signs, (metrics.height() + GRID + GRID // 2) * rows
        )

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        sign = self.fontMetrics().averageCharWidth()
        widths = with_titles(self.header(), {each: sign * n for each, n in self.signs.items()})
        least = sign * self.least_signs
        hidden, rest = fitting(self.viewport().width(), widths, self.hiding, least)
        for column, width in widths.items():
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, width)
        self.share(sign, rest)
