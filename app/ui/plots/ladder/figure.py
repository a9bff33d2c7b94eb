"""All plots of a ladder on one sheet, to be kept or sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from app.core.candidates.shapes import letter_of
from app.ui.kit.theme import GRID
from app.ui.plots.ladder.layout import lay_out
from app.ui.plots.ladder.look import Look, paint_mark, write
from app.ui.plots.sheet import Sheet

if TYPE_CHECKING:
    from app.ui.plots.ladder.content import Content, Version

_PLOT = QSizeF(64.0 * GRID, 44.0 * GRID)
_COLUMNS = 2
_NAME_PX = 22 * GRID


class LadderSheet(Sheet):
    """The plots two in a line, of one size whatever the window's, below a key of the versions.

    Args:
        plots: Their titles and contents; at least one.
        versions: All of the ladder.
        look: Fonts and colours.
        dots_per_inch: Of the screen.
    """

    def __init__(
        self,
        plots: Sequence[tuple[str, Content]],
        versions: Sequence[Version],
        look: Look,
        dots_per_inch: int,
    ) -> None:
        self.dots_per_inch = dots_per_inch
        self._plots = plots
        self._look = look
        self._columns = min(_COLUMNS, len(plots))
        self._key = self._placed_key(versions)
        self._title_px = look.line_px + GRID

    @property
    def size(self) -> QSize:
        width = self._columns * (_PLOT.width() + 2 * GRID) + 2 * GRID
        lines = -(-len(self._plots) // self._columns)
        height = self._key_px() + lines * (_PLOT.height() + self._title_px + 2 * GRID) + GRID
        return QSize(round(width), round(height))

    def paint(self, painter: QPainter, pixel_ratio: float) -> None:
        look, size = self._look, self.size
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        ground = QColor(look.tokens.surface)
        painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), ground)
        for place, version, name in self._key:
            box = QRectF(place, QSizeF(_NAME_PX, look.line_px))
            middle = QPointF(place.x() + GRID / 2 + 1.0, box.center().y())
            paint_mark(painter, look, version.number, middle)
            box.adjust(2 * GRID, 0.0, 2 * GRID, 0.0)
            write(painter, look, look.tokens.text, box, name)
        for number, (title, content) in enumerate(self._plots):
            line, column = divmod(number, self._columns)
            left = 2 * GRID + column * (_PLOT.width() + 2 * GRID)
            top = self._key_px() + line * (_PLOT.height() + self._title_px + 2 * GRID)
            painter.setFont(look.bold)
            painter.setPen(QColor(look.tokens.text))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            box = QRectF(left + GRID / 2, top, _PLOT.width(), look.line_px)
            painter.drawText(box, flags, title)
            painter.save()
            painter.translate(left, top + self._title_px)
            lay_out(content, _PLOT, look).paint(painter)
            painter.restore()

    def _placed_key(self, versions: Sequence[Version]) -> list[tuple[QPointF, Version, str]]:
        look = self._look
        right = self._columns * (_PLOT.width() + 2 * GRID)
        found: list[tuple[QPointF, Version, str]] = []
        x, y = 2.0 * GRID, 1.5 * GRID
        for version in versions:
            name = look.elided(f"{letter_of(version.number)} {version.name}", _NAME_PX)
            wide = 2 * GRID + look.advance(name)
            if x + wide > right and x > 2 * GRID:
                x, y = 2.0 * GRID, y + look.line_px + GRID / 2
            found.append((QPointF(x, y), version, name))
            x += wide + 2 * GRID
        return found

    def _key_px(self) -> float:
        if not self._key:
            return 2.0 * GRID
        return self._key[-1][0].y() + self._look.line_px + 2 * GRID
