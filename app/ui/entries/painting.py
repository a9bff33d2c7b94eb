"""How a row of a list of chats or entries is painted: two lines, a mark, words that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.history.entry import MARKS
from app.core.text.clean import clean_line
from app.ui.kit.icons import Tone, icon
from app.ui.kit.theme import GRID, small_font
from app.ui.kit.views.tables import paint_ground

if TYPE_CHECKING:
    from app.ui.kit.views.rows import Index

_MARK_PX = 12


class TwoLines(QStyledItemDelegate):
    """A title, and below it in small letters whatever ``second_line`` says of a row."""

    def second_line(self, index: Index) -> str:
        """What stands below the title; words between ``MARKS`` are strong."""
        raise NotImplementedError

    def is_pinned(self, index: Index) -> bool:
        """Whether a row has a star."""
        raise NotImplementedError

    def icon_name(self, index: Index) -> str:
        """What stands before the title; empty for nothing."""
        del index
        return ""

    # Qt's own names from here on.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        title, ink, faint = paint_ground(painter, option)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        box = self.title_box(option)
        if name := self.icon_name(index):
            tone = Tone.TEXT if selected else Tone.DIM
            side = option.fontMetrics.ascent()
            top = box.top() + (box.height() - side) // 2
            icon(name, tone).paint(painter, QRect(box.left(), top, side, side))
            box.setLeft(box.left() + side + GRID // 2)
        room = QRect(box)
        if self.is_pinned(index):
            top = box.top() + (box.height() - _MARK_PX) // 2
            star = QRect(box.right() - _MARK_PX, top, _MARK_PX, _MARK_PX)
            icon("star-filled", Tone.ACCENT if not selected else Tone.TEXT).paint(painter, star)
            room.setRight(star.left() - GRID // 2)
        painter.setPen(ink)
        painter.setFont(option.font)
        shown = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        below = self.title_box(option)
        below.translate(0, below.height())
        _paint_marked(
            painter, below, self.second_line(index), small_font(option.font), (ink, faint)
        )
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() * 2 + GRID + GRID // 2)

    @staticmethod
    def title_box(option: QStyleOptionViewItem) -> QRect:
        """Where the first line stands."""
        line = option.fontMetrics.height() + 1
        inner = option.rect.adjusted(GRID, 0, -GRID, 0)
        top = inner.top() + (inner.height() - 2 * line) // 2
        return QRect(inner.left(), top, inner.width(), line)


def _paint_marked(
    painter: QPainter,
    box: QRect,
    text: str,
    font: QFont,
    inks: tuple[QColor, QColor],
) -> None:
    """A line in which words that were found stand out, in whichever direction it is written."""
    parts = text.replace(MARKS[1], MARKS[0]).split(MARKS[0])
    plain = clean_line("".join(parts))
    shown = QFontMetrics(font).elidedText(plain, Qt.TextElideMode.ElideRight, box.width())
    layout = QTextLayout(shown, font)
    strong = QTextCharFormat()
    strong.setFontWeight(QFont.Weight.Bold)
    strong.setForeground(inks[0])
    ranges: list[QTextLayout.FormatRange] = []
    start = 0
    for place, part in enumerate(parts):
        length = _units(part)
        if place % 2 and start < len(shown):
            ranges.append(QTextLayout.FormatRange())
            ranges[-1].start, ranges[-1].length, ranges[-1].format = start, length, strong
        start += length
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1 << 20)
    layout.endLayout()
    painter.save()
    painter.setClipRect(box)
    painter.setPen(inks[1])
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - line.height()) / 2))
    painter.restore()


def _units(text: str) -> int:
    """How long Qt counts a text."""
    return len(text.encode("utf-16-le", "replace")) // 2
