"""Tasks by kind and candidate: dots with whiskers in a grid; one sees what breaks first."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.core.candidates.shapes import letter_of
from app.core.ladder.questions import difference_of, share_of
from app.core.plots.axes import Axis, Scale
from app.core.tasks.results import KindVerdict
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import percent
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words
from app.ui.plots.ladder.content import Measure, ProfileContent
from app.ui.plots.ladder.drawing import Drawing, Spot, frame_of
from app.ui.plots.ladder.look import (
    BAR_PX,
    DOTS,
    Look,
    crisp,
    dashed,
    halo,
    paint_mark,
    paint_marks,
    tinted,
    write,
    write_name,
)
from app.ui.plots.ladder.readouts import profile_readout

if TYPE_CHECKING:
    from app.core.ladder.value import Value
    from app.ui.plots.words import Readout

_DOT_PX = 3.6
_LOSES, _CANNOT_TELL = KindVerdict.LOSES.value, KindVerdict.CANNOT_TELL.value
_MOST_ROW_PX = 3.5 * GRID
_MOST_NAMES_SHARE = 0.34
_GAP_PX = 4.0
_LEAST_TICKED_PX = 12 * GRID
_HEAD_NAME_PX = 6 * GRID
_TINT_ALPHA = 38


class ProfileDrawing(Drawing):
    """Kinds downwards, candidates across; every cell has the same scale."""

    def __init__(self, content: ProfileContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self._content = content
        self._note = words.missing_words(content.waiting)
        line = look.line_px
        names = max((look.advance(kind) for kind in content.kinds), default=0.0) + GRID
        left = min(names, size.width() * _MOST_NAMES_SHARE)
        top = 2 * line + GRID
        notes = 2 * line + (line if self._note else 0.0)
        bottom = size.height() - notes - GRID
        self.area = QRectF(left, top, max(1.0, size.width() - left - GRID), max(1.0, bottom - top))
        # Kinds are ordered: those that do not fit have lost the least.
        fitting = max(1, int(self.area.height() / (line - 1.0)))
        self.shown = min(len(content.kinds), fitting)
        self.row_px = min(_MOST_ROW_PX, self.area.height() / max(1, self.shown))
        self.column_px = self.area.width() / max(1, len(content.versions))
        self._axis_ends = self._ends()
        self.scales = [self._scale(place) for place in range(len(content.versions))]
        self._places: list[tuple[int, int]] = []
        for row in range(self.shown):
            for column, version in enumerate(content.versions):
                self._places.append((row, column))
                self.spots.append(Spot(version.file, self.dot(row, column), self.cell(row, column)))

    # ---------------------------------------------------------------------------- geometry

    def cell(self, row: int, column: int) -> QRectF:
        """The room of one kind of one candidate."""
        return QRectF(
            self.area.left() + column * self.column_px,
            self.area.top() + row * self.row_px,
            self.column_px,
            self.row_px,
        )

    def dot(self, row: int, column: int) -> QPointF:
        """Where its value stands; the middle of the cell where there is none."""
        cell, figure = self.cell(row, column), self.figure(row, column)
        if figure is None:
            return cell.center()
        return QPointF(self.scales[column].place(figure.number), cell.center().y())

    def figure(self, row: int, column: int) -> Value | None:
        """What is drawn in a cell; nothing where the reference cannot do the kind."""
        found = self._content.cells[row][column]
        if found is None or self._content.kinds[row] in self._content.unable:
            return None
        if self._content.measure is Measure.ACCURACY:
            return share_of(found)
        return difference_of(found)

    def _scale(self, column: int) -> Scale:
        begin = self.area.left() + column * self.column_px + _GAP_PX
        end = begin + self.column_px - 2 * _GAP_PX
        return Scale(Axis("", percent), self._axis_ends, begin, end)

    def _ends(self) -> list[float]:
        """What every column's scale must reach."""
        if self._content.measure is Measure.ACCURACY:
            return [0.0, 1.0]
        ends = [0.0, -self._content.tolerance, self._content.tolerance]
        for row, cells in enumerate(self._content.cells):
            for place in range(len(cells)):
                figure = self.figure(row, place)
                if figure is not None:
                    ends += [v for v in (figure.number, figure.low, figure.high) if v is not None]
        return [min(ends), max(ends)]

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        columns = len(self._content.versions)
        if index is None or not columns:
            return 0 if self.spots else None
        row, column = self._places[index]
        moves = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Home: (-row, -column), Qt.Key.Key_End: (self.shown, columns),
        }  # fmt: skip
        down, across = moves.get(key, (0, 0))
        row = min(max(0, row + down), self.shown - 1)
        column = min(max(0, column + across), columns - 1)
        return row * columns + column

    def readout(self, index: int) -> Readout:
        """All candidates at this kind."""
        return profile_readout(self._content, self._places[index][0])

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        self._paint_titles(painter)
        self._paint_losses(painter)
        for column in range(len(self._content.versions)):
            self._paint_head(painter, column)
        for row in range(self.shown):
            self._paint_kind(painter, row)
        for column in range(len(self._content.versions)):
            self._paint_zero(painter, column)
            self._paint_dots(painter, column)

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        for column, version in enumerate(self._content.versions):
            if version.file == marked:
                top = self.area.top() - self.look.line_px - 2.0
                left = self.area.left() + column * self.column_px
                high = self.area.top() + self.shown * self.row_px - top
                painter.fillRect(QRectF(left, top, self.column_px, high), halo(self.look))
        if at is not None:
            frame_of(painter, self.look, self.spots[at].area)

    def _paint_titles(self, painter: QPainter) -> None:
        look, size = self.look, self.size
        room = size.width() - GRID
        is_accuracy = self._content.measure is Measure.ACCURACY
        box = QRectF(GRID / 2, 0.0, room, look.line_px)
        title = look.fitting(words.profile_title(is_accuracy=is_accuracy), room)
        write(painter, look, look.tokens.dim, box, title)
        below = size.height() - look.line_px
        if self._note:
            box = QRectF(GRID / 2, below, room, look.line_px)
            write(painter, look, look.tokens.dim, box, look.elided(self._note, room))
            below -= look.line_px
        above = len(self._content.kinds) - self._content.asked_kinds
        legend = words.profile_legend(self.shown - above, self._content.asked_kinds)
        box = QRectF(GRID / 2, below, room, look.line_px)
        write(painter, look, look.tokens.dim, box, look.fitting(legend, room))

    def _paint_head(self, painter: QPainter, column: int) -> None:
        look, line = self.look, self.look.line_px
        top, version = line + GRID / 2, self._content.versions[column]
        cell = QRectF(self.area.left() + column * self.column_px, top, self.column_px, line)
        letter = letter_of(version.number)
        wide = look.advance(letter, bold=True)
        name = look.elided(version.name, cell.width() - wide - 20.0)
        if look.advance(name) < min(_HEAD_NAME_PX, look.advance(version.name)):
            name = ""
        total = 14.0 + wide + (look.advance(f" {name}") if name else 0.0)
        x = cell.center().x() - total / 2
        paint_mark(painter, look, version.number, QPointF(x + 5.0, cell.center().y()))
        box = QRectF(x + 14.0, top, wide + cell.width(), line)
        write_name(painter, look, box, letter, f" {name}" if name else "")

    def _paint_kind(self, painter: QPainter, row: int) -> None:
        look, content = self.look, self._content
        kind = content.kinds[row]
        cell = self.cell(row, 0)
        y = crisp(cell.top())
        painter.setPen(QPen(QColor(look.tokens.line), 1.0))
        painter.drawLine(QPointF(0.0, y), QPointF(self.area.right(), y))
        unable = kind in content.unable
        colour = look.tokens.dim if unable else look.tokens.text
        box = QRectF(
            GRID / 2, cell.center().y() - look.line_px / 2, cell.left() - GRID, look.line_px
        )
        painter.setFont(look.font)
        write(painter, look, colour, box, look.elided(kind, cell.left() - GRID))
        if unable:
            box = QRectF(cell.left() + GRID, box.top(), self.area.width() - GRID, look.line_px)
            forms = [
                translate("LadderPlots", "the original cannot do this"),
                translate("LadderPlots", "original cannot"),
            ]
            write(painter, look, look.tokens.dim, box, look.fitting(forms, box.width()))

    def _paint_zero(self, painter: QPainter, column: int) -> None:
        """The line of no difference, and how much is tolerated around it."""
        look, content = self.look, self._content
        bottom = self.area.top() + self.shown * self.row_px
        able = self.area.top() + self.row_px * sum(
            kind not in content.unable for kind in content.kinds[: self.shown]
        )
        scale = self.scales[column]
        ticks = [0.0, 0.5, 1.0] if content.measure is Measure.ACCURACY else [0.0]
        if content.measure is Measure.DIFFERENCE:
            low, high = (scale.place(sign * content.tolerance) for sign in (-1, 1))
            band = QColor(look.tokens.dim)
            band.setAlpha(_TINT_ALPHA)
            tinted(painter, QRectF(low, self.area.top(), high - low, able - self.area.top()), band)
        for value in ticks:
            x = crisp(scale.place(value))
            painter.setPen(dashed(look.tokens.edge, DOTS))
            painter.drawLine(QPointF(x, self.area.top()), QPointF(x, able))
        if column:
            x = crisp(self.area.left() + column * self.column_px)
            painter.setPen(QPen(QColor(look.tokens.line), 1.0))
            painter.drawLine(QPointF(x, self.area.top() - look.line_px), QPointF(x, able))
        self._paint_ticks(painter, scale, bottom)

    def _paint_ticks(self, painter: QPainter, scale: Scale, bottom: float) -> None:
        look = self.look
        if self._content.measure is Measure.ACCURACY:
            ticks = [(0.0, "0"), (1.0, "100")]
            if self.column_px < _LEAST_TICKED_PX:
                ticks = [(0.5, "50")]
        else:
            ticks = [(0.0, "0")]
            if self.column_px >= _LEAST_TICKED_PX:
                ticks += [
                    (value, words.points_tick(value))
                    for value in scale.ticks(3)
                    if abs(value) > 1e-9
                ]
        for value, text in ticks:
            wide = look.advance(text)
            box = QRectF(scale.place(value) - wide / 2, bottom, wide, look.line_px)
            write(painter, look, look.tokens.dim, box, text, Qt.AlignmentFlag.AlignHCenter)

    def _paint_losses(self, painter: QPainter) -> None:
        """Shade what loses; neighbours in one piece."""
        tint = QColor(self.look.tokens.failed)
        tint.setAlpha(_TINT_ALPHA)
        for column, version in enumerate(self._content.versions):
            lost = [
                not version.is_reference and cell is not None and cell.verdict == _LOSES
                for cell in (cells[column] for cells in self._content.cells[: self.shown])
            ]
            for is_lost, run in itertools.groupby(enumerate(lost), key=lambda each: each[1]):
                if is_lost:
                    rows = [row for row, _ in run]
                    box = self.cell(rows[0], column).united(self.cell(rows[-1], column))
                    tinted(painter, box, tint)

    def _paint_dots(self, painter: QPainter, column: int) -> None:
        """A candidate's whiskers in one go, then its marks: there may be many."""
        content, look, scale = self._content, self.look, self.scales[column]
        number = content.versions[column].number
        whiskers: list[QLineF] = []
        marks: dict[bool, list[QPointF]] = {True: [], False: []}
        for row in range(self.shown):
            cell, figure = content.cells[row][column], self.figure(row, column)
            if cell is None or figure is None:
                continue
            centre = self.dot(row, column)
            if figure.low is not None and figure.high is not None:
                ends = (scale.place(figure.low), scale.place(figure.high))
                whiskers.append(QLineF(ends[0], centre.y(), ends[1], centre.y()))
            marks[cell.verdict == _CANNOT_TELL].append(centre)
        painter.setPen(QPen(look.edge(number), BAR_PX))
        painter.drawLines(whiskers)
        for hollow, centres in marks.items():
            paint_marks(painter, look, number, centres, radius=_DOT_PX, hollow=hollow)
