"""One kind of figure of every candidate, as bars beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.candidates.candidate import COLOURS
from app.ui.kit.plain import set_spoken, show_tip
from app.ui.kit.theme import GRID, small_font, tabular
from app.ui.kit.tokens import candidate_edge, current_tokens

if TYPE_CHECKING:
    from app.ui.kit.words.format import Quantity

_GAP_PX = 6
_LEAST_BAR_PX = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One candidate's figure.

    Attributes:
        letter: Whose.
        quantity: The figure as text; empty where there is none.
        amount: The figure as a number, which the bar's length shows; None draws no bar.
        help: How it was taken.
        hollow: It is there, and does not count.
    """

    letter: str
    quantity: Quantity
    amount: float | None = None
    help: str = ""
    hollow: bool = False


class Bars(QWidget):
    """A line: its name, then for each candidate a letter, a bar and a figure.

    Attributes:
        beside: The lines that stand below each other, whose bars begin at one place.
        bars: What is shown.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.bars: list[Bar] = []
        self.beside: list[Bars] = [self]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_spoken(self, name)

    @property
    def name_px(self) -> int:
        """Room for the name, alike for all lines."""
        metrics = QFontMetricsF(self._font())
        shown = [bars.name for bars in self.beside if bars is self or not bars.isHidden()]
        widest = max(map(metrics.horizontalAdvance, shown))
        return round(widest) + 2 * GRID

    def _font(self) -> QFont:
        return tabular(small_font(self.font()))

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Show other figures; cheap where they are the same."""
        if list(bars) == self.bars:
            return
        self.bars = list(bars)
        told = ", ".join(f"{bar.letter} {bar.quantity}" for bar in bars if bar.quantity.value)
        set_spoken(self, self.name, told)
        self.update()

    def bar_at(self, x: float) -> Bar | None:
        """The candidate's figure at a place."""
        if not self.bars or x < self.name_px:
            return None
        return self.bars[min(len(self.bars) - 1, int((x - self.name_px) / self._share()))]

    def _share(self) -> float:
        return max(1.0, (self.width() - self.name_px) / max(1, len(self.bars)))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(GRID * 40, round(QFontMetricsF(self._font()).height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(GRID * 12, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self.bar_at(event.pos().x())
            if bar is not None and bar.help:
                show_tip(event.globalPos(), f"{bar.letter}: {bar.quantity}\n{bar.help}", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, name_px, height = self._font(), self.name_px, float(self.height())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens.dim))
        painter.drawText(QRectF(GRID, 0, name_px, height), centre, self.name)
        if not self.bars:
            return
        share = self._share()
        letter_px = metrics.horizontalAdvance("W") + 4
        figures_px = max(metrics.horizontalAdvance(str(bar.quantity)) for bar in self.bars) + 2
        room = max(0.0, share - letter_px - figures_px - 2 * _GAP_PX - GRID)
        most = max((bar.amount or 0.0 for bar in self.bars), default=0.0)
        for place, bar in enumerate(self.bars):
            x = name_px + place * share
            painter.setPen(QColor(tokens.dim))
            painter.drawText(QRectF(x, 0, letter_px, height), centre, bar.letter)
            x += letter_px + _GAP_PX / 2
            if bar.amount is not None and most > 0 and room > _LEAST_BAR_PX:
                length = max(_LEAST_BAR_PX, room * bar.amount / most)
                box = QRectF(x, height / 2 - 4.5, length, 9).adjusted(0.5, 0.5, -0.5, -0.5)
                edge = QColor(candidate_edge(bar.letter, tokens))
                painter.setPen(
                    QPen(edge, 1, Qt.PenStyle.DashLine if bar.hollow else Qt.PenStyle.SolidLine)
                )
                painter.setBrush(
                    Qt.BrushStyle.NoBrush if bar.hollow else QColor(COLOURS[bar.letter])
                )
                painter.drawRoundedRect(box, 2, 2)
                x += length + _GAP_PX
            self._paint_figure(painter, QRectF(x, 0, figures_px + 1, height), bar)

    def _paint_figure(self, painter: QPainter, box: QRectF, bar: Bar) -> None:
        tokens, centre = current_tokens(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens.dim if bar.hollow else tokens.text))
        painter.drawText(box, centre, bar.quantity.value)
        if bar.quantity.unit:
            before = painter.fontMetrics().horizontalAdvance(bar.quantity.value + " ")
            painter.setPen(QColor(tokens.dim))
            painter.drawText(box.adjusted(before, 0, 0, 0), centre, bar.quantity.unit)
