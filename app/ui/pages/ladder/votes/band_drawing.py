"""Draws how a confidence sequence narrowed: a band over the votes, and the line of one half."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.ui.kit.theme import GRID, small_font, tabular
from app.ui.kit.words.format import count, percent
from app.ui.kit.words.text import translate
from app.ui.plots.sheet import Sheet

if TYPE_CHECKING:
    from app.core.votes.tally import BandPoint
    from app.ui.kit.tokens import Tokens

LEAST_VOTES = 20
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_BAND_ALPHA = 46
_SHEET = QSize(72 * GRID, 40 * GRID)


@dataclass(frozen=True, slots=True)
class BandContent:
    """What is drawn.

    Attributes:
        points: From 0 votes on.
        name: The candidate.
        reference: What it was held against.
        colour: Of the candidate, fit for lines.
    """

    points: tuple[BandPoint, ...] = ()
    name: str = ""
    reference: str = ""
    colour: str = "#808080"


class BandDrawing:
    """One picture for one size."""

    def __init__(self, content: BandContent, size: QSizeF, font: QFont, tokens: Tokens) -> None:
        self._content = content
        self._tokens = tokens
        self._font = tabular(small_font(font))
        metrics = QFontMetricsF(self._font)
        self._line_px = metrics.height()
        left = metrics.horizontalAdvance(percent(1.0)) + GRID
        right = metrics.horizontalAdvance(percent(1.0)) + GRID
        self.area = QRectF(
            left,
            self._line_px + GRID / 2,
            max(1.0, size.width() - left - right),
            max(1.0, size.height() - 2 * self._line_px - GRID * 1.5),
        )
        last = content.points[-1].votes if content.points else 0
        self.most_votes = max(LEAST_VOTES, -(-last // 10) * 10)

    def place(self, votes: float, share: float) -> QPointF:
        """Where a share after so many votes lies."""
        area = self.area
        return QPointF(
            area.left() + area.width() * votes / self.most_votes,
            area.bottom() - area.height() * share,
        )

    def point_at(self, x: float) -> BandPoint | None:
        """What was known at a place; None outside."""
        area, points = self.area, self._content.points
        if not points or not area.left() - GRID <= x <= area.right() + GRID:
            return None
        wanted = round((x - area.left()) / area.width() * self.most_votes)
        return points[min(max(0, wanted), len(points) - 1)]

    def paint(self, painter: QPainter, at: BandPoint | None = None) -> None:
        """Paint it from 0, 0."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        self._paint_frame(painter)
        points = self._content.points
        if len(points) > 1:
            self._paint_band(painter, points)
        if at is not None:
            self._paint_cursor(painter, at)

    def _paint_frame(self, painter: QPainter) -> None:
        tokens, area = self._tokens, self.area
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for share in _SHARES:
            y = round(self.place(0, share).y()) + 0.5
            half = share == 0.5
            pen = QPen(QColor(tokens.dim if half else tokens.line), 1.0)
            if half:
                pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if share in (0.0, 0.5, 1.0):
                painter.setPen(QColor(tokens.dim))
                box = QRectF(0.0, y - self._line_px / 2, area.left() - GRID / 2, self._line_px)
                painter.drawText(box, flags, percent(share))
        painter.setPen(QColor(tokens.dim))
        top = QRectF(area.left(), 0.0, area.width(), self._line_px)
        title = translate("Votes", "{name} preferred").format(name=self._content.name)
        metrics = QFontMetricsF(self._font)
        middle = Qt.TextElideMode.ElideMiddle
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(top, left, metrics.elidedText(title, middle, top.width()))
        below = QRectF(area.left(), area.bottom() + GRID / 2, area.width(), self._line_px)
        painter.drawText(below, left, count(0))
        painter.drawText(below, flags, count(self.most_votes))
        words = translate("Votes", "votes, ties left out")
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_band(self, painter: QPainter, points: Sequence[BandPoint]) -> None:
        colour = QColor(self._content.colour)
        upper = [self.place(point.votes, point.high) for point in points]
        lower = [self.place(point.votes, point.low) for point in points]
        fill = QColor(colour)
        fill.setAlpha(_BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(fill))
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        thin = QColor(colour)
        thin.setAlpha(150)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(thin, 1.0))
        painter.drawPolyline(QPolygonF(upper))
        painter.drawPolyline(QPolygonF(lower))
        painter.setPen(QPen(colour, 2.0))
        painter.drawPolyline(QPolygonF([self.place(p.votes, p.share) for p in points[1:]]))
        last = points[-1]
        end = self.place(last.votes, last.share)
        painter.setPen(QPen(QColor(self._tokens.surface), 1.5))
        painter.setBrush(colour)
        painter.drawEllipse(end, 4.0, 4.0)
        painter.setPen(QColor(self._tokens.text))
        box = QRectF(end.x() + GRID * 0.75, end.y() - self._line_px / 2, 6 * GRID, self._line_px)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), percent(last.share))

    def _paint_cursor(self, painter: QPainter, at: BandPoint) -> None:
        x = self.place(at.votes, 0.0).x()
        painter.setPen(QPen(QColor(self._tokens.edge), 1.0))
        painter.drawLine(QPointF(x, self.area.top()), QPointF(x, self.area.bottom()))


class BandSheet(Sheet):
    """The picture as a file, of one size whatever the window's."""

    def __init__(self, content: BandContent, font: QFont, tokens: Tokens, dots: int) -> None:
        self.dots_per_inch = dots
        self._content = content
        self._font = font
        self._tokens = tokens

    @property
    def size(self) -> QSize:
        return _SHEET

    def paint(self, painter: QPainter, pixel_ratio: float) -> None:
        painter.fillRect(QRectF(0.0, 0.0, _SHEET.width(), _SHEET.height()), self._tokens.surface)
        painter.translate(2 * GRID, 2 * GRID)
        inner = QSizeF(_SHEET.width() - 4 * GRID, _SHEET.height() - 4 * GRID)
        BandDrawing(self._content, inner, self._font, self._tokens).paint(painter)


def point_words(point: BandPoint) -> str:
    """What was known after so many votes."""
    if not point.votes:
        return translate("Votes", "Before the first vote nothing is known.")
    return translate("Votes", "After {n} votes: {share}, between {low} and {high}.").format(
        n=count(point.votes),
        share=percent(point.share),
        low=percent(point.low),
        high=percent(point.high),
    )


def band_table(content: BandContent, separator: str = ",") -> str:
    """The points as a table."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(["votes", "share", "low", "high"])
    writer.writerows([p.votes, p.share, p.low, p.high] for p in content.points)
    return text.getvalue()
