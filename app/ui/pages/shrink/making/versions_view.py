"""Shows the versions that can be made, the usual ones or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette

from app.ui.kit.theme import current_tokens
from app.ui.kit.views.tables import FlatTree, TreeRow
from app.ui.kit.words.offered import offer_words
from app.ui.pages.shrink.making.versions import VersionColumn, VersionRole, VersionsModel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

    from app.ui.kit.views.rows import Index

_SIGNS: dict[int, int] = {
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


class VersionsView(FlatTree):
    """A row a version with its box."""

    signs, hiding, least_signs = _SIGNS, _HIDING, 14

    def __init__(self, model: VersionsModel, parent: QWidget | None = None) -> None:
        super().__init__(model, VersionRole.GROUP, _Row(), parent)
        self.setAccessibleName(self.tr("Versions that can be made"))
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

    def share(self, sign_px: int, rest_px: int) -> None:
        wide = (VersionColumn.MEANING, VersionColumn.GLOSS)
        widest = next((column for column in wide if not self.isColumnHidden(column)), None)
        name = max(sign_px * 12, rest_px if widest is None else min(rest_px, sign_px * 24))
        self.setColumnWidth(VersionColumn.NAME, name)
        if widest is not None:
            self.setColumnWidth(widest, self.columnWidth(widest) + rest_px - name)

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return self.rows_high(90, _SHOWN_ROWS)

    def minimumSizeHint(self) -> QSize:
        return self.rows_high(30, 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.ticks(event, VersionColumn.NAME):
            super().keyPressEvent(event)
