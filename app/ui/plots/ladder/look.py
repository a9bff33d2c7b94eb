"""How a ladder's plots are drawn: fonts, colours, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.core.candidates.candidate import LETTERS
from app.core.candidates.shapes import CIRCLE, colour_of, outline_of
from app.core.shrink.ways import Way
from app.ui.kit.theme import candidate_edge, small_font, tabular

if TYPE_CHECKING:
    from app.ui.kit.tokens import Tokens

MARK_PX = 5.0
_CAP_PX = 4.0
BAR_PX = 1.5
DASHES = [5.0, 4.0]
DOTS = [1.5, 3.0]


@dataclass(frozen=True, slots=True)
class Look:
    """Fonts and colours."""

    font: QFont
    bold: QFont
    tokens: Tokens
    metrics: QFontMetricsF
    bold_metrics: QFontMetricsF

    @classmethod
    def of(cls, font: QFont, tokens: Tokens) -> Look:
        """The look of plots in a widget with this font."""
        small = tabular(small_font(font))
        bold = QFont(small)
        bold.setBold(True)
        return cls(small, bold, tokens, QFontMetricsF(small), QFontMetricsF(bold))

    @property
    def line_px(self) -> float:
        """Height of a line of text."""
        return self.metrics.height()

    def advance(self, text: str, *, bold: bool = False) -> float:
        """Width of a text."""
        return (self.bold_metrics if bold else self.metrics).horizontalAdvance(text) + 1.0

    def fitting(self, forms: Sequence[str], room: float) -> str:
        """The first form that fits; else the last one, cut."""
        for form in forms:
            if self.advance(form) <= room:
                return form
        return self.elided(forms[-1], room)

    def elided(self, text: str, room: float) -> str:
        """A text with an ellipsis in its middle where it does not fit."""
        middle = Qt.TextElideMode.ElideMiddle
        return self.metrics.elidedText(text, middle, max(0.0, room))

    def edge(self, number: int) -> QColor:
        """A candidate's colour made fit for lines on the surface."""
        return QColor(candidate_edge(LETTERS[number % len(LETTERS)], self.tokens))


def mark_of_way(way: Way | None) -> int:
    """Whose mark stands for a way: the first candidates' colours have other shapes."""
    if way is None:
        return len(LETTERS) + len(Way)
    return len(LETTERS) + list(Way).index(way)


def write(painter: QPainter, look: Look, colour: str, box: QRectF, text: str,
          side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:  # fmt: skip
    """One line of text."""
    painter.setFont(look.font)
    painter.setPen(QColor(colour))
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), text)


def write_name(painter: QPainter, look: Look, box: QRectF, letter: str, rest: str) -> None:
    """A candidate's letter in bold, and what follows it."""
    painter.setFont(look.bold)
    painter.setPen(QColor(look.tokens.text))
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(box, flags, letter)
    if rest:
        wide = look.advance(letter, bold=True)
        write(painter, look, look.tokens.text, box.adjusted(wide, 0.0, 2.0, 0.0), rest)


def paint_mark(
    painter: QPainter, look: Look, number: int, centre: QPointF, *, radius: float = MARK_PX,
    hollow: bool = False,
) -> None:  # fmt: skip
    """A candidate's mark."""
    paint_marks(painter, look, number, [centre], radius=radius, hollow=hollow)


def paint_marks(
    painter: QPainter, look: Look, number: int, centres: Sequence[QPointF], *, radius: float,
    hollow: bool,
) -> None:  # fmt: skip
    """Many marks of one candidate."""
    painter.setPen(QPen(look.edge(number), 1.6 if hollow else 1.0))
    painter.setBrush(QColor(look.tokens.surface if hollow else colour_of(number)))
    corners = outline_of(number)
    if corners == CIRCLE:
        for centre in centres:
            painter.drawEllipse(centre, radius, radius)
        return
    shape = QPolygonF([QPointF(dx, dy) * radius for dx, dy in corners])
    for centre in centres:
        painter.drawPolygon(shape.translated(centre))


def paint_whisker(
    painter: QPainter, colour: QColor, begin: QPointF, end: QPointF, *, cap: float = _CAP_PX,
    width: float = BAR_PX,
) -> None:  # fmt: skip
    """An error bar with caps, level or upright."""
    painter.setPen(QPen(colour, width))
    painter.drawLine(QLineF(begin, end))
    if cap <= 0.0:
        return
    across = QPointF(cap, 0.0) if begin.x() == end.x() else QPointF(0.0, cap)
    for point in (begin, end):
        painter.drawLine(QLineF(point - across, point + across))


def dashed(colour: str, pattern: list[float], width: float = 1.0) -> QPen:
    """A pen for a broken line."""
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([step / width for step in pattern])
    return pen


def halo(look: Look, alpha: int = 38) -> QColor:
    """What lies over the file that is selected."""
    colour = QColor(look.tokens.accent)
    colour.setAlpha(alpha)
    return colour


def tinted(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A large area in a thin colour, to whole pixels: smooth edges would take ten times as long."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(box, colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def crisp(place: float) -> float:
    """Where a thin line is one pixel wide, not two half ones."""
    return round(place) + 0.5
