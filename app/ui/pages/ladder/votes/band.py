"""The picture of the votes as a widget: pointed at, walked through with keys, saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.plain import show_tip
from app.ui.kit.theme import GRID
from app.ui.kit.tokens import current_tokens
from app.ui.pages.ladder.votes.band_drawing import (
    BandContent,
    BandDrawing,
    BandSheet,
    band_table,
    point_words,
)
from app.ui.plots.outlet import Outlet

if TYPE_CHECKING:
    from app.core.votes.tally import BandPoint

_MOST_HEIGHT_PX = 40 * GRID
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class BandPicture(QWidget):
    """Shows a confidence sequence. Arrow keys go from vote to vote, Esc lets go. Main thread.

    Attributes:
        content: What is shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.content = BandContent()
        self._at: BandPoint | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(_MOST_HEIGHT_PX)
        self.setAccessibleName(self.tr("Plot: how the votes came about"))
        self.outlet = Outlet(
            lambda: BandSheet(self.content, self.font(), current_tokens(), self.logicalDpiX()),
            lambda: band_table(self.content),
            lambda: band_table(self.content, "\t"),
            "shrinkscope-votes",
            self,
        )
        self._say()

    def set_content(self, content: BandContent) -> None:
        """Show something else."""
        if content != self.content:
            self.content = content
            self._at = None
            self._say()
            self.update()

    def _drawing(self) -> BandDrawing:
        size = QSizeF(self.size())
        return BandDrawing(self.content, size, self.font(), current_tokens())

    def _read(self, point: BandPoint | None) -> None:
        if point != self._at:
            self._at = point
            self._say()
            self.update()

    def _say(self) -> None:
        points = self.content.points
        point = self._at or (points[-1] if points else None)
        self.setAccessibleDescription("" if point is None else point_words(point))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 18 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(24 * GRID, 18 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._drawing().paint(painter, self._at)
        if self.hasFocus():
            painter.setPen(QPen(QColor(current_tokens().accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(self._drawing().point_at(event.position().x()))
        if self._at is not None:
            place = event.globalPosition().toPoint()
            show_tip(place, point_words(self._at), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._read(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._read(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        points, key = self.content.points, Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.outlet.copy_values()
        elif key in _STEPS and points:
            now = self._at.votes if self._at is not None else points[-1].votes
            self._read(points[min(max(0, now + _STEPS[key]), len(points) - 1)])
        elif key == Qt.Key.Key_Escape and self._at is not None:
            self._read(None)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.outlet.menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
