"""A text that belongs into another program: to be read, and copied by one click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.ui.kit.plain import shown_text
from app.ui.kit.theme import GRID, code_font
from app.ui.kit.widgets.buttons import IconButton
from app.ui.kit.widgets.layouts import in_row


class CopyField(QWidget):
    """Main thread.

    Args:
        name: What the text is, for screen readers.
        copy: What the button does.
        lines: How many lines are seen at most.
    """

    def __init__(self, name: str, copy: str, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._copy_words = copy
        self._lines = lines
        self.field = QPlainTextEdit()
        self.field.setReadOnly(True)
        self.field.setFont(code_font(self.font()))
        self.field.setAccessibleName(name)
        self.field.setTabChangesFocus(True)
        self.button = IconButton("copy", copy, run=self._copy)
        if lines == 1:
            self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_text("")
        in_row((self.field, 1), (self.button, 0, Qt.AlignmentFlag.AlignTop), on=self, spacing=None)

    def set_text(self, text: str) -> None:
        """Show a text; what was copied is another one now."""
        if text and text == self._text:
            return
        self._text = text
        self.field.setPlainText(shown_text(text))
        lines = max(1, min(self._lines, text.count("\n") + 2)) if self._lines > 1 else 1
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * lines + GRID * 2)
        self.button.set_icon_name("copy")
        self.button.set_name(self._copy_words)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.button.set_icon_name("check")
        self.button.set_name(self.tr("Copied"))
