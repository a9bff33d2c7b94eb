"""The small box beside the crosshair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.kit.theme import GRID, current_tokens, small_font, tabular

if TYPE_CHECKING:
    from app.ui.kit.words.format import Quantity
    from app.ui.plots.words import Readout, ReadoutRow

_DOT_PX = 8.0
_LABEL_PX = 22 * GRID
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ReadoutBox(QWidget):
    """Shows a `Readout` as a table: letter, level and values, units dimmed. Takes no input.

    Attributes:
        readout: What is shown.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.readout: Readout | None = None
        self._widths: list[float] = []
        self._label_width = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_readout(self, readout: Readout) -> None:
        """Show other values; the box takes the size that they need, and does not shrink."""
        if readout == self.readout:
            return
        before = self.readout
        same_shape = before is not None and before.columns == readout.columns
        self.readout = readout
        self._measure(keep=same_shape)
        self.resize(self.sizeHint())
        self.setAccessibleName(readout.as_sentences())
        self.update()

    def forget(self) -> None:
        """Hide, and take the least size again next time."""
        self.readout = None
        self.hide()

    # ---------------------------------------------------------------------------- Qt's own names

    def sizeHint(self) -> QSize:
        readout = self.readout
        if readout is None:
            return QSize(0, 0)
        notes = max((self._advance(note) for note in readout.notes), default=0.0)
        table = self._label_width + sum(width + 2 * GRID for width in self._widths)
        lines = len(readout.rows) + len(readout.notes) + 1
        height = lines * self._row_height() + (3 if readout.notes else 2) * GRID
        return QSize(round(max(notes, table) + 2 * GRID), round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        readout = self.readout
        if readout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        painter.setPen(QPen(QColor(current_tokens().line), 1.0))
        painter.setBrush(QColor(current_tokens().surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0)
        height = self._row_height()
        top = float(GRID)
        self._paint_head(painter, readout, QRectF(GRID, top, self.width() - 2 * GRID, height))
        for row in readout.rows:
            top += height
            self._paint_row(painter, row, top, height)
        top += height + GRID
        painter.setPen(QColor(current_tokens().dim))
        for note in readout.notes:
            painter.drawText(QRectF(GRID, top, self.width() - 2 * GRID, height), _LEFT, note)
            top += height

    def _paint_head(self, painter: QPainter, readout: Readout, box: QRectF) -> None:
        painter.setPen(QColor(current_tokens().text))
        painter.drawText(box, _LEFT, readout.title)
        painter.setPen(QColor(current_tokens().dim))
        right = box.right()
        for column, width in reversed(list(zip(readout.columns, self._widths, strict=True))):
            painter.drawText(QRectF(right - width, box.top(), width, box.height()), _RIGHT, column)
            right -= width + 2 * GRID

    def _paint_row(self, painter: QPainter, row: ReadoutRow, top: float, height: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(row.colour))
        middle = top + height / 2
        painter.drawEllipse(QPointF(GRID + _DOT_PX / 2, middle), _DOT_PX / 2, _DOT_PX / 2)
        left = GRID + _DOT_PX + GRID
        painter.setPen(QColor(current_tokens().text))
        painter.drawText(QRectF(left, top, 2 * GRID, height), _LEFT, row.letter)
        label = QFontMetricsF(painter.font()).elidedText(
            row.label, Qt.TextElideMode.ElideMiddle, _LABEL_PX
        )
        painter.drawText(QRectF(left + 2 * GRID, top, _LABEL_PX, height), _LEFT, label)
        right = float(self.width() - GRID)
        for value, width in reversed(list(zip(row.values, self._widths, strict=True))):
            self._paint_value(painter, value, QRectF(right - width, top, width, height))
            right -= width + 2 * GRID

    def _paint_value(self, painter: QPainter, value: Quantity, box: QRectF) -> None:
        if value.unit:
            painter.setPen(QColor(current_tokens().dim))
            painter.drawText(box, _RIGHT, value.unit)
            box = box.adjusted(0.0, 0.0, -self._advance(value.unit) - GRID / 2, 0.0)
        painter.setPen(QColor(current_tokens().text))
        painter.drawText(box, _RIGHT, value.value)

    # ---------------------------------------------------------------------------- sizes

    def _measure(self, *, keep: bool) -> None:
        readout = self.readout
        if readout is None:
            return
        widths = [self._advance(column) for column in readout.columns]
        for row in readout.rows:
            for index, value in enumerate(row.values):
                unit = self._advance(value.unit) + GRID / 2 if value.unit else 0.0
                widths[index] = max(widths[index], self._advance(value.value) + unit)
        if keep:
            widths = [max(pair) for pair in zip(widths, self._widths, strict=True)]
        self._widths = widths
        labels = max((self._advance(row.label) for row in readout.rows), default=0.0)
        start = _DOT_PX + GRID + 2 * GRID
        self._label_width = max(start + min(labels, _LABEL_PX), self._advance(readout.title))

    def _font(self) -> QFont:
        return tabular(small_font(self.font()))

    def _advance(self, text: str) -> float:
        return QFontMetricsF(self._font()).horizontalAdvance(text) + 1.0

    def _row_height(self) -> float:
        return QFontMetricsF(self._font()).height() + 3.0
