"""How a row of a list of chats or entries is painted: two lines, a mark, words that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRect, QSize, Qt
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
_MOST_KNOWN = 500
_LINE = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class Lines(NamedTuple):
    """What a row shows.

    Attributes:
        title: The first line, as it may be shown.
        below: The second one, in small letters; words between ``MARKS`` are strong.
        pinned: Whether it has a star.
        icon: What stands before the title; empty for nothing.
    """

    title: str
    below: str
    pinned: bool = False
    icon: str = ""


class TwoLines(QStyledItemDelegate):
    """A title, and below it in small letters whatever ``lines`` says of a row.

    A list that comes is painted at once, row by row: a row asks its model for nothing that it does
    not show, and texts are shortened once for a width.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._title = _Font(QFont())
        self._below = _Font(small_font(QFont()))

    def lines(self, index: Index) -> Lines:
        """What a row shows."""
        raise NotImplementedError

    # Qt's own names from here on.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if self._title.font != option.font:
            self._title = _Font(option.font)
            self._below = _Font(small_font(option.font))
        lines = self.lines(index)
        _, ink, faint = paint_ground(painter, option)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        box = self.title_box(option)
        below = box.translated(0, box.height())
        if lines.icon:
            tone = Tone.TEXT if selected else Tone.DIM
            side = self._title.metrics.ascent()
            top = box.top() + (box.height() - side) // 2
            icon(lines.icon, tone).paint(painter, QRect(box.left(), top, side, side))
            box.setLeft(box.left() + side + GRID // 2)
        if lines.pinned:
            top = box.top() + (box.height() - _MARK_PX) // 2
            star = QRect(box.right() - _MARK_PX, top, _MARK_PX, _MARK_PX)
            icon("star-filled", Tone.ACCENT if not selected else Tone.TEXT).paint(painter, star)
            box.setRight(star.left() - GRID // 2)
        painter.setPen(ink)
        _paint_line(painter, box, lines.title, self._title)
        if MARKS[0] in lines.below:
            _paint_marked(painter, below, lines.below, self._below, (ink, faint))
        else:
            painter.setPen(faint)
            _paint_line(painter, below, lines.below, self._below)
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


class _Font:
    """A font with its measures, and texts as they are shortened for a width."""

    def __init__(self, font: QFont) -> None:
        self.font = QFont(font)
        self.metrics = QFontMetrics(self.font)
        self._shown: dict[tuple[str, int], str] = {}

    def shown(self, text: str, width: int) -> str:
        """As much of a text as there is room for."""
        known = self._shown.get((text, width))
        if known is None:
            if len(self._shown) >= _MOST_KNOWN:
                self._shown.clear()
            known = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            self._shown[text, width] = known
        return known


def _paint_line(painter: QPainter, box: QRect, text: str, font: _Font) -> None:
    painter.setFont(font.font)
    painter.drawText(box, _LINE, font.shown(text, box.width()))


def _paint_marked(
    painter: QPainter, box: QRect, text: str, font: _Font, inks: tuple[QColor, QColor]
) -> None:
    """A line in which words that were found stand out, in whichever direction it is written."""
    parts = text.replace(MARKS[1], MARKS[0]).split(MARKS[0])
    shown = font.shown(clean_line("".join(parts)), box.width())
    layout = QTextLayout(shown, font.font)
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
    painter.setClipRect(box)
    painter.setPen(inks[1])
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - line.height()) / 2))


def _units(text: str) -> int:
    """How long Qt counts a text."""
    return len(text.encode("utf-16-le", "replace")) // 2
