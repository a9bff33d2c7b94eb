"""Paints one found repository: its name, how often it is used, and what it is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.ui.kit.icons import Tone, pixmap
from app.ui.kit.theme import GRID, small_font, tabular
from app.ui.kit.views.tables import paint_ground
from app.ui.kit.words.format import parameters
from app.ui.pages.models.search.model import FoundRole, Index

_ICON_PX = 12


class FoundRowDelegate(QStyledItemDelegate):
    """Two lines: the name; below it the facts, dimmed, and how often it is used."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, ink, faint = paint_ground(painter, option)
        line = option.fontMetrics.height() + 2
        inner = option.rect.adjusted(GRID, 0, -GRID, 0)
        top = inner.top() + (inner.height() - 2 * line) // 2
        first = QRect(inner.left(), top, inner.width(), line)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(ink)
        shown = option.fontMetrics.elidedText(name, Qt.TextElideMode.ElideMiddle, first.width())
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, shown)
        second = first.translated(0, line)
        right = self._paint_counts(painter, option, second, index, faint)
        small = small_font(option.font)
        painter.setFont(small)
        painter.setPen(faint)
        room = second.adjusted(0, 0, right - second.right() - GRID // 2, 0)
        facts = QFontMetrics(small).elidedText(
            str(index.data(FoundRole.FACTS)), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, facts)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, option.fontMetrics.height() * 2 + GRID * 2)

    @staticmethod
    def _paint_counts(
        painter: QPainter, option: QStyleOptionViewItem, box: QRect, index: Index, ink: QColor
    ) -> int:
        """Paint from the right end; returns where they begin."""
        small = tabular(small_font(option.font))
        metrics = QFontMetrics(small)
        painter.setFont(small)
        painter.setPen(ink)
        right = box.right()
        ratio = painter.device().devicePixelRatioF()
        for role, icon_name in ((FoundRole.LIKES, "star"), (FoundRole.DOWNLOADS, "download")):
            amount = index.data(role)
            if amount is None:
                continue
            quantity = parameters(int(amount))
            text = f"{quantity.value}{quantity.unit}"
            width = metrics.horizontalAdvance(text)
            painter.drawText(
                QRect(right - width, box.top(), width + 1, box.height()),
                Qt.AlignmentFlag.AlignVCenter,
                text,
            )
            right -= width + _ICON_PX + 3
            top = box.top() + (box.height() - _ICON_PX) // 2
            painter.drawPixmap(right, top, pixmap(icon_name, _ICON_PX, Tone.DIM, ratio))
            right -= GRID
        return right
