"""How a setting and a fact look: a name with its explanation, and a control or words beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLayout, QSizePolicy, QWidget

from app.ui.kit.plain import caption, set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.labels import breakable, label
from app.ui.kit.widgets.layouts import in_column, in_grid, in_row
from app.ui.kit.widgets.number_field import NumberField
from app.ui.kit.words.text import translate
from app.ui.pages.settings.entries import Entry, Numbers
from app.ui.settings.settings_rows import choice_box, choose

_CONTROL_CHARACTERS = 24
_TOP = Qt.AlignmentFlag.AlignTop


class GroupRows(QWidget):
    """The rows of a group, below its title."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._grid = in_grid(across=2 * GRID, down=2 * GRID, grows=0)
        in_column(label(title, "title"), self._grid, on=self, margins=(0, 0, 0, 2 * GRID))

    def add_entry(self, entry: Entry, take: Callable[[object], object]) -> QWidget:
        """A setting with its control; ``take`` hears of another value."""
        control = _control(entry, take)
        room = control.fontMetrics().averageCharWidth() * _CONTROL_CHARACTERS
        control.setFixedWidth(room)
        words = entry.explanation
        if entry.at_next_start:
            later = translate("Settings", "Takes effect at the next start.")
            words = f"{words} {later}"
        title = label(caption(entry.title), wrap=True)
        title.setBuddy(control)
        set_spoken(control, entry.title, words)
        self._add(in_column(title, label(words, "small-dim", wrap=True), spacing=2), control)
        return control

    def add_fact(self, name: str, value: str, *beside: QWidget) -> QLabel:
        """Something that is so, and what leads to where it is changed; returns its words."""
        words = label(breakable(value), "small-dim", wrap=True, selectable=True)
        set_spoken(words, f"{name}: {value}")
        buttons = QWidget()
        in_row(*beside, on=buttons)
        self._add(in_column(label(name, wrap=True), words, spacing=2), buttons)
        return words

    def add_wide(self, widget: QWidget) -> None:
        """A widget as wide as the group."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def _add(self, left: QLayout, right: QWidget) -> None:
        row = self._grid.rowCount()
        self._grid.addLayout(left, row, 0, _TOP)
        self._grid.addWidget(right, row, 1, _TOP | Qt.AlignmentFlag.AlignRight)


def show_value(control: QWidget, value: object) -> None:
    """Show a value without telling anybody."""
    if isinstance(control, NumberField):
        control.set_value(value)  # pyright: ignore[reportArgumentType] - of its entry
    elif isinstance(control, QComboBox):
        choose(control, value)


def _control(entry: Entry, take: Callable[[object], object]) -> QWidget:
    choices = entry.choices
    if isinstance(choices, Numbers):
        field = NumberField(
            entry.title, choices.least, choices.most, step=choices.step, blank=choices.blank
        )
        field.value_changed.connect(take)
        return field
    box = choice_box(choices)
    box.activated.connect(lambda: take(box.currentData()))
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return box
