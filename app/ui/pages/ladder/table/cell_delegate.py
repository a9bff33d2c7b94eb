"""Paints the cells of a ladder: letter and mark, the figure, its uncertainty dimmed below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.verdict import State
from app.ui.kit.icons import Tone, pixmap
from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.kit.views.tables import paint_ground
from app.ui.kit.widgets.status_dot import paint_letter
from app.ui.pages.ladder.table.columns import NAME, STATE
from app.ui.pages.ladder.table.model import LadderRole

if TYPE_CHECKING:
    from app.ui.pages.ladder.table.model import Index

_LETTER_PX = 22
_ICON_PX = 14
_MOST_CELL_PX = GRID * 30
_MARKS: dict[object, tuple[str, Tone]] = {
    State.AS_GOOD: ("check", Tone.READY),
    State.LOSES: ("minus", Tone.FAILED),
    State.CANNOT_TELL: ("help", Tone.WORKING),
    "failed": ("error", Tone.FAILED),
}


class LadderCellDelegate(QStyledItemDelegate):
    """Paints one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        text, ink, faint = paint_ground(painter, option)
        box = option.rect.adjusted(GRID, 0, -GRID, 0)  # as the style sheet has it for headers
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        letter = index.data(LadderRole.LETTER)
        if letter:
            top = box.center().y() - _LETTER_PX / 2
            paint_letter(
                painter, QRectF(box.left(), top, _LETTER_PX, _LETTER_PX), letter, current_tokens()
            )
            box.setLeft(box.left() + _LETTER_PX + GRID)
        second = str(index.data(LadderRole.SECOND_LINE) or "")
        line = option.fontMetrics.height()
        first = QRect(box)
        if second:
            first = QRect(box.left(), box.center().y() - line, box.width(), line)
            lower = QRect(box.left(), box.center().y() + 1, box.width(), line)
            small = tabular(small_font(option.font))
            painter.setFont(small)
            painter.setPen(faint)
            shown = QFontMetrics(small).elidedText(
                second, Qt.TextElideMode.ElideRight, lower.width()
            )
            painter.drawText(lower, int(option.displayAlignment), shown)
        mark = _mark(index)
        if mark is not None:
            ratio = painter.device().devicePixelRatioF()
            picture = pixmap(mark[0], _ICON_PX, mark[1], ratio)
            left = first.left()
            painter.drawPixmap(left, first.center().y() - _ICON_PX // 2, picture)
            first.setLeft(left + _ICON_PX + GRID // 2)
        font = tabular(option.font)
        font.setBold(bool(index.data(LadderRole.CHOSEN)))
        painter.setFont(font)
        painter.setPen(ink if index.data(LadderRole.SORT) is not None else faint)
        mode = Qt.TextElideMode.ElideMiddle if letter else Qt.TextElideMode.ElideRight
        shown = QFontMetrics(font).elidedText(text, mode, first.width())
        painter.drawText(first, int(option.displayAlignment), shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        self.initStyleOption(option, index)
        bold = tabular(option.font)
        bold.setBold(bool(index.data(LadderRole.CHOSEN)))
        small = QFontMetrics(tabular(small_font(option.font)))
        second = str(index.data(LadderRole.SECOND_LINE) or "")
        width = QFontMetrics(bold).horizontalAdvance(option.text)
        if _mark(index) is not None:
            width += _ICON_PX + GRID // 2
        width = max(width, small.horizontalAdvance(second))
        if index.data(LadderRole.LETTER):
            width += _LETTER_PX + GRID
        return QSize(min(width + GRID * 2 + 4, _MOST_CELL_PX), row_height(option.fontMetrics))


def row_height(metrics: QFontMetrics) -> int:
    """Of two lines and the room around them."""
    return metrics.height() * 2 + GRID


def _mark(index: Index) -> tuple[str, Tone] | None:
    if index.column() == NAME:
        return ("crown", Tone.ACCENT) if index.data(LadderRole.CHOSEN) else None
    if index.column() == STATE:
        return _MARKS.get(index.data(LadderRole.STATE))
    return None
