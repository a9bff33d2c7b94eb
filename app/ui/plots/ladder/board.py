"""One plot as a widget: pointed at, walked through with the keys, picked from, heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.timers import later
from app.ui.plots.ladder.look import Look
from app.ui.plots.readout_box import ReadoutBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.plots.ladder.drawing import Drawing

_ARROWS = frozenset(
    {
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
        Qt.Key.Key_Home, Qt.Key.Key_End,
    }
)  # fmt: skip
_SAYING_MS = 50
_PICKS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class Board(QWidget):
    """Shows one content; lays it out anew only when the content, the size or the theme changed.

    Main thread only. Arrow keys go from place to place, Enter picks and opens what is picked
    already, Esc takes the values away.

    Args:
        content: What the plot shows; compared with what follows.
        title: Of the plot.
        lay_out: Makes its drawing for a size.
        describe: Puts it into sentences, for ears.

    Attributes:
        content: What the plot shows.
        box: The box of values.
        at: The spot that is read.

    Signals:
        picked: The person chose the file of a point.
        opened: The person double-clicked a point; its file is to be opened.
        copy_asked: The person pressed the keys for copying.
    """

    picked = Signal(str)
    opened = Signal(str)
    copy_asked = Signal()

    def __init__(
        self,
        content: object,
        title: str,
        *,
        lay_out: Callable[[Any, QSizeF, Look], Drawing],
        describe: Callable[[Any], str],
    ) -> None:
        super().__init__()
        self.content: Any = content
        self._lay_out = lay_out
        self._describe = describe
        self._drawing: Drawing | None = None
        self._kept: tuple[Drawing, QPixmap] | None = None
        self._marked: str | None = None
        self.at: int | None = None
        self._turn = 0
        self.box = ReadoutBox(self)
        self.destroyed.connect(self.box.deleteLater)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Sentences are for ears, which can wait: not while the plots are painted.
        self._saying = later(self, _SAYING_MS, self._say)
        self.set_title(title)
        self._say()

    # ---------------------------------------------------------------------------- what is shown

    @property
    def drawing(self) -> Drawing:
        """The plot as it is laid out now."""
        if self._drawing is None or self._drawing.size != QSizeF(self.size()):
            look = Look.of(self.font(), current_tokens())
            self._drawing = self._lay_out(self.content, QSizeF(self.size()), look)
        return self._drawing

    def _say(self) -> None:
        if self.at is None:
            self.setAccessibleDescription(self._describe(self.content))

    def _still(self, drawing: Drawing) -> QPixmap:
        """What stands still, kept: a move of the pointer paints no whiskers."""
        ratio = self.devicePixelRatioF()
        kept = self._kept
        if kept is not None and kept[0] is drawing and kept[1].devicePixelRatio() == ratio:
            return kept[1]
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(current_tokens().surface))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.paint(painter)
        painter.end()
        self._kept = (drawing, pixmap)
        return pixmap

    def set_title(self, title: str) -> None:
        """Name the plot."""
        self.setAccessibleName(self.tr("Plot: {0}").format(title))

    def set_content(self, content: object) -> None:
        """Show something else; nothing is done where it is the same."""
        if content == self.content:
            return
        self.content = content
        self._drawing = None
        self.read(None)
        self._saying.start()
        self.update()

    def mark(self, file: str | None) -> None:
        """Stand out the file that is selected elsewhere."""
        if file != self._marked:
            self._marked = file
            self.update()

    # ---------------------------------------------------------------------------- reading

    def read(self, index: int | None) -> None:
        """Show the values at a spot, or take them away."""
        if index == self.at:
            return
        self.at = index
        self.update()
        if index is None:
            self.box.forget()
            self._saying.start()
            return
        readout = self.drawing.readout(index)
        window = self.window()
        if self.box.parentWidget() is not window:
            self.box.setParent(window)
        self.box.forget()
        self.box.set_readout(readout)
        self.box.move(self._box_place(window, self.drawing.spots[index].centre))
        self.box.show()
        self.box.raise_()
        self.setAccessibleDescription(readout.as_sentences())

    def _box_place(self, window: QWidget, centre: QPointF) -> QPoint:
        """Beside the spot, without covering it and without leaving the window."""
        point = self.mapTo(window, centre.toPoint())
        size = self.box.size()
        left = point.x() + 2 * GRID
        if left + size.width() > window.width() - GRID:
            left = point.x() - 2 * GRID - size.width()
        if left < GRID:
            left = max(GRID, min(window.width() - GRID - size.width(), point.x()))
            above = point.y() - 2 * GRID - size.height()
            below = point.y() + 2 * GRID
            return QPoint(left, above if above >= GRID else below)
        top = min(point.y() - size.height() // 2, window.height() - GRID - size.height())
        return QPoint(left, max(GRID, top))

    # ---------------------------------------------------------------------------- Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(56 * GRID, 38 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(34 * GRID, 24 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        drawing = self.drawing
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still(drawing))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.paint_over(painter, self._marked, self.at)
        if self.hasFocus():
            painter.setPen(QPen(QColor(current_tokens().accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.drawing.spots_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        self.read(found[0] if found else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        found = self.drawing.spots_at(event.position())
        if found:
            # Several may lie at one place: each further click picks the next one.
            files = list(dict.fromkeys(self.drawing.spots[index].file for index in found))
            self._turn = self._turn + 1 if self._marked in files else 0
            self.picked.emit(files[self._turn % len(files)])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.drawing.spots_at(event.position())
        files = [self.drawing.spots[index].file for index in found]
        # Its first click has picked one.
        if event.button() is Qt.MouseButton.LeftButton and self._marked in files:
            self.opened.emit(self._marked)
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.read(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.read(None)
        super().focusOutEvent(event)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self.read(None)
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.read(None)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self.read(self.drawing.step(self.at, key))
        elif key in _PICKS and self.at is not None:
            file = self.drawing.spots[self.at].file
            (self.opened if file == self._marked else self.picked).emit(file)
        elif key is Qt.Key.Key_Escape and self.at is not None:
            self.read(None)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._drawing = None
            self.update()
