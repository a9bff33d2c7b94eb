"""Paints the cells of a table: letter and mark, bar and figure, its uncertainty dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.candidates.candidate import COLOURS
from app.core.verdict import State
from app.ui.kit.icons import Tone, pixmap
from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.kit.tokens import mix
from app.ui.kit.views.tables import paint_ground
from app.ui.kit.widgets.status_dot import paint_letter
from app.ui.pages.ladder.table.columns import BARS, NAME, STATE
from app.ui.pages.ladder.table.model import Index, LadderRole

if TYPE_CHECKING:
    from app.ui.pages.ladder.table.cells import Cell

_LETTER_PX = 22
_ICON_PX = 14
_BAR_PX = GRID + 2
_LEAST_BAR_PX = GRID * 4
_MOST_BAR_PX = GRID * 18
_MOST_CELL_PX = GRID * 30
_MARKS: dict[object, tuple[str, Tone]] = {
    State.AS_GOOD: ("check", Tone.READY),
    State.LOSES: ("close", Tone.FAILED),
    State.CANNOT_TELL: ("help", Tone.WORKING),
    "failed": ("error", Tone.FAILED),
}


class LadderCellDelegate(QStyledItemDelegate):
    """Paints one cell: of one line where bars are shown, else of two.

    Attributes:
        plain: The five columns with bars are shown, a line a row.
        texts_px: Room of the figures of a column, so that they stand below each other.
        swings_px: Likewise of what they may be off; 0 where there is none.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plain = True
        self.texts_px: dict[int, int] = {}
        self.swings_px: dict[int, int] = {}

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
        font = tabular(option.font)
        font.setBold(bool(index.data(LadderRole.CHOSEN)))
        cell: Cell = index.data(LadderRole.CELL)
        strong = ink if cell.order is not None and not cell.dim else faint
        if self.plain and index.column() in BARS:
            self._paint_bar(painter, box, index, text, font, (strong, faint))
        else:
            self._paint_words(painter, box, index, text, font, (strong, faint))
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        box: QRect,
        index: Index,
        text: str,
        font: QFont,
        inks: tuple[QColor, QColor],
    ) -> None:
        strong, faint = inks
        second = str(index.data(LadderRole.SECOND_LINE) or "")
        small, side = tabular(small_font(font)), int(self._alignment(index))
        small.setBold(False)
        metrics, first = QFontMetrics(font), QRect(box)
        mark = _mark(index)
        if second and not self.plain:
            first = QRect(
                box.left(), box.center().y() - metrics.height(), box.width(), metrics.height()
            )
        if mark is not None:
            picture = pixmap(mark[0], _ICON_PX, mark[1], painter.device().devicePixelRatioF())
            painter.drawPixmap(first.left(), first.center().y() - _ICON_PX // 2, picture)
            first.setLeft(first.left() + _ICON_PX + GRID // 2)
        painter.setFont(font)
        painter.setPen(strong)
        mode = (
            Qt.TextElideMode.ElideMiddle if index.column() == NAME else Qt.TextElideMode.ElideRight
        )
        shown = metrics.elidedText(text, mode, first.width())
        painter.drawText(first, side, shown)
        if not second:
            return
        painter.setFont(small)
        painter.setPen(faint)
        if self.plain:
            rest = first.adjusted(metrics.horizontalAdvance(shown) + GRID, 0, 0, 0)
            if rest.width() < QFontMetrics(small).horizontalAdvance(second):
                return
        else:
            rest = QRect(box.left(), box.center().y() + 1, box.width(), metrics.height())
        said = QFontMetrics(small).elidedText(second, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, side, said)

    def _paint_bar(
        self,
        painter: QPainter,
        box: QRect,
        index: Index,
        text: str,
        font: QFont,
        inks: tuple[QColor, QColor],
    ) -> None:
        """Bar, figure, what it may be off; the bar gives way first, then the last."""
        column, (strong, faint) = index.column(), inks
        cell: Cell = index.data(LadderRole.CELL)
        text_px, swing_px = self.texts_px.get(column, 0), self.swings_px.get(column, 0)
        if box.width() < text_px + GRID + swing_px:
            swing_px = 0
        room = box.width() - text_px - swing_px - GRID - (GRID if swing_px else 0)
        bar_px = min(room, _MOST_BAR_PX) if room >= _LEAST_BAR_PX else 0
        left = box.left()
        share = index.data(LadderRole.SHARE)
        if bar_px:
            bar = QRectF(left, box.center().y() - _BAR_PX / 2 + 0.5, bar_px, _BAR_PX)
            tokens = current_tokens()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(tokens.surface, tokens.line, 0.6)))
            painter.drawRoundedRect(bar, 2, 2)
            if share:
                row_letter = index.sibling(index.row(), NAME).data(LadderRole.LETTER)
                colour = COLOURS.get(row_letter, tokens.dim)
                painter.setBrush(QColor(mix(tokens.surface, colour, 0.35 if cell.dim else 0.75)))
                bar.setWidth(max(2.0, bar_px * share))
                painter.drawRoundedRect(bar, 2, 2)
            left += bar_px + GRID
        painter.setFont(font)
        painter.setPen(strong)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        figure = QRect(left, box.top(), min(text_px, box.right() - left + 1), box.height())
        painter.drawText(figure, int(right), text)
        if swing_px and cell.swing:
            painter.setFont(tabular(small_font(font)))
            painter.setPen(faint)
            rest = QRect(figure.right() + GRID, box.top(), swing_px, box.height())
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), cell.swing)

    def _alignment(self, index: Index) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        self.initStyleOption(option, index)
        bold = tabular(option.font)
        bold.setBold(bool(index.data(LadderRole.CHOSEN)))
        small = QFontMetrics(tabular(small_font(option.font)))
        second = str(index.data(LadderRole.SECOND_LINE) or "")
        width = QFontMetrics(bold).horizontalAdvance(option.text)
        if _mark(index) is not None:
            width += _ICON_PX + GRID // 2
        if not self.plain:
            width = max(width, small.horizontalAdvance(second))
        if index.data(LadderRole.LETTER):
            width += _LETTER_PX + GRID
        height = row_height(option.fontMetrics, plain=self.plain)
        return QSize(min(width + GRID * 2 + 4, _MOST_CELL_PX), height)


def row_height(metrics: QFontMetrics, *, plain: bool) -> int:
    """Of one line or two, and the room around them."""
    return metrics.height() + GRID * 2 if plain else metrics.height() * 2 + GRID


def _mark(index: Index) -> tuple[str, Tone] | None:
    if index.column() == NAME:
        return ("crown", Tone.ACCENT) if index.data(LadderRole.CHOSEN) else None
    if index.column() == STATE:
        return _MARKS.get(index.data(LadderRole.STATE))
    return None
