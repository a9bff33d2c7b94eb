"""The person's limits: memory, speed, and how much may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.verdict import Limits
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import NumberField, label, push_button
from app.ui.kit.widgets.layouts import in_grid
from app.ui.kit.words.format import byte_size

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView

_MB, _GB = 1e6, 1e9
_FIELD_DIGITS = 7


class LimitsEditor(QWidget):
    """Memory, speed and tolerated loss. What was given to the byte stays so until it is typed over.

    Signals:
        changed: Other limits (:class:`Limits`) hold.
    """

    changed = Signal(object)

    def __init__(self, usual: Limits) -> None:
        super().__init__()
        self._usual = usual
        self._memory_bytes = usual.memory_bytes
        self._unit = _GB
        name, blank = self.tr("Most memory"), self.tr("any")
        # Of small models a gigabyte is no limit: theirs are set in megabytes.
        self.gigabytes = NumberField(name, 0.001, 1e6, decimals=3, step=0.5, blank=blank)
        self.megabytes = NumberField(name, 1, 1e9, step=5, blank=blank)
        self.unit = label("", "dim")
        self.speed = NumberField(
            self.tr("Least speed in tokens a second"), 0.1, 1e6, decimals=1, blank=blank
        )
        self.loss = NumberField(
            self.tr("How many of 100 questions may be lost"), 0.1, 100, decimals=1, step=0.5
        )
        self.reset_button = push_button(self.tr("This PC’s limits"), "link", run=self._reset)
        set_tip(
            self.reset_button,
            self.tr(
                "{size} of memory, which this PC has beside its system; the speed of reading; three"
                " in 100 questions"
            ).format(size=byte_size(usual.memory_bytes)),
        )
        self._lay_out()
        self._give_room()
        self.set_limits(usual)
        for field in (self.gigabytes, self.megabytes):
            field.value_changed.connect(self._take_memory)
        for field in (self.speed, self.loss):
            field.value_changed.connect(lambda _value: self._tell())

    @property
    def memory(self) -> NumberField:
        """The field of the memory that is shown."""
        return self.gigabytes if self._unit == _GB else self.megabytes

    @property
    def limits(self) -> Limits:
        """Those that hold."""
        speed, loss = self.speed.value, self.loss.value
        return Limits(
            self._memory_bytes,
            None if speed is None else float(speed),
            float(loss or 0) / 100,
        )

    def set_limits(self, limits: Limits) -> None:
        """Show limits without telling anybody."""
        self._memory_bytes = limits.memory_bytes
        self.speed.set_value(limits.least_tokens_per_second)
        self.loss.set_value(100 * limits.tolerance)
        self._show_memory()
        self._follow()

    def follow(self, view: LadderView | None) -> None:
        """Set memory in the unit of a ladder's models."""
        needed = [row.needed_bytes for row in view.rows if row.needed_bytes] if view else []
        unit = _MB if needed and max(needed) < _GB else _GB
        if unit != self._unit:
            had_focus = self.memory.hasFocus()
            self._unit = unit
            self._show_memory()
            if had_focus:
                self.memory.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        grid = in_grid(self, across=GRID, down=GRID // 2)
        grid.addWidget(label(self.tr("My limits"), "small-dim"), 0, 0, 1, 3)
        lines = (
            (self.tr("Memory"), (self.gigabytes, self.megabytes), self.unit),
            (self.tr("Speed"), (self.speed,), label(self.tr("tok/s"), "dim")),
            (self.tr("May lose"), (self.loss,), label(self.tr("in 100"), "dim")),
        )
        for row, (words, fields, unit) in enumerate(lines, start=1):
            grid.addWidget(label(words, "dim"), row, 0)
            for field in fields:
                grid.addWidget(field, row, 1)
            grid.addWidget(unit, row, 2)
        below = len(lines) + 1
        grid.addWidget(self.reset_button, below, 0, 1, 3, Qt.AlignmentFlag.AlignLeft)
        grid.setRowStretch(below + 1, 1)

    def _give_room(self) -> None:
        """Fields as wide as their numbers."""
        width = self.fontMetrics().horizontalAdvance("0" * _FIELD_DIGITS) + 2 * GRID
        for field in (self.gigabytes, self.megabytes, self.speed, self.loss):
            field.setFixedWidth(width)

    def _show_memory(self) -> None:
        memory = self._memory_bytes
        for field, unit in ((self.gigabytes, _GB), (self.megabytes, _MB)):
            field.set_value(None if memory is None else memory / unit)
            field.setVisible(unit == self._unit)
        self.unit.setText(self.tr("GB") if self._unit == _GB else self.tr("MB"))

    def _take_memory(self, value: float | None) -> None:
        self._memory_bytes = None if value is None else round(value * self._unit)
        self._tell()

    def _reset(self) -> None:
        self.set_limits(self._usual)
        self.changed.emit(self.limits)

    def _tell(self) -> None:
        self._follow()
        self.changed.emit(self.limits)

    def _follow(self) -> None:
        self.reset_button.setVisible(_as_shown(self.limits) != _as_shown(self._usual))

    # Qt's own names from here on.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._give_room()


def _as_shown(limits: Limits) -> tuple[float | None, ...]:
    """Limits as the fields round them."""
    memory, speed = limits.memory_bytes, limits.least_tokens_per_second
    return (
        None if memory is None else round(memory / _MB),
        None if speed is None else round(speed, 1),
        round(100 * limits.tolerance, 1),
    )
