"""The answer: which version to run, and the person's limits that it keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from app.core.verdict import Limits
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import NumberField, label, push_button
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import Gap, in_column, in_row
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.words import DOT

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView

_GB = 1e9
_MOST_REMARKS = 3
_FIELD_PX = GRID * 10


class LimitsEditor(QWidget):
    """Memory, speed and tolerated loss.

    Signals:
        changed: Other limits (:class:`Limits`) hold.
    """

    changed = Signal(object)

    def __init__(self, usual: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = usual
        self.memory = NumberField(
            self.tr("Most memory in GB"), 0.01, 1e6, decimals=2, step=0.5, blank=self.tr("any")
        )
        self.speed = NumberField(
            self.tr("Least speed in tokens a second"), 0.1, 1e6, decimals=1, blank=self.tr("any")
        )
        self.loss = NumberField(self.tr("Tolerated loss in points"), 0.1, 100, decimals=1, step=0.5)
        self.reset_button = push_button(self.tr("This PC’s limits"), "link", run=self._reset)
        set_tip(
            self.reset_button,
            self.tr("The memory that is free here now, the speed of reading, three points"),
        )
        self._lay_out()
        self.set_limits(usual)
        for field in (self.memory, self.speed, self.loss):
            field.value_changed.connect(lambda _value: self._tell())

    @property
    def limits(self) -> Limits:
        """Those that hold."""
        memory, speed, loss = self.memory.value, self.speed.value, self.loss.value
        return Limits(
            None if memory is None else round(memory * _GB),
            None if speed is None else float(speed),
            float(loss or 0) / 100,
        )

    def set_limits(self, limits: Limits) -> None:
        """Show limits without telling anybody."""
        memory = limits.memory_bytes
        self.memory.set_value(None if memory is None else memory / _GB)
        self.speed.set_value(limits.least_tokens_per_second)
        self.loss.set_value(100 * limits.tolerance)
        self._follow()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        lines = (
            (self.tr("At most"), self.memory, self.tr("GB")),
            (self.tr("At least"), self.speed, self.tr("tok/s")),
            (self.tr("May lose"), self.loss, self.tr("points")),
        )
        for row, (words, field, unit) in enumerate(lines):
            field.setFixedWidth(_FIELD_PX)
            grid.addWidget(label(words, "dim"), row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(label(unit, "dim"), row, 2)
        grid.addWidget(self.reset_button, len(lines), 0, 1, 3, Qt.AlignmentFlag.AlignLeft)
        grid.setRowStretch(len(lines) + 1, 1)

    def _reset(self) -> None:
        self.set_limits(self._usual)
        self.changed.emit(self.limits)

    def _tell(self) -> None:
        self._follow()
        self.changed.emit(self.limits)

    def _follow(self) -> None:
        usual = _as_shown(self.limits) == _as_shown(self._usual)
        self.reset_button.setVisible(not usual)


def _as_shown(limits: Limits) -> tuple[float | None, ...]:
    """Limits as the fields round them."""
    memory, speed = limits.memory_bytes, limits.least_tokens_per_second
    return (
        None if memory is None else round(memory / _GB, 2),
        None if speed is None else round(speed, 1),
        round(100 * limits.tolerance, 1),
    )


class VerdictCard(QFrame):
    """The recommendation in large letters, what else there is, the limits at the right."""

    def __init__(self, usual: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self._short = False
        self._found: tuple[str, ...] = ()
        self.limits = LimitsEditor(usual)
        self.limits.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.so_far = label("", "small-dim")
        self.sentence = label("", "title", wrap=True, selectable=True)
        self.remarks = [label("", "dim", wrap=True, selectable=True) for _ in range(_MOST_REMARKS)]
        self._lay_out()
        self.show_view(None, complete=False)

    def show_view(self, view: LadderView | None, *, complete: bool) -> None:
        """Show what may be said of a ladder; ``complete``: everything is measured."""
        found = view.recommendation if view is not None else None
        self.so_far.setText(self.tr("Which one to run") if complete else self.tr("So far"))
        self.sentence.setText(
            breakable(told(found.sentence))
            if found is not None
            else self.tr("Nothing is measured yet.")
        )
        # While it is measured, most of them say that nothing can be said yet.
        self._found = tuple(map(told, found.remarks)) if found is not None and complete else ()
        self._say(self.remarks, [] if self._short else list(self._found))
        set_spoken(self, self.so_far.text(), self.sentence.text())

    def set_short(self, short: bool) -> None:
        """Show the sentence alone, where there is little height."""
        if short is not self._short:
            self._short = short
            self._say(self.remarks, [] if short else list(self._found))

    def _say(self, labels: list[QLabel], sentences: list[str]) -> None:
        if len(sentences) > len(labels):
            rest = len(sentences) - len(labels) + 1
            last = DOT.strip() + " " + self.tr("and {n} more").format(n=rest)
            sentences = [*sentences[: len(labels) - 1], last]
        for place, each in enumerate(labels):
            each.setText(breakable(sentences[place]) if place < len(sentences) else "")
            each.setVisible(place < len(sentences))

    def _lay_out(self) -> None:
        words = in_column(self.so_far, self.sentence, Gap(GRID // 2), spacing=GRID // 2)
        for each in self.remarks:
            words.addWidget(each)
        words.addStretch(1)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedWidth(1)
        in_row(
            (words, 1),
            rule,
            self.limits,
            on=self,
            margins=(GRID * 2, GRID + GRID // 2, GRID * 2, GRID + GRID // 2),
            spacing=GRID * 2,
        )
