"""A map of a model's matrices: layers by kinds, colours by what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.shrink.inside.tensor_map import Figure, TensorMap, value_of
from app.ui.kit.plain import set_spoken, show_tip
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.tokens import mix
from app.ui.kit.words.format import number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.shrink.inside.inspection import InspectedTensor

_Place = tuple[int, int]
_ROW_PX, _LEAST_CELL_PX, _MOST_CELL_PX = 20, 4, 44
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class MapView(QWidget):
    """Main thread. A click chooses a matrix, with Ctrl one more; arrows and Space do the same.

    Signals:
        chosen_changed: Other matrices are chosen, see :attr:`chosen`.
    """

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map = TensorMap((), 1, {})
        self._figure = Figure.LOST
        self._most = 1.0
        self._least = 0.0
        self._chosen: list[_Place] = []
        self._current: _Place = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Map of the matrices: layers by kinds"))

    @property
    def chosen(self) -> list[InspectedTensor]:
        """The chosen matrices, the latest last."""
        return [self._map.cells[place] for place in self._chosen]

    def show_map(self, found: TensorMap, figure: Figure, beside: TensorMap | None = None) -> None:
        """Show a file's matrices, coloured by a figure.

        Args:
            found: The matrices.
            figure: What the colours tell.
            beside: Another file's map, which is to have the same colours for the same figures.
        """
        if found is not self._map:
            self._chosen = []
            self._current = (0, 0)
        self._map, self._figure = found, figure
        maps = [found] if beside is None else [found, beside]
        tensors = [each for one in maps for each in one.cells.values()]
        values = [each for tensor in tensors if (each := value_of(tensor, figure))]
        self._most = max(values, default=1.0)
        self._least = min(values, default=0.0) if figure is Figure.BITS else 0.0
        self.updateGeometry()
        self.update()
        self.chosen_changed.emit()

    @property
    def legend(self) -> str:
        """What the strongest colour stands for."""
        if not self._map.cells:
            return ""
        words = {
            Figure.LOST: self.tr("Layers from left to right; the strongest colour: {most} off."),
            Figure.BITS: self.tr("Layers from left to right; the strongest colour: {most} bits."),
            Figure.ZEROS: self.tr("Layers from left to right; the strongest colour: {most} zeros."),
            Figure.OUTLIERS: self.tr(
                "Layers from left to right; the strongest colour: {most} outliers."
            ),
        }[self._figure]
        is_bits = self._figure is Figure.BITS
        return words.format(most=number(self._most, 2) if is_bits else percent(self._most, 2))

    def choose(self, places: Sequence[_Place]) -> None:
        """Choose these matrices."""
        self._chosen = [place for place in places if place in self._map.cells]
        self.update()
        self.chosen_changed.emit()

    def place_at(self, x: float, y: float) -> _Place | None:
        """The matrix at a point; None where there is none."""
        left, cell = self._left(), self._cell_px()
        row, layer = int(y // _ROW_PX), int((x - left) // cell)
        place = (row, layer)
        return place if x >= left and place in self._map.cells else None

    # --- within ---------------------------------------------------------------------------

    def _left(self) -> int:
        names = self.fontMetrics()
        return max((names.horizontalAdvance(kind) for kind in self._map.kinds), default=0) + GRID

    def _cell_px(self) -> float:
        room = (self.width() - self._left()) / max(1, self._map.layers)
        return max(_LEAST_CELL_PX, min(_MOST_CELL_PX, room))

    def _words(self, place: _Place) -> str:
        tensor = self._map.cells[place]
        value = value_of(tensor, self._figure)
        said = f"{tensor.info.name}: {tensor.type_name}"
        if value is None:
            return said
        if self._figure is Figure.BITS:
            return said + " · " + self.tr("{n} bits a weight").format(n=number(value, 2))
        words = {
            Figure.LOST: self.tr("{share} off its original"),
            Figure.ZEROS: self.tr("{share} zeros"),
            Figure.OUTLIERS: self.tr("{share} outliers"),
        }[self._figure]
        return f"{said} · " + words.format(share=percent(value, 2))

    def _toggle(self, place: _Place, *, more: bool) -> None:
        self._current = place
        if not more:
            self.choose([place])
        elif place in self._chosen:
            self.choose([each for each in self._chosen if each != place])
        else:
            self.choose([*self._chosen, place])

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(self._left() + 12 * self._map.layers, _ROW_PX * max(1, len(self._map.kinds)))

    def minimumSizeHint(self) -> QSize:
        least = self._left() + _LEAST_CELL_PX * self._map.layers
        return QSize(least, _ROW_PX * max(1, len(self._map.kinds)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().x(), event.position().y())
        if place is not None:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._toggle(place, more=more)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            place = (self._current[0] + step[0], self._current[1] + step[1])
            if place in self._map.cells:
                self._current = place
                set_spoken(self, self._words(place))
                self.update()
        elif event.key() == Qt.Key.Key_Space and self._current in self._map.cells:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._toggle(self._current, more=more)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x(), event.pos().y())
            show_tip(event.globalPos(), self._words(place) if place else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens, left, cell = current_tokens(), self._left(), self._cell_px()
        strong = tokens.failed if self._figure is Figure.LOST else tokens.accent
        painter.setPen(QColor(tokens.dim))
        for row, kind in enumerate(self._map.kinds):
            box = QRectF(0, row * _ROW_PX, left - GRID, _ROW_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, kind)
        span = self._most - self._least or 1.0
        for (row, layer), tensor in self._map.cells.items():
            value = value_of(tensor, self._figure)
            box = QRectF(left + layer * cell, row * _ROW_PX + 1, cell - 1, _ROW_PX - 2)
            if value is None:
                painter.setPen(QColor(tokens.line))
                painter.drawRect(box)
                continue
            share = min(1.0, max(0.0, (value - self._least) / span))
            painter.fillRect(box, QColor(mix(tokens.line, strong, share)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row, layer in self._chosen:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawRect(QRectF(left + layer * cell, row * _ROW_PX + 1, cell - 1, _ROW_PX - 2))
        if self.hasFocus() and self._current in self._map.cells:
            row, layer = self._current
            painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(left + layer * cell, row * _ROW_PX, cell, _ROW_PX))
