"""Shows the model files of a repository: two lines a row, figures aligned, verdicts marked."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.core.memory.fit import Verdict
from app.core.words.sentence import say
from app.ui.kit.icons import Tone, pixmap
from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.kit.views.columns import fitting, with_titles
from app.ui.kit.views.tables import dress_table, paint_ground
from app.ui.kit.words.format import speed
from app.ui.kit.words.offered import offer_words
from app.ui.kit.words.sentences import told
from app.ui.pages.models.repository.files.model import FileRole, FilesModel, Index, MemoryBar
from app.ui.pages.models.repository.files.words import WORDS, FileColumn
from app.ui.pages.models.repository.predictions import Prediction, PredictionState
from app.ui.pages.models.words import VERDICT_MARKS

_ICON_PX = 14
_BOX_PX = 15
_BOX_ROOM_PX = GRID * 3

_LEVEL_SIGNS = 20
_LEVEL_SHARE = 0.66
_BAR_PX = 4
# Figures as wide as they come: digits are wider than the average letter of most fonts.
_WIDEST: dict[int, str] = {FileColumn.SIZE: "999.9 GB", FileColumn.MEMORY: "999.9 GB 999"}
_HIDING = (FileColumn.SIZE, FileColumn.SPEED)


class FileCellDelegate(QStyledItemDelegate):
    """Paints one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        text, ink, faint = paint_ground(painter, option)
        box = option.rect.adjusted(GRID, 0, -GRID, 0)  # as the style sheet has it for headers
        if index.column() == FileColumn.LEVEL:
            box.setLeft(option.rect.left() + GRID // 2 + _BOX_ROOM_PX)
        if _is_out(index) and not option.state & QStyle.StateFlag.State_Selected:
            ink = faint
        painter.save()
        if index.column() == FileColumn.LEVEL:
            _paint_box(painter, option.rect, index.data(Qt.ItemDataRole.CheckStateRole))
        mark = _mark(index)
        if mark is not None:
            ratio = painter.device().devicePixelRatioF()
            top = box.center().y() - option.fontMetrics.height() // 2 - _ICON_PX // 2
            picture = pixmap(mark[0], _ICON_PX, mark[1], ratio)
            painter.drawPixmap(box.left(), top, picture)
            box.setLeft(box.left() + _ICON_PX + GRID // 2)
        second = str(index.data(FileRole.SECOND_LINE) or "")
        bar: MemoryBar | None = index.data(FileRole.BAR)
        line = option.fontMetrics.height()
        if bar is not None:
            first = QRect(box.left(), box.center().y() - line, box.width(), line)
            top = box.center().y() + line // 2 - _BAR_PX // 2
            _paint_bar(painter, QRect(box.left(), top, box.width(), _BAR_PX), bar)
        elif second:
            first = QRect(box.left(), box.center().y() - line, box.width(), line)
            small = small_font(option.font)
            painter.setFont(small)
            painter.setPen(faint)
            if index.data(FileRole.RECOMMENDED) and index.column() == FileColumn.LEVEL:
                painter.setPen(ink if ink == faint else QColor(current_tokens().accent))
            shown = QFontMetrics(small).elidedText(second, Qt.TextElideMode.ElideRight, box.width())
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

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if index.column() != FileColumn.LEVEL or not isinstance(event, QMouseEvent):
            return False
        room = option.rect.adjusted(0, 0, _BOX_ROOM_PX + GRID - option.rect.width(), 0)
        if not room.contains(event.position().toPoint()):
            return False
        if event.type() == QEvent.Type.MouseButtonRelease:
            checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            state = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)
        # The second press of two quick clicks on the box must not count as a double click.
        return event.type() == QEvent.Type.MouseButtonDblClick


class FilesTable(QTableView):
    """Sorts by a click on a header; Space checks the current row."""

    def __init__(self, model: FilesModel) -> None:
        super().__init__()
        self.files = model
        self.setAccessibleName(self.tr("Model files"))
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(model)
        self.proxy.setSortRole(FileRole.SORT)
        self.setModel(self.proxy)
        self.setItemDelegate(FileCellDelegate(self))
        dress_table(self, self.fontMetrics().height() * 2 + GRID + GRID // 2)
        self.doubleClicked.connect(self._toggle)
        offer_words(self.horizontalHeader(), WORDS)
        self._share_widths()

    def names(self) -> list[str]:
        """The files' names in the order that is shown."""
        rows = range(self.proxy.rowCount())
        return [self.proxy.index(row, 0).data(FileRole.FILE).name for row in rows]

    def row_of(self, name: str) -> QModelIndex:
        """Where a file is shown; invalid where it is not."""
        return self.proxy.mapFromSource(self.files.index(self.files.row_of(name), 0))

    def _toggle(self, index: QModelIndex) -> None:
        file = index.data(FileRole.FILE)
        if file is not None:
            state = index.siblingAtColumn(FileColumn.LEVEL).data(Qt.ItemDataRole.CheckStateRole)
            self.files.check(file.name, on=state != Qt.CheckState.Checked)

    def _share_widths(self) -> None:
        """Figures get what they need, level and verdict share what is left.

        Where that is too little the less telling columns hide; what they say is in the tool tips.
        """
        metrics = self.fontMetrics()
        sign = metrics.averageCharWidth()
        widest = {**_WIDEST, FileColumn.SPEED: str(speed(99.9))}
        fixed = with_titles(
            self.horizontalHeader(),
            {
                column: metrics.horizontalAdvance(figure) + 3 * GRID
                for column, figure in widest.items()
            },
        )
        words = (told(say("models.does_not_fit")), told(say("models.from_disk")))
        verdict = max(map(metrics.horizontalAdvance, words)) + _ICON_PX + 3 * GRID
        least = sign * _LEVEL_SIGNS + verdict
        hidden, rest = fitting(self.viewport().width(), fixed, _HIDING, least)
        for column in FileColumn:
            self.setColumnHidden(column, column in hidden)
        rest = max(least, rest)
        level = min(rest - verdict, round(rest * _LEVEL_SHARE))
        widths = {**fixed, FileColumn.LEVEL: level, FileColumn.VERDICT: rest - level}
        for column, width in widths.items():
            self.setColumnWidth(column, width)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex())
            return
        super().keyPressEvent(event)


def _paint_box(painter: QPainter, cell: QRect, state: Qt.CheckState) -> None:
    """A check box as the style sheet draws it."""
    tokens = current_tokens()
    top = cell.center().y() - _BOX_PX // 2
    box = QRect(cell.left() + GRID, top, _BOX_PX, _BOX_PX)
    checked = state == Qt.CheckState.Checked
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(tokens.accent if checked else tokens.edge))
    painter.setBrush(QColor(tokens.accent if checked else tokens.surface))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if checked:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(box.topLeft(), pixmap("check", _BOX_PX, Tone.ON_ACCENT, ratio))
    painter.restore()


def _paint_bar(painter: QPainter, room: QRect, bar: MemoryBar) -> None:
    """This PC's memory: what the version needs of it, and a mark where what is free ends."""
    tokens = current_tokens()
    colour = getattr(tokens, VERDICT_MARKS[bar.verdict][1].value)
    whole = QRectF(room)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.line))
    painter.drawRoundedRect(whole, _BAR_PX / 2, _BAR_PX / 2)
    needed = QRectF(whole)
    needed.setWidth(max(_BAR_PX, whole.width() * bar.needed))
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(needed, _BAR_PX / 2, _BAR_PX / 2)
    if bar.free < 1:
        free = whole.left() + whole.width() * bar.free
        painter.fillRect(QRectF(free - 1, whole.top() - 2, 2, _BAR_PX + 4), QColor(tokens.dim))
    painter.restore()


def _is_out(index: Index) -> bool:
    """Whether a version does not fit."""
    fit = index.data(FileRole.PREDICTION).fit
    return fit is not None and fit.judgement.verdict is Verdict.NO


def _mark(index: Index) -> tuple[str, Tone] | None:
    if index.column() == FileColumn.LEVEL:
        return ("crown", Tone.ACCENT) if index.data(FileRole.RECOMMENDED) else None
    if index.column() != FileColumn.VERDICT:
        return None
    prediction: Prediction = index.data(FileRole.PREDICTION)
    if prediction.fit is not None:
        return VERDICT_MARKS[prediction.fit.judgement.verdict]
    return ("warning", Tone.DIM) if prediction.state is PredictionState.FAILED else None


def _is_known(index: Index) -> bool:
    if index.column() < FileColumn.MEMORY:
        return True
    prediction: Prediction = index.data(FileRole.PREDICTION)
    return prediction.fit is not None
