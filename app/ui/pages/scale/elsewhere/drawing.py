"""Devices on a line of memory, and the versions that would fit them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.core.devices.device import DeviceKind
from app.core.memory.fit import TIGHT_SHARE, Verdict
from app.core.plots.axes import Axis, Scale
from app.core.plots.scatter import Box, place_labels
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import byte_size, byte_tick
from app.ui.kit.words.text import translate
from app.ui.pages.scale.elsewhere.content import ElsewhereContent, kind_name, readout_of
from app.ui.plots.ladder.drawing import Drawing, Notice, Spot, frame_of, paint_ticks_across
from app.ui.plots.ladder.look import Look, crisp, halo, tinted, write

if TYPE_CHECKING:
    from app.core.devices.carried import Carried
    from app.ui.plots.words import Readout

_BAR_PX, _DOT_PX, _REACH_PX = 20.0, 4.0, 9.0
_TINT_ALPHA = 38
_MOST_NAMES = 40
_NAME_PX = 26 * GRID
_COLOURS = {Verdict.FITS: "ready", Verdict.TIGHT: "working", Verdict.NO: "edge"}


def lay_out(content: ElsewhereContent, size: QSizeF, look: Look) -> Drawing:
    """The picture for a size; its empty state where there is nothing to show."""
    if content.empty is not None:
        return Notice(size, look, content.empty)
    return ElsewhereDrawing(content, size, look)


def least_height(content: ElsewhereContent, line_px: int) -> int:
    """With less, rows would lie upon each other; two lines for each kind of device, its names'."""
    kinds = {one.device.kind for one in content.devices}
    return round(len(content.bars) * _BAR_PX + (2 * len(kinds) + 3) * line_px + 2 * GRID)


class ElsewhereDrawing(Drawing):
    """Bars of versions above rows of devices, a row a kind."""

    def __init__(self, content: ElsewhereContent, size: QSizeF, look: Look) -> None:
        super().__init__(size, look)
        self._content = content
        line = look.line_px
        names = [look.elided(bar.name, min(_NAME_PX, size.width() * 0.3)) for bar in content.bars]
        kinds = [k for k in DeviceKind if any(one.device.kind is k for one in content.devices)]
        beside = [look.advance(text) for text in (*names, *map(kind_name, kinds))]
        left = max(beside, default=0.0) + 2 * GRID
        self._names = names
        self._bars_top = line + GRID / 2
        self._rows_top = self._bars_top + len(names) * _BAR_PX + GRID
        bottom = size.height() - 2 * line - GRID / 2
        self.area = QRectF(left, self._bars_top, max(1.0, size.width() - left - 1.5 * GRID),
                           max(1.0, bottom - self._bars_top))  # fmt: skip
        memory = [one.device.usable_bytes for one in content.devices]
        memory += [bar.needs_bytes for bar in content.bars if bar.needs_bytes]
        axis = Axis("", lambda value: byte_tick(value), is_log=True)
        right = self.area.right() - _DOT_PX
        self._scale = Scale(axis, memory or [1e9, 1e11], left + _DOT_PX, right)
        most = max(3, int(self.area.width() / (9 * GRID)))
        self._ticks = [(value, byte_tick(value)) for value in self._scale.ticks(most)]
        self._row_px = max(1.0, (bottom - self._rows_top) / max(1, len(kinds)))
        self._kinds = kinds
        self.spots = [Spot.around(one.device.name, self._place(one)) for one in content.devices]
        self._order = sorted(
            range(len(self.spots)),
            key=lambda i: (self.spots[i].centre.y(), self.spots[i].centre.x()),
        )
        self._labels = self._placed_names()

    def _place(self, one: Carried) -> QPointF:
        row = self._kinds.index(one.device.kind)
        y = self._rows_top + (row + 0.62) * self._row_px
        return QPointF(self._scale.place(one.device.usable_bytes), y)

    # ---------------------------------------------------------------------------- reading

    def step(self, index: int | None, key: Qt.Key) -> int | None:
        return self.step_along(index, key, self._order)

    def readout(self, index: int) -> Readout:
        one = self._content.devices[index]
        return readout_of(one, getattr(self.look.tokens, _COLOURS[one.verdict]))

    # ---------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        look, area = self.look, self.area
        paint_ticks_across(painter, look, area, self._scale, self._ticks, self.size.width())
        title = translate(
            "Elsewhere", "green: fits · amber: tight · hollow: does not fit · memory for models"
        )
        box = QRectF(GRID / 2, 0.0, self.size.width() - GRID, look.line_px)
        write(painter, look, look.tokens.dim, box, look.elided(title, box.width()))
        for row, name in enumerate(self._names):
            self._paint_bar(painter, row, name)
        for row, kind in enumerate(self._kinds):
            top = self._rows_top + row * self._row_px
            painter.setPen(QPen(QColor(look.tokens.line), 1.0))
            painter.drawLine(QPointF(GRID / 2, crisp(top)), QPointF(area.right(), crisp(top)))
            box = QRectF(GRID / 2, top + 0.62 * self._row_px - look.line_px / 2,
                         area.left() - GRID, look.line_px)  # fmt: skip
            write(painter, look, look.tokens.dim, box, kind_name(kind))
        self._paint_need(painter)
        for one, spot in zip(self._content.devices, self.spots, strict=True):
            self._paint_device(painter, one, spot.centre)
        for box, text in self._labels:
            write(painter, look, look.tokens.dim, box, text)

    def paint_over(self, painter: QPainter, marked: str | None, at: int | None) -> None:
        for spot in self.spots:
            if spot.file == marked:
                painter.setPen(QPen(QColor(self.look.tokens.accent), 2.0))
                painter.setBrush(halo(self.look))
                painter.drawEllipse(spot.centre, _REACH_PX, _REACH_PX)
        if at is not None:
            frame_of(painter, self.look, self.spots[at].area)

    def _paint_bar(self, painter: QPainter, row: int, name: str) -> None:
        """What a version needs, and behind its end the memories that it fits."""
        look, bar = self.look, self._content.bars[row]
        top = self._bars_top + row * _BAR_PX
        line = QRectF(GRID / 2, top, self.area.left() - GRID, _BAR_PX)
        ink = look.tokens.text if bar.is_chosen else look.tokens.dim
        write(painter, look, ink, line, name)
        if bar.needs_bytes is None:
            place = QRectF(self.area.left() + GRID, top, self.area.width(), _BAR_PX)
            write(painter, look, look.tokens.dim, place, translate("Elsewhere", "being planned …"))
            return
        end = self._scale.place(bar.needs_bytes)
        roomy = self._scale.place(bar.needs_bytes / TIGHT_SHARE)
        height = _BAR_PX - 6.0
        fits, tight = QColor(look.tokens.ready), QColor(look.tokens.working)
        for colour, begin, stop in (
            (tight, end, roomy), (fits, roomy, self.area.right()),
        ):  # fmt: skip
            colour.setAlpha(_TINT_ALPHA)
            tinted(painter, QRectF(begin, top + 3.0, max(0.0, stop - begin), height), colour)
        solid = QColor(look.tokens.accent if bar.is_chosen else look.tokens.edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(solid)
        painter.drawRect(QRectF(self.area.left(), top + 3.0, end - self.area.left(), height))
        words = str(byte_size(bar.needs_bytes))
        box = QRectF(end + GRID / 2, top, look.advance(words), _BAR_PX)
        if box.right() > self.area.right():
            box.moveRight(end - GRID / 2)
            write(painter, look, look.tokens.accent_text, box, words)
        else:
            write(painter, look, look.tokens.text, box, words)

    def _paint_need(self, painter: QPainter) -> None:
        """The chosen version's need as a line through all devices."""
        chosen = next((bar for bar in self._content.bars if bar.is_chosen), None)
        if chosen is None or chosen.needs_bytes is None:
            return
        x = crisp(self._scale.place(chosen.needs_bytes))
        painter.setPen(QPen(QColor(self.look.tokens.accent), 1.0))
        painter.drawLine(QPointF(x, self._rows_top - GRID), QPointF(x, self.area.bottom()))

    def _paint_device(self, painter: QPainter, one: Carried, place: QPointF) -> None:
        look = self.look
        colour = QColor(getattr(look.tokens, _COLOURS[one.verdict]))
        hollow = one.verdict is Verdict.NO
        painter.setPen(QPen(colour if hollow else QColor(look.tokens.surface), 1.2))
        painter.setBrush(QColor(look.tokens.surface) if hollow else colour)
        if one.verdict is Verdict.TIGHT:
            r = _DOT_PX + 1.0
            corners = ((0, -r), (r, 0), (0, r), (-r, 0))
            painter.drawPolygon(QPolygonF([place + QPointF(*corner) for corner in corners]))
        else:
            painter.drawEllipse(place, _DOT_PX, _DOT_PX)

    def _placed_names(self) -> list[tuple[QRectF, str]]:
        """Names of devices that find room in their row, spread over the line."""
        look, devices = self.look, self._content.devices
        step = max(1, len(devices) // _MOST_NAMES)
        order = [i for i in self._order if i % step == 0][:_MOST_NAMES]
        places = [(self.spots[i].centre.x(), self.spots[i].centre.y()) for i in order]
        widths = [(look.advance(devices[i].device.name), 0.0) for i in order]
        dots = [
            Box(spot.centre.x() - 4, spot.centre.y() - 4, spot.centre.x() + 4, spot.centre.y() + 4)
            for index, spot in enumerate(self.spots)
            if index not in set(order)
        ]
        bounds = Box(self.area.left(), self._rows_top, self.area.right() + GRID,
                     self.area.bottom())  # fmt: skip
        placed = place_labels(places, widths, look.line_px - 2.0, bounds, dots, _REACH_PX)
        return [
            (QRectF(box.left, box.top - 1, box.right - box.left, look.line_px),
             devices[i].device.name)
            for i, (box, form) in zip(order, placed, strict=True)
            if form == 0
        ]  # fmt: skip
