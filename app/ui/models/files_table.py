"""Shows the model files of a repository: two lines a row, figures aligned, verdicts marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.core.fit import Verdict
from app.ui.icons import Tone, pixmap
from app.ui.models.file_words import FileColumn
from app.ui.models.files_model import FileRole
from app.ui.models.predictions import Prediction, PredictionState
from app.ui.theme import GRID, current_tokens, small_font, tabular

if TYPE_CHECKING:
    from app.ui.models.files_model import FilesModel, Index

_ICON_PX = 14
_MARKS = {
    Verdict.FITS: ("check", Tone.READY),
    Verdict.TIGHT: ("warning", Tone.WORKING),
    Verdict.NO: ("error", Tone.FAILED),
}


class FileCellDelegate(QStyledItemDelegate):
    """Paints one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        option.state &= ~QStyle.StateFlag.State_HasFocus
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        tokens = current_tokens()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = QColor(tokens.selection_text if selected else tokens.text)
        faint = ink if selected else QColor(tokens.dim)
        box = option.rect.adjusted(GRID // 2, 0, -GRID // 2, 0)
        if index.column() == FileColumn.LEVEL:
            box.setLeft(box.left() + GRID * 3)
        painter.save()
        mark = _mark(index)
        if mark is not None:
            ratio = painter.device().devicePixelRatioF()
            top = box.center().y() - option.fontMetrics.height() // 2 - _ICON_PX // 2
            picture = pixmap(mark[0], _ICON_PX, mark[1], ratio)
            painter.drawPixmap(box.left(), top, picture)
            box.setLeft(box.left() + _ICON_PX + GRID // 2)
        second = str(index.data(FileRole.SECOND_LINE) or "")
        line = option.fontMetrics.height()
        if second:
            first = QRect(box.left(), box.center().y() - line, box.width(), line)
            small = small_font(option.font)
            painter.setFont(small)
            painter.setPen(faint)
            if index.data(FileRole.RECOMMENDED) and index.column() == FileColumn.LEVEL:
                painter.setPen(ink if selected else QColor(tokens.accent))
            shown = QFontMetrics(small).elidedText(
                second, Qt.TextElideMode.ElideMiddle, box.width()
            )
            lower = QRect(box.left(), box.center().y(), box.width(), line)
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, shown)
        else:
            first = box
        painter.setFont(tabular(option.font))
        known = text not in ("–", "") and _is_known(index)
        painter.setPen(ink if known else faint)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, first.width())
        painter.drawText(first, int(option.displayAlignment), shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        self.initStyleOption(option, index)
        metrics = option.fontMetrics
        width = metrics.horizontalAdvance(option.text) + GRID * 2
        if index.column() == FileColumn.LEVEL:
            width += GRID * 5
        return QSize(width, metrics.height() * 2 + GRID + GRID // 2)


class FilesTable(QTableView):
    """Sorts by a click on a header; Space checks the current row."""

    def __init__(self, model: FilesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files = model
        self.setAccessibleName(self.tr("Model files"))
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(model)
        self.proxy.setSortRole(FileRole.SORT)
        self.setModel(self.proxy)
        self.setItemDelegate(FileCellDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        row_height = self.fontMetrics().height() * 2 + GRID + GRID // 2
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.verticalHeader().setMinimumSectionSize(row_height)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(self._toggle)
        self._share_widths()

    def names(self) -> list[str]:
        """The files' names in the order that is shown."""
        rows = range(self.proxy.rowCount())
        return [self.proxy.index(row, 0).data(FileRole.FILE).name for row in rows]

    def _toggle(self, index: QModelIndex) -> None:
        file = index.data(FileRole.FILE)
        if file is not None:
            state = index.siblingAtColumn(FileColumn.LEVEL).data(Qt.ItemDataRole.CheckStateRole)
            self.files.check(file.name, on=state != Qt.CheckState.Checked)

    def _share_widths(self) -> None:
        """Figures get what they need, level and verdict share what is left."""
        sign = self.fontMetrics().averageCharWidth()
        fixed = {
            FileColumn.BITS: sign * 8,
            FileColumn.SIZE: sign * 12,
            FileColumn.MEMORY: sign * 12,
            FileColumn.SPEED: sign * 15,
        }
        rest = self.viewport().width() - sum(fixed.values())
        level = max(sign * 20, round(rest * 0.46))
        widths = {**fixed, FileColumn.LEVEL: level}
        widths[FileColumn.VERDICT] = max(sign * 22, rest - level)
        for column, width in widths.items():
            self.setColumnWidth(column, width)

    # Qt's own names from here on.

    def resizeEvent(self, event) -> None:  # noqa: ANN001
        super().resizeEvent(event)
        self._share_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex())
            return
        super().keyPressEvent(event)


def _mark(index: Index) -> tuple[str, Tone] | None:
    if index.column() == FileColumn.LEVEL:
        return ("star-filled", Tone.ACCENT) if index.data(FileRole.RECOMMENDED) else None
    if index.column() != FileColumn.VERDICT:
        return None
    prediction: Prediction = index.data(FileRole.PREDICTION)
    if prediction.figures is not None:
        return _MARKS[prediction.figures.judgement.verdict]
    return ("warning", Tone.DIM) if prediction.state is PredictionState.FAILED else None


def _is_known(index: Index) -> bool:
    if index.column() < FileColumn.MEMORY:
        return True
    prediction: Prediction = index.data(FileRole.PREDICTION)
    return prediction.state is PredictionState.KNOWN
