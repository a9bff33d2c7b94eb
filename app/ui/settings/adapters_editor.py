"""Edits which adapters a model runs with, and how strongly each counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QSlider, QVBoxLayout, QWidget

from app.core.candidates.adapters import MOST_ADAPTERS, MOST_STRENGTH, Adapter
from app.core.models.model_names import model_stem
from app.ui.kit.plain import caption, set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.buttons import IconButton, push_button
from app.ui.kit.widgets.elided import ElidedLabel
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import empty, in_column, in_row
from app.ui.kit.widgets.number_field import NumberField

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent


_STEPS = 20
"""Of the slider, for a strength of 1; it ends at 2."""
_FIELD_PX = GRID * 8


class AdaptersEditor(QWidget):
    """The adapters as rows, each with a slider; a button adds one that fits.

    Signals:
        changed: The person changed something: the adapters, a tuple.
        file_wanted: The person has an adapter in a file.

    Args:
        for_good: They are to become part of a file, instead of running beside a model.
    """

    changed = Signal(tuple)
    file_wanted = Signal()

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__()
        self._for_good = for_good
        self._adapters: tuple[Adapter, ...] = ()
        self._choices: Sequence[Path] = ()
        self.rows: list[StrengthRow] = []
        note = self.tr("Strengths take effect at the next answer, without loading the model again.")
        if for_good:
            note = self.tr("They become part of the weights: the new file needs no adapter.")
        self._note = label(note, "small-dim", wrap=True)
        self.add_button = push_button(self.tr("Add an adapter"), icon_name="add", run=self._offer)
        set_tip(
            self.add_button,
            self.tr(
                "An adapter (LoRA) is a small file that changes what a model does: its style, its"
                " knowledge, or that it follows instructions."
            ),
        )
        self.menu = QMenu(self)
        self._column: QVBoxLayout = in_column()
        name = self.tr("Merge adapters") if for_good else self.tr("Adapters")
        in_column(
            label(name, "dim" if for_good else ""),
            self._column,
            self._note,
            in_row(self.add_button, 1),
            on=self,
        )
        self.setAccessibleName(name)
        self._show()

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        """Those that hold."""
        return self._adapters

    def set_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        """Show others without telling anybody."""
        if adapters != self._adapters:
            self._adapters = adapters
            self._show()

    def set_choices(self, choices: Sequence[Path]) -> None:
        """Offer these of this PC's adapters: those that fit the model."""
        self._choices = choices

    def _show(self) -> None:
        if [row.path for row in self.rows] != [each.path for each in self._adapters]:
            empty(self._column)
            self.rows = [StrengthRow(each, self._for_good) for each in self._adapters]
            for place, row in enumerate(self.rows):
                row.strength_changed.connect(lambda now, at=place: self._set_strength(at, now))
                row.removed.connect(lambda at=place: self._remove(at))
                self._column.addWidget(row)
        for row, each in zip(self.rows, self._adapters, strict=True):
            row.set_strength(each.strength)
        self._note.setVisible(bool(self.rows))
        self.add_button.setEnabled(len(self.rows) < MOST_ADAPTERS)

    def _offer(self) -> None:
        """Those that fit and are not used yet; else straight to a file."""
        used = {each.path for each in self._adapters}
        free = [each for each in map(str, self._choices) if each not in used]
        if not free:
            self.file_wanted.emit()
            return
        self.menu.clear()
        for each in free:
            action = self.menu.addAction(caption(adapter_name(Adapter(each))))
            action.triggered.connect(lambda _on=False, path=each: self._add(path))
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Open a file …")).triggered.connect(self.file_wanted)
        self.menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def _add(self, path: str) -> None:
        self._take((*self._adapters, Adapter(path)))

    def _remove(self, place: int) -> None:
        self._take((*self._adapters[:place], *self._adapters[place + 1 :]))

    def _set_strength(self, place: int, strength: float) -> None:
        adapters = list(self._adapters)
        adapters[place] = replace(adapters[place], strength=strength)
        self._take(tuple(adapters))

    def _take(self, adapters: tuple[Adapter, ...]) -> None:
        if adapters != self._adapters:
            self._adapters = adapters
            self._show()
            self.changed.emit(adapters)


class StrengthRow(QWidget):
    """One adapter: its name, a slider from nothing to twice its strength, and the figure.

    Signals:
        strength_changed: The person chose another, once the slider is let go.
        removed: The adapter is to go.
    """

    strength_changed = Signal(float)
    removed = Signal()

    def __init__(self, adapter: Adapter, for_good: bool = False) -> None:
        super().__init__()
        self.path = adapter.path
        name = adapter_name(adapter)
        shown = ElidedLabel("", least_characters=8)
        shown.set_text(name, adapter.path)
        self.remove_button = IconButton(
            "close", self.tr("Take {name} away").format(name=name), size_px=14
        )
        self.remove_button.clicked.connect(self.removed)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 2 * _STEPS)
        self.slider.setPageStep(_STEPS // 4)
        self.slider.setTracking(False)
        spoken = self.tr("Strength of {name}").format(name=name)
        self.field = NumberField(spoken, -MOST_STRENGTH, MOST_STRENGTH, decimals=2, step=0.05)
        self.field.setFixedWidth(_FIELD_PX)
        tip = self.tr(
            "How strongly it counts: 1 as it was trained, 0 not at all, below 0 the other way"
            " round."
        )
        if not for_good:
            tip += " " + self.tr("It takes effect at the next answer.")
        for control in (self.slider, self.field):
            set_tip(control, tip)
            set_spoken(control, spoken, tip)
        in_column(
            in_row((shown, 1), self.remove_button),
            in_row((self.slider, 1), self.field),
            on=self,
            spacing=GRID // 2,
        )
        self.slider.sliderMoved.connect(lambda at: self.field.set_value(at / _STEPS))
        self.slider.valueChanged.connect(lambda at: self.strength_changed.emit(at / _STEPS))
        self.field.value_changed.connect(lambda value: self.strength_changed.emit(value))

    def set_strength(self, strength: float) -> None:
        """Show it without telling anybody."""
        self.field.set_value(strength)
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(strength * _STEPS))
        self.slider.blockSignals(blocked)


def adapter_name(adapter: Adapter) -> str:
    """What an adapter is called: its file, without the ending."""
    return model_stem(Path(adapter.path).name)


class _Slider(QSlider):
    """Leaves the wheel to the panel that scrolls."""

    # Qt's own names from here on.

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
