"""How large a matrix's weights are, as a small picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.shrink.inside.inspection import HISTOGRAM_END
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets.labels import set_small
from app.ui.kit.words.format import number

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT_PX = 9 * GRID


class Histogram(QWidget):
    """Bars of amounts, in units of the root of the mean square; square roots, so that few show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: Sequence[int] = ()
        set_small(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Sizes of the weights"))

    def show_bins(self, bins: Sequence[int]) -> None:
        """Show so many weights in each bin; none for nothing."""
        self._bins = bins
        self.setVisible(bool(bins))
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, _HEIGHT_PX + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bins:
            return
        painter, tokens = QPainter(self), current_tokens()
        width, most = self.width() / len(self._bins), max(self._bins) ** 0.5 or 1.0
        for place, amount in enumerate(self._bins):
            height = amount**0.5 / most * _HEIGHT_PX
            box = QRectF(place * width, _HEIGHT_PX - height, max(1.0, width - 1), height)
            painter.fillRect(box, QColor(tokens.accent))
        painter.setPen(QColor(tokens.dim))
        below = QRectF(0, _HEIGHT_PX, self.width(), self.fontMetrics().height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(0))
        end = self.tr("{n} times the usual amount").format(n=number(HISTOGRAM_END))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, end)
