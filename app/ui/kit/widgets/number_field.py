"""A field for one number that takes nothing half-typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QLineEdit

from app.ui.kit.theme import tabular
from app.ui.kit.words.format import number

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent


class NumberField(QLineEdit):
    """A number within bounds, or nothing where that has a meaning.

    Enter or leaving the field takes what was typed; what cannot be taken is marked while it is
    typed, and put back when the field is left. Up and Down step. Esc puts the old value back.

    Attributes:
        value: The value that holds; never what is half-typed.
        range_text: The bounds in words.

    Signals:
        value_changed: The person entered another value: int, float or None.

    Args:
        name: What it is, for screen readers.
        least: The smallest value.
        most: The greatest value.
        decimals: 0 makes the value an int.
        step: Of the Up and Down keys.
        blank: What an empty field means ("auto"); empty: there must be a number.
    """

    value_changed = Signal(object)

    def __init__(
        self,
        name: str,
        least: float,
        most: float,
        *,
        decimals: int = 0,
        step: float = 1,
        blank: str = "",
    ) -> None:
        super().__init__()
        self._least = least
        self._most = most
        self._decimals = decimals
        self._step = step
        self._blank = blank
        self.value: float | int | None = None if blank else self._typed(least)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(tabular(self.font()))
        self.setAccessibleName(name)
        self.setPlaceholderText(blank)
        self.range_text = self._range_words()
        self.setAccessibleDescription(self.range_text)
        self._show()
        self.textEdited.connect(self._on_edited)

    def set_value(self, value: float | None) -> None:
        """Show a value without telling anybody."""
        self.value = None if value is None else self._typed(value)
        self._show()

    def set_most(self, most: float) -> None:
        """Move the upper bound; the value is not touched."""
        self._most = most
        self.range_text = self._range_words()

    @property
    def is_valid(self) -> bool:
        """Whether what stands in the field could be taken."""
        return self._parse(self.text())[0]

    def commit(self) -> None:
        """Take what was typed, or put the old value back."""
        good, value = self._parse(self.text())
        if good and value != self.value:
            self.value = value
            self._show()
            self.value_changed.emit(value)
        else:
            self._show()

    def _range_words(self) -> str:
        return self.tr("{least} to {most}").format(
            least=self._shown(self._least), most=self._shown(self._most)
        )

    def _typed(self, value: float) -> float | int:
        return round(value, self._decimals) if self._decimals else round(value)

    def _parse(self, text: str) -> tuple[bool, float | int | None]:
        stripped = text.strip()
        if not stripped:
            return bool(self._blank), None
        if stripped.casefold() == self._blank.casefold():
            return True, None
        # A decimal point is understood everywhere, beside the locale's own sign.
        value, good = QLocale().toDouble(stripped)
        if not good:
            value, good = QLocale.c().toDouble(stripped)
        if not good or not self._least <= value <= self._most:
            return False, None
        if not self._decimals and value != round(value):
            return False, None
        return True, self._typed(value)

    def _shown(self, value: float) -> str:
        if not self._decimals:
            return str(round(value))
        text = number(value, self._decimals)
        point = QLocale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text

    def _show(self) -> None:
        self.setText("" if self.value is None else self._shown(self.value))
        self._mark(valid=True)

    def _on_edited(self, _text: str) -> None:
        self._mark(valid=self.is_valid)

    def _mark(self, *, valid: bool) -> None:
        marked = self.property("invalid") == "true"
        if marked is valid:
            self.setProperty("invalid", "false" if valid else "true")
            self.style().unpolish(self)
            self.style().polish(self)
            self.setAccessibleDescription(
                self.range_text
                if valid
                else self.tr("Not valid: {range}").format(range=self.range_text)
            )

    def _step_by(self, steps: int) -> None:
        start = self.value if self.value is not None else self._least - steps * self._step
        wanted = min(max(start + steps * self._step, self._least), self._most)
        self.setText(self._shown(self._typed(wanted)))
        self.commit()

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self._step_by(1)
            case Qt.Key.Key_Down:
                self._step_by(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.commit()
                self.selectAll()
            case Qt.Key.Key_Escape if not self.is_valid or self.isModified():
                self._show()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
