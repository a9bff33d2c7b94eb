"""The tree of what is on this PC: families unfolded, broken files marked, filtered by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit.icons import Tone, icon
from app.ui.kit.theme import GRID, current_tokens, tabular
from app.ui.kit.views.columns import fitting, with_titles
from app.ui.kit.views.tables import FilteredTree, TreeRow
from app.ui.kit.words.offered import offer_words
from app.ui.kit.words.sentences import told
from app.ui.pages.models.library.columns import WORDS, LibraryColumn
from app.ui.pages.models.library.model import Index, LibraryRole, LibraryTreeModel
from app.ui.pages.models.words import VERDICT_MARKS, VERDICTS, source_names

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel

_NAME_SIGNS = 28
_HIDING = (
    LibraryColumn.CONTEXT,
    LibraryColumn.PARAMETERS,
    LibraryColumn.SOURCE,
    LibraryColumn.SIZE,
    LibraryColumn.SPEED,
    LibraryColumn.MEMORY,
)


class _Row(TreeRow):
    """Families strong, broken files in the colour of failures and with a mark."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tokens = current_tokens()
        model = index.sibling(index.row(), 0).data(LibraryRole.MODEL)
        if model is None:
            font = option.font
            font.setBold(index.column() == LibraryColumn.NAME)
            option.font = font
            ink = tokens.text if index.column() == LibraryColumn.NAME else tokens.dim
            option.palette.setColor(QPalette.ColorRole.Text, QColor(ink))
        elif model.broken:
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.failed))
            if index.column() == LibraryColumn.NAME:
                option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
                option.icon = icon("error", Tone.FAILED)
                option.decorationSize = QSize(14, 14)
        elif model.is_older or index.column() == LibraryColumn.SOURCE:
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.dim))
        verdict = index.data(LibraryRole.VERDICT)
        if verdict is not None:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.icon = icon(*VERDICT_MARKS[verdict])
            option.decorationSize = QSize(14, 14)
        option.font = tabular(option.font)
        broken = model is not None and model.broken
        mode = Qt.TextElideMode.ElideRight if broken else Qt.TextElideMode.ElideMiddle
        option.textElideMode = mode


class LibraryTree(FilteredTree):
    """Chooses one file or several."""

    def __init__(self, model: LibraryTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(model, LibraryRole.WORDS, _Row(), parent)
        self.setAccessibleName(self.tr("Models on this PC"))
        self.proxy.setRecursiveFilteringEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setExpandsOnDoubleClick(True)
        self.proxy.rowsInserted.connect(self._on_rows_inserted)
        offer_words(self.header(), WORDS)
        self._share_widths()

    def chosen(self) -> list[LibraryModel]:
        """The selected model files, from top to bottom; those of a selected family if none is."""
        rows = self.selectionModel().selectedRows()
        models = [model for row in rows if (model := row.data(LibraryRole.MODEL)) is not None]
        if not models:
            for row in rows:
                family = row.data(LibraryRole.FAMILY)
                if family is not None:
                    models.extend(family.models)
        order = {model.path: place for place, model in enumerate(self.shown())}
        return sorted(models, key=lambda model: order.get(model.path, 0))

    def family_of(self, models: list[LibraryModel]) -> list[LibraryModel]:
        """All versions of what the first of these is one of."""
        wanted = models[0].path if models else None
        for row in range(self.proxy.rowCount()):
            family = self.proxy.index(row, 0).data(LibraryRole.FAMILY)
            if family is not None and any(each.path == wanted for each in family.models):
                return list(family.models)
        return []

    def shown(self) -> list[LibraryModel]:
        """All model files that pass the filter, from top to bottom."""
        found: list[LibraryModel] = []
        for row in range(self.proxy.rowCount()):
            family = self.proxy.index(row, 0)
            found.extend(
                self.proxy.index(child, 0, family).data(LibraryRole.MODEL)
                for child in range(self.proxy.rowCount(family))
            )
        return found

    def filter_by(self, words: str) -> None:
        """Show what has these words in its names."""
        self.proxy.setFilterFixedString(words.strip())

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            for row in range(first, last + 1):
                self.setExpanded(self.proxy.index(row, 0), True)

    def _share_widths(self) -> None:
        """Figures get what they need, the name gets what is left.

        Where that is too little the less telling columns hide; the facts beside have them all.
        """
        sign = self.fontMetrics().averageCharWidth()
        advance = self.fontMetrics().horizontalAdvance
        source = max(map(advance, source_names()))
        verdict = max(advance(told(said)) for said in VERDICTS.values())
        widths = {
            LibraryColumn.LEVEL: sign * 11,
            LibraryColumn.SIZE: sign * 10,
            LibraryColumn.MEMORY: sign * 10,
            LibraryColumn.SPEED: sign * 11,
            LibraryColumn.VERDICT: verdict + 14 + 3 * GRID,
            LibraryColumn.PARAMETERS: sign * 12,
            LibraryColumn.CONTEXT: sign * 9,
            LibraryColumn.SOURCE: source + 3 * GRID,
        }
        fixed = with_titles(self.header(), widths)
        hidden, rest = fitting(self.viewport().width(), fixed, _HIDING, sign * _NAME_SIGNS)
        for column in LibraryColumn:
            self.setColumnHidden(column, column in hidden)
        self.setColumnWidth(LibraryColumn.NAME, max(sign * 16, rest))
        for column, width in fixed.items():
            self.setColumnWidth(column, width)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_widths()
