"""One line of figures in a plot's header, with samples of the line styles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.kit.words.text import translate
from app.ui.plots.kinds import LineStyle, Metric, styled_pen
from app.ui.plots.words import load_of_pc, memory_of_pc

if TYPE_CHECKING:
    from app.ui.plots.history import Moment

_SAMPLE_PX = 2.5 * GRID


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the line.

    Attributes:
        text: Its words.
        dim: Whether it is a unit or a hint.
        style: A sample of this line stands before it.
    """

    text: str
    dim: bool = True
    style: LineStyle | None = None


def summary_of(metric: Metric, moment: Moment) -> list[Piece]:
    """What stands beside the name of a metric."""
    if metric is Metric.MEMORY:
        return _memory_pieces(moment)
    if metric is Metric.SPEED:
        return [Piece(translate("Plots", "tokens per second"))]
    if metric is Metric.CPU:
        load = load_of_pc(moment)
        pc = [] if load is None else [Piece(translate("Plots", "PC")), Piece(load, dim=False)]
        return [*pc, Piece(translate("Plots", "100% is one core"))]
    names = [f"{index} {gpu.name}" for index, gpu in moment.gpus.items()]
    return [Piece(" · ".join(names))]


def _memory_pieces(moment: Moment) -> list[Piece]:
    pieces: list[Piece] = []
    memory = memory_of_pc(moment)
    if memory is not None:
        available, total = memory
        pieces = [
            Piece(translate("Plots", "PC")),
            Piece(str(available), dim=False),
            Piece(translate("Plots", "available of")),
            Piece(str(total), dim=False),
        ]
    return [
        *pieces,
        Piece(translate("Plots", "private"), style=LineStyle.SOLID),
        Piece(translate("Plots", "mapped"), style=LineStyle.DASHED),
    ]


class Summary(QWidget):
    """Paints the pieces one after another and leaves out those that do not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[Piece] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_pieces(self, pieces: list[Piece]) -> None:
        """Show other figures."""
        if pieces == self._pieces:
            return
        self._pieces = pieces
        text = " ".join(piece.text for piece in pieces)
        set_tip(self, text)
        self.setAccessibleName(text)
        self.update()

    # ---------------------------------------------------------------------------- Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, round(QFontMetricsF(self.font()).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        font = tabular(small_font(self.font()))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        x = 0.0
        for piece in self._pieces:
            sample = _SAMPLE_PX + GRID / 2 if piece.style else 0.0
            if piece.style is not None and x > 0.0:
                x += 1.5 * GRID
            width = sample + metrics.horizontalAdvance(piece.text) + 1.0
            if x + width > self.width():
                return
            if piece.style is not None:
                self._paint_sample(painter, piece.style, x)
            painter.setPen(QColor(tokens.dim if piece.dim else tokens.text))
            box = QRectF(x + sample, 0.0, width, self.height())
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, piece.text)
            x += width + GRID / 2

    def _paint_sample(self, painter: QPainter, style: LineStyle, x: float) -> None:
        painter.setPen(styled_pen(style, QColor(current_tokens().dim)))
        y = round(self.height() / 2) + 0.5
        painter.drawLine(QLineF(x, y, x + _SAMPLE_PX, y))
