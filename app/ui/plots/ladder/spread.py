"""How the divergences of positions are spread: one strip a candidate over one logarithmic axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.core.candidates.shapes import colour_of, letter_of
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import Quantity, count, divergence, percent
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words
from app.ui.plots.ladder.drawing import Drawing, Spot, frame_of
from app.ui.plots.ladder.look import (
    DOTS,
    Look,
    crisp,
    dashed,
    halo,
    paint_mark,
    write,
    write_name,
)
from app.ui.plots.words import Readout

if TYPE_CHECKING:
    from app.ui.plots.ladder.content import SpreadContent, Version

_NAME_PX = 12 * GRID
_MOST_ROW_PX = 12 * GRID
_STRIP_SHARE = 0.86
_LEAST_NAMED_PX = 56 * GRID


class SpreadDrawing(Drawing):
    """Histograms, one below the other."""

    def __init__(self, content: SpreadContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self._content = content
        line = look.line_px
        self._names = [self._named(version) for version in content.versions]
        left = 20.0 + max(
            look.advance(letter, bold=True) + look.advance(name) for letter, name in self._names
        )
        top = 2 * line + GRID / 2
        bottom = size.height() - 2 * line - GRID
        self.area = QRectF(left, top, size.width() - left - 1.5 * GRID, max(1.0, bottom - top))
        self.row_px = min(_MOST_ROW_PX, self.area.height() / len(content.versions))
        self.bins = len(content.edges) + 1
        self.step_px = self.area.width() / self.bins
        # Shares, so that versions with more positions do not look worse.
        self._totals = [sum(counts) for counts in content.counts]
        self.most = max(max(c) / n for c, n in zip(content.counts, self._totals, strict=True))
        self.spots = [
            Spot(version.file, column.center(), column)
            for row, version in enumerate(content.versions)
            for place in range(self.bins)
            for column in (self._column(row, place),)
        ]

    # ---------------------------------------------------------------------------- geometry

    def x_of(self, nats: float) -> float:
        """Where a divergence stands; beyond the ends it stands in the bin at the end."""
        edges = self._content.edges
        if nats < edges[0]:
            return self.area.left() + self.step_px / 2
        if nats >= edges[-1]:
            return self.area.right() - self.step_px / 2
        first, last = math.log10(edges[0]), math.log10(edges[-1])
        share = (math.log10(nats) - first) / (last - first)
        inside = self.area.width() - 2 * self.step_px
        return self.area.left() + self.step_px + share * inside

    def bar(self, row: int, place: int) -> QRectF:
        """One bar, which may be of no height."""
        counts = self._content.counts[row]
        share = counts[place] / self._totals[row]
        base = self.area.top() + (row + 1) * self.row_px
        tall = self.row_px * _STRIP_SHARE * share / self.most
        left = self.area.left() + place * self.step_px
        return QRectF(left, base - tall, max(1.0, self.step_px - 1.0), tall)

    def _column(self, row: int, place: int) -> QRectF:
        left, top = self.area.left() + place * self.step_px, self.area.top() + row * self.row_px
        return QRectF(left, top, self.step_px, self.row_px)

    def _named(self, version: Version) -> tuple[str, str]:
        letter = letter_of(version.number)
        if self.size.width() < _LEAST_NAMED_PX:
            return letter, ""
        return letter, " " + self.look.elided(version.name, _NAME_PX)

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        if index is None:
            return self._fullest(0)
        row, place = divmod(index, self.bins)
        last = len(self._content.versions) - 1
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = min(last, max(0, row + (1 if key is Qt.Key.Key_Down else -1)))
        elif key is Qt.Key.Key_Home:
            place = 0
        elif key is Qt.Key.Key_End:
            place = self.bins - 1
        else:
            on = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
            place = min(self.bins - 1, max(0, place + on))
        return row * self.bins + place

    def _fullest(self, row: int) -> int:
        counts = self._content.counts[row]
        return row * self.bins + counts.index(max(counts))

    def readout(self, index: int) -> Readout:
        """All candidates in this bin."""
        content = self._content
        _, place = divmod(index, self.bins)
        columns = (
            translate("LadderPlots", "positions"),
            translate("LadderPlots", "share"),
            translate("LadderPlots", "median"),
            translate("LadderPlots", "mean"),
        )
        rows = tuple(
            words.readout_row(
                version,
                (
                    Quantity(count(counts[place])),
                    Quantity(percent(counts[place] / sum(counts), 1)),
                    Quantity(divergence(median).value),
                    Quantity(divergence(mean).value),
                ),
            )
            for version, counts, median, mean in zip(
                content.versions, content.counts, content.medians, content.means, strict=True
            )
        )
        notes = words.floor_words(content.floor, content.versions)
        return Readout(self._bin_words(place), columns, rows, notes)

    def _bin_words(self, place: int) -> str:
        edges = self._content.edges
        if place == 0:
            return translate("LadderPlots", "below {0}").format(divergence(edges[0]))
        if place == len(edges):
            return translate("LadderPlots", "{0} and more").format(divergence(edges[-1]))
        return words.interval_words(divergence(edges[place - 1]), divergence(edges[place]))

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        self._paint_axis(painter)
        for row, version in enumerate(self._content.versions):
            self._paint_strip(painter, row, version)
        self._paint_floor(painter)

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        for row, version in enumerate(self._content.versions):
            if version.file == marked:
                top = self.area.top() + row * self.row_px
                box = QRectF(0.0, top + 1.0, self.size.width(), self.row_px - 1.0)
                painter.fillRect(box, halo(self.look))
        if at is not None:
            frame_of(painter, self.look, self.spots[at].area)

    def _paint_axis(self, painter: QPainter) -> None:
        look, area, content = self.look, self.area, self._content
        room = self.size.width() - GRID
        forms = [
            translate("LadderPlots", "share of positions by their drift · line: median"),
            translate("LadderPlots", "positions by drift · line: median"),
        ]
        box = QRectF(GRID / 2, 0.0, room, look.line_px)
        write(painter, look, look.tokens.dim, box, look.fitting(forms, room))
        bottom = area.top() + self.row_px * len(content.versions)
        free = -1e9
        for edge in content.edges:
            exponent = math.log10(edge)
            if abs(exponent - round(exponent)) > 1e-9:
                continue
            x = crisp(self.x_of(edge) if edge < content.edges[-1] else area.right() - self.step_px)
            painter.setPen(QPen(QColor(look.tokens.line), 1.0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, bottom))
            text = divergence(edge).value
            wide = look.advance(text)
            if x - wide / 2 < free:
                continue
            box = QRectF(x - wide / 2, bottom + 3.0, wide, look.line_px)
            write(painter, look, look.tokens.dim, box, text, Qt.AlignmentFlag.AlignHCenter)
            free = x + wide / 2 + GRID
        forms = [
            translate(
                "LadderPlots",
                "drift at a position, in nats, log scale; the ends hold what is beyond",
            ),
            translate("LadderPlots", "drift at a position, nats, log scale"),
            translate("LadderPlots", "drift, nats"),
        ]
        box = QRectF(area.left(), bottom + look.line_px + GRID / 2, area.width(), look.line_px)
        text = look.fitting(forms, area.width())
        write(painter, look, look.tokens.dim, box, text, Qt.AlignmentFlag.AlignHCenter)

    def _paint_strip(self, painter: QPainter, row: int, version: Version) -> None:
        look, area = self.look, self.area
        base = area.top() + (row + 1) * self.row_px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour_of(version.number)))
        for place in range(self.bins):
            bar = self.bar(row, place)
            if bar.height() > 0.0:
                painter.drawRect(bar)
        painter.setPen(QPen(QColor(look.tokens.edge), 1.0))
        y = crisp(base)
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        median = self._content.medians[row]
        if median is not None:
            x = crisp(self.x_of(median))
            painter.setPen(QPen(QColor(look.tokens.text), 2.0))
            painter.drawLine(QPointF(x, base - self.row_px * _STRIP_SHARE), QPointF(x, base))
        letter, name = self._names[row]
        middle = base - self.row_px / 2
        paint_mark(painter, look, version.number, QPointF(GRID, middle))
        box = QRectF(2.0 * GRID, middle - look.line_px / 2, area.left(), look.line_px)
        write_name(painter, look, box, letter, name)

    def _paint_floor(self, painter: QPainter) -> None:
        floor, look, area = self._content.floor, self.look, self.area
        if floor is None:
            return
        x = crisp(self.x_of(floor))
        bottom = area.top() + self.row_px * len(self._content.versions)
        painter.setPen(dashed(look.tokens.text, DOTS, 1.5))
        painter.drawLine(QPointF(x, area.top() - 4.0), QPointF(x, bottom))
        text = translate("LadderPlots", "noise floor")
        wide = look.advance(text)
        left = min(max(area.left(), x - wide / 2), area.right() - wide)
        box = QRectF(left, area.top() - look.line_px - 4.0, wide, look.line_px)
        write(painter, look, look.tokens.dim, box, text)
