"""Rows of a settings panel: a name, a control, an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QWidget

from app.ui.kit.plain import add_choice, caption, set_spoken, set_tip
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.number_field import NumberField

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

_LEAST_FIELD_PX, _FIELD_PX = 104, 168


class SettingsRows(QGridLayout):
    """Names at the left, controls at the right, the explanation in both tool tips."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(16)
        self.setVerticalSpacing(8)
        # A field gets its whole width before its name gets more than it needs.
        self.setColumnStretch(0, 1)
        self.setColumnStretch(1, 1000)
        self._titles: dict[QWidget, QWidget] = {}
        self._explanations: dict[QWidget, str] = {}

    def add(self, name: str, control: QWidget, explanation: str) -> None:
        """Add a row; the control gets its accessible name and description here."""
        row = self.rowCount()
        title = label(caption(name), wrap=True)
        title.setBuddy(control)
        self._titles[control], self._explanations[control] = title, explanation
        set_spoken(control, name)
        self.tell_range(control)
        longest = max(map(title.fontMetrics().horizontalAdvance, title.text().split()), default=0)
        title.setMinimumWidth(longest)
        control.setMinimumWidth(_LEAST_FIELD_PX)
        control.setMaximumWidth(_FIELD_PX)
        control.setSizePolicy(QSizePolicy.Policy.Expanding, control.sizePolicy().verticalPolicy())
        self.addWidget(title, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(control, row, 1)

    def add_heading(self, words: str) -> None:
        """Say what the rows below have in common."""
        self.addWidget(label(words, "small-dim"), self.rowCount(), 0, 1, 2)

    def tell_range(self, control: QWidget) -> None:
        """Say again what a control is for, and what may be typed there."""
        tip = self._explanations[control]
        if isinstance(control, NumberField):
            tip = f"{tip} ({control.range_text})"
        set_tip(self._titles[control], tip)
        set_tip(control, tip)
        set_spoken(control, control.accessibleName(), tip)

    def set_shown(self, control: QWidget, shown: bool) -> None:
        """Show a row or leave it out."""
        control.setVisible(shown)
        self._titles[control].setVisible(shown)


def choice_box(choices: Sequence[tuple[str, object]]) -> QComboBox:
    """A combo box of (text, value)."""
    box = QuietComboBox()
    for text, value in choices:
        add_choice(box, text, value)
    return box


def choose(box: QComboBox, value: object) -> None:
    """Show the choice that stands for a value, without telling anybody."""
    blocked = box.blockSignals(True)
    position = next((i for i in range(box.count()) if box.itemData(i) == value), -1)
    box.setCurrentIndex(position)
    box.blockSignals(blocked)


class QuietComboBox(ChoiceBox):
    """Leaves the wheel to the panel that scrolls, unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Qt's own names from here on.

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
