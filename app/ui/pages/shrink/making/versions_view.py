"""Shows the versions that can be made, the usual ones or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette, QResizeEvent

from app.ui.kit.theme import GRID, current_tokens, tabular
from app.ui.kit.views.columns import fitting, with_titles
from app.ui.kit.views.tables import FilteredTree, TreeRow
from app.ui.kit.words.offered import offer_words
from app.ui.pages.shrink.making.versions import VersionColumn, VersionRole, VersionsModel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

    from app.ui.kit.views.rows import Index

_NAME_SIGNS = 14
_SIGNS = {
    VersionColumn.GLOSS: 32,
    VersionColumn.SIZE: 11,
    VersionColumn.MEMORY: 11,
    VersionColumn.FIT: 14,
    VersionColumn.SPEED: 13,
    VersionColumn.TIME: 11,
    VersionColumn.MEANING: 30,
}
_HIDING = (
    VersionColumn.MEANING,
    VersionColumn.TIME,
    VersionColumn.GLOSS,
    VersionColumn.SPEED,
    VersionColumn.FIT,
    VersionColumn.MEMORY,
)
_DIM = (VersionColumn.GLOSS, VersionColumn.FIT, VersionColumn.TIME, VersionColumn.MEANING)
_SHOWN_ROWS = 8


class _Row(TreeRow):
    """What explains is dim, what does not fit has the colour of failures."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tokens, column = current_tokens(), index.column()
        if column == VersionColumn.FIT and index.data(VersionRole.DOUBT):
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.failed))
        elif column in _DIM:
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.dim))
        option.textElideMode = Qt.TextElideMode.ElideRight


class VersionsView(FilteredTree):
    """A row a version with its box."""

    def __init__(self, model: VersionsModel, parent: QWidget | None = None) -> None:
        super().__init__(model, VersionRole.GROUP, _Row(), parent)
        self.setAccessibleName(self.tr("Versions that can be made"))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFont(tabular(self.font()))
        words: dict[int, str] = {
            VersionColumn.NAME: "version",
            VersionColumn.MEMORY: "memory",
            VersionColumn.SPEED: "speed",
        }
        offer_words(self.header(), words)
        self.show_all(False)

    def show_all(self, all_: bool) -> None:
        """Show every version, or those that most people choose from."""
        self.proxy.setFilterFixedString("" if all_ else "common")

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        sign = self.fontMetrics()
        return QSize(sign.averageCharWidth() * 90, (sign.height() + GRID + GRID // 2) * _SHOWN_ROWS)

    def minimumSizeHint(self) -> QSize:
        sign = self.fontMetrics()
        return QSize(sign.averageCharWidth() * 30, (sign.height() + GRID + GRID // 2) * 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.ticks(event, VersionColumn.NAME):
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
        wide = (VersionColumn.MEANING, VersionColumn.GLOSS)
        widest = next((column for column in wide if column not in hidden), None)
        name = max(sign * 12, rest if widest is None else min(rest, sign * 24))
        self.setColumnWidth(VersionColumn.NAME, name)
        if widest is not None:
            self.setColumnWidth(widest, widths[widest] + rest - name)
