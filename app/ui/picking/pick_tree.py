"""Shows what can be picked with its boxes; families as headings."""

from __future__ import annotations

import re

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QRegularExpression,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.views.tables import FlatTree, TreeRow
from app.ui.kit.words.offered import offer_words
from app.ui.picking.pick_model import Index, PickColumn, PickModel, PickRole

_INDENT_PX = GRID * 2
_SIGNS: dict[int, int] = {
    PickColumn.GLOSS: 32,
    PickColumn.SIZE: 11,
    PickColumn.MEMORY: 11,
    PickColumn.REMARK: 25,
}
_HIDING = (PickColumn.GLOSS, PickColumn.MEMORY, PickColumn.REMARK)


class _Row(TreeRow):
    """Families strong; what explains is dim, what does not fit has the colour of failures."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tokens, column = current_tokens(), index.column()
        if index.data(PickRole.FAMILY):
            font = option.font
            font.setBold(True)
            option.font = font
        elif column == PickColumn.REMARK and index.data(PickRole.DOUBT):
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.failed))
        elif column in (PickColumn.GLOSS, PickColumn.REMARK):
            option.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.dim))
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        if column == PickColumn.GLOSS:
            option.textElideMode = Qt.TextElideMode.ElideRight

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        below = _below_family(index)
        if below and option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.brush(QPalette.ColorRole.Highlight))
        if below:
            option.rect.adjust(_INDENT_PX, 0, 0, 0)
        super().paint(painter, option, index)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if _below_family(index):
            option.rect.adjust(_INDENT_PX, 0, 0, 0)  # where the box was painted
        return super().editorEvent(event, model, option, index)


def _below_family(index: Index) -> bool:
    return index.column() == PickColumn.NAME and not index.data(PickRole.FAMILY)


class PickTree(FlatTree):
    """The files with their boxes; families as headings.

    Signals:
        typed: Letters that belong into the field that filters.
        confirmed: Enter, on a row or a double click.
    """

    signs, hiding, least_signs = _SIGNS, _HIDING, 18
    typed = Signal(str)
    confirmed = Signal()

    def __init__(self, model: PickModel) -> None:
        super().__init__(model, PickRole.WORDS, _Row())
        self.setAccessibleName(self.tr("Models on this PC"))
        offer_words(self.header(), {PickColumn.NAME: "version", PickColumn.MEMORY: "memory"})
        for signal in (self.proxy.modelReset, self.proxy.layoutChanged, self.proxy.rowsInserted):
            signal.connect(self._span)
        self.proxy.rowsRemoved.connect(self._span)

    def filter_by(self, words: str) -> None:
        """Show what has all of these words in its names; the first file is the current row."""
        wanted = "".join(f"(?=.*{re.escape(word)})" for word in words.split())
        how = QRegularExpression.PatternOption.CaseInsensitiveOption
        self.proxy.setFilterRegularExpression(QRegularExpression(wanted, how))
        if words.strip():
            self.setCurrentIndex(self.first_file())

    def first_file(self) -> QModelIndex:
        """The first row that is no heading and can be chosen."""
        rows = map(self._at, range(self.proxy.rowCount()))
        able = Qt.ItemFlag.ItemIsEnabled
        return next(
            (row for row in rows if row.flags() & able and not row.data(PickRole.FAMILY)),
            QModelIndex(),
        )

    def step(self, rows: int) -> None:
        """Go up or down to the next row that can be chosen."""
        place = self.currentIndex().row() + rows
        while 0 <= place < self.proxy.rowCount():
            if self._at(place).flags() & Qt.ItemFlag.ItemIsEnabled:
                self.setCurrentIndex(self._at(place))
                return
            place += 1 if rows > 0 else -1

    def toggle_current(self) -> None:
        """Check the row that the keys are at, or leave it out."""
        self._toggle(self.currentIndex())

    def _at(self, row: int) -> QModelIndex:
        return self.proxy.index(row, PickColumn.NAME)

    def _span(self) -> None:
        """Let families take the whole line."""
        for row in range(self.proxy.rowCount()):
            self.setFirstColumnSpanned(
                row, QModelIndex(), bool(self._at(row).data(PickRole.FAMILY))
            )

    def _toggle(self, index: QModelIndex) -> None:
        box = index.siblingAtColumn(PickColumn.NAME)
        state = box.data(Qt.ItemDataRole.CheckStateRole)
        if state is not None and box.flags() & Qt.ItemFlag.ItemIsEnabled:
            off = Qt.CheckState(state) is Qt.CheckState.Unchecked
            wanted = Qt.CheckState.Checked if off else Qt.CheckState.Unchecked
            self.proxy.setData(box, wanted, Qt.ItemDataRole.CheckStateRole)

    def share(self, sign_px: int, rest_px: int) -> None:
        self.setColumnWidth(PickColumn.NAME, max(sign_px * 12, rest_px))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return self.rows_high(90, 10)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        elif event.key() == Qt.Key.Key_Space:
            self.toggle_current()
        elif event.text().isprintable() and event.text():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)
