"""Layers to leave out: bars that show what each of them does, to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.shrink.layers import least_influential
from app.ui.kit.plain import set_spoken, set_tip, show_tip
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets import NumberField, ProgressLine, label, push_button
from app.ui.kit.widgets.labels import set_small
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import count, percent
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.errors import PersonError
    from app.ui.kit.jobs import Job, JobContext, Jobs

    Influences = Callable[[Path, JobContext], Sequence[float]]
    Known = Callable[[Path], Sequence[float] | None]

_BARS_PX, _LEAST_BAR_PX, _MOST_BAR_PX = 7 * GRID, 4, 5 * GRID
# Of a bar whose layer was not looked at.
_UNKNOWN = 0.5


class LayerBars(QWidget):
    """A bar a layer: how much it changes what passes through it; square roots, so that few show.

    A click chooses a layer, or leaves it; arrows and Space do the same.

    Signals:
        toggled: The number of a layer.
    """

    toggled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._influences: Sequence[float] = ()
        self._layers = 0
        self._gone: frozenset[int] = frozenset()
        self._current = 0
        set_small(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Layers: how much each changes what passes through it"))

    def show_layers(self, layers: int, influences: Sequence[float], gone: Sequence[int]) -> None:
        """Show so many layers, what is known of them, and which of them go."""
        if layers != self._layers:
            self._current = 0
            self.updateGeometry()
        self._layers, self._influences, self._gone = layers, influences, frozenset(gone)
        self.update()

    def words(self, layer: int) -> str:
        """What a bar says."""
        said = [self.tr("Layer {n}").format(n=count(layer))]
        if self._influences:
            share = percent(self._influences[layer], 1)
            said.append(self.tr("changes {share} of what passes through it").format(share=share))
        if layer in self._gone:
            said.append(self.tr("is left out"))
        return ", ".join(said)

    def layer_at(self, x: float) -> int | None:
        """The layer of a bar at a point; None beside them."""
        layer = int(x // self._bar_px())
        return layer if 0 <= layer < self._layers else None

    def _bar_px(self) -> float:
        return max(_LEAST_BAR_PX, min(_MOST_BAR_PX, self.width() / max(1, self._layers)))

    def _toggle(self, layer: int) -> None:
        self._current = layer
        self.toggled.emit(layer)
        set_spoken(self, self.words(layer))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(_LEAST_BAR_PX * self._layers, _BARS_PX + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        layer = self.layer_at(event.position().x())
        if layer is not None and event.button() is Qt.MouseButton.LeftButton:
            self._toggle(layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and 0 <= self._current + step < self._layers:
            self._current += step
            set_spoken(self, self.words(self._current))
            self.update()
        elif event.key() == Qt.Key.Key_Space and self._layers:
            self._toggle(self._current)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            layer = self.layer_at(event.pos().x())
            show_tip(event.globalPos(), "" if layer is None else self.words(layer), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, bar = QPainter(self), current_tokens(), self._bar_px()
        most = max(self._influences, default=0.0) or 1.0
        names = self.fontMetrics()
        every = max(1, -(-(names.horizontalAdvance(count(self._layers)) + GRID) // int(bar)))
        gap = 1 if bar < 2 * GRID else 3
        for layer in range(self._layers):
            share = _UNKNOWN
            if self._influences:
                share = (max(0.0, self._influences[layer]) / most) ** 0.5
            height = max(2.0, share * (_BARS_PX - 2))
            box = QRectF(layer * bar + 0.5, _BARS_PX - height, bar - gap, height)
            if layer in self._gone:
                painter.setPen(QPen(QColor(tokens.failed), 1, Qt.PenStyle.DashLine))
                painter.drawRect(box.adjusted(0, 0.5, -1, -0.5))
                painter.setPen(QPen(QColor(tokens.failed), 1.5))
                side = min(6.0, bar - gap - 2)
                cross = QRectF(box.center().x() - side / 2, _BARS_PX - side - 3, side, side)
                painter.drawLine(cross.topLeft(), cross.bottomRight())
                painter.drawLine(cross.bottomLeft(), cross.topRight())
            else:
                fill = tokens.accent if self._influences else tokens.line
                painter.fillRect(box, QColor(fill))
            if layer % every == 0:
                painter.setPen(QColor(tokens.dim))
                place = QRectF(layer * bar, _BARS_PX, bar * every, names.height())
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, count(layer))
        if self.hasFocus() and self._layers:
            painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(self._current * bar, 0.5, bar - 1, _BARS_PX - 1))


class LayersWish(QWidget):
    """How many layers go, or which ones. Main thread.

    What a model's layers do is measured when it is asked for, and known again later.

    Signals:
        changed: Another wish.

    Args:
        jobs: The door to background work.
        influences: Measures in a job, reporting shares of the way.
        known: What was measured before; None where nothing was.
    """

    changed = Signal()

    def __init__(
        self, jobs: Jobs, influences: Influences, known: Known, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs, self._measure, self._known = jobs, influences, known
        self._job: Job[Sequence[float]] | None = None
        self._path: Path | None = None
        self._layers = 0
        self._influences: Sequence[float] = ()
        self._named: tuple[int, ...] | None = None
        self.field = NumberField(self.tr("Layers to leave out"), 0, 0, blank=self.tr("none"))
        self.field.setFixedWidth(self.fontMetrics().averageCharWidth() * 9)
        self.bars = LayerBars()
        self.look_button = push_button(self.tr("See what each layer does"), "link", run=self.look)
        self.progress = ProgressLine(self.tr("Comparing layers"))
        self.words = label("", "small-dim", wrap=True)
        name = label(self.tr("Leave out layers"), "dim")
        set_tip(
            self,
            self.tr(
                "So many of those that change least of what passes through them, or those whose"
                " bars you click. The file gets really smaller and faster, and loses much."
            ),
        )
        head = in_row(name, self.field, self.look_button, 1, spacing=GRID // 2)
        in_column(head, self.bars, self.progress, self.words, on=self, spacing=GRID // 2)
        self.field.value_changed.connect(self._count)
        self.bars.toggled.connect(self._toggle)
        self._show()

    @property
    def drop_layers(self) -> int | tuple[int, ...]:
        """As a recipe takes it."""
        return self._named or int(self.field.value or 0) or ()

    def show_model(self, path: Path | None, layers: int) -> None:
        """Another model is chosen: so many layers, of which nothing goes yet."""
        self.stop()
        self._path, self._layers, self._named = path, layers, None
        self._influences = ()
        if path is not None and layers > 1:
            self._jobs.run(
                lambda _context: self._known(path),
                done=lambda found: self._take(path, found),
                failed=lambda _error: None,  # the page says what it is
            )
        self.field.set_most(max(0, layers - 1))
        self.field.set_value(None)
        self.words.setText("")
        self._show()

    def look(self) -> None:
        """See what each layer does: the model reads a text."""
        path = self._path
        if path is None or self._job is not None:
            return
        self.progress.set_share(0.0)
        self.words.setText(self.tr("It reads a text of several languages and code."))

        def done(found: Sequence[float]) -> None:
            self.stop()
            self._take(path, found)

        self._job = self._jobs.run(
            lambda context: self._measure(path, context),
            done=done,
            failed=self._fail,
            progress=self.progress.set_share,
        )
        self._show()

    def stop(self) -> None:
        """Measure no more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.progress.clear()

    def _take(self, path: Path, found: Sequence[float] | None) -> None:
        if found is not None and path == self._path:
            self._influences = found
            self._show()

    def _fail(self, error: PersonError) -> None:
        self.stop()
        self._show()
        self.words.setText(sentence(error))
        self.words.show()

    def _count(self, _value: object) -> None:
        self._named = None
        self._show()
        self.changed.emit()

    def _toggle(self, layer: int) -> None:
        chosen = set(self._gone) ^ {layer}
        if len(chosen) >= self._layers:
            return
        self._named = tuple(sorted(chosen))
        self.field.set_value(len(chosen) or None)
        self._show()
        self.changed.emit()

    @property
    def _gone(self) -> tuple[int, ...]:
        """Those that would go, as far as that is known."""
        if self._named is not None:
            return self._named
        number = int(self.field.value or 0)
        return least_influential(self._influences, number) if self._influences else ()

    def _show(self) -> None:
        self.setVisible(self._layers > 1)
        self.bars.show_layers(self._layers, self._influences, self._gone)
        self.look_button.setVisible(not self._influences and self._job is None)
        gone = self._gone
        if self._job is None:
            said = ""
            if gone:
                layers = ", ".join(count(each) for each in gone)
                said = self.tr("These go: {layers}. The others move up.").format(layers=layers)
            elif self._influences:
                said = self.tr("The higher a bar, the more its layer does. Click what is to go.")
            self.words.setText(said)
        self.words.setVisible(bool(self.words.text()))
