"""An engine's own log, to read and to copy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app.ui.kit.plain import set_spoken, set_title, shown_text
from app.ui.kit.theme import GRID, code_font
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column, in_row

MOST_LINES = 4_000
LONGEST_LINE = 2_000


class LogView(QDialog):
    """A window of its own, because logs are wide; it does not block the other."""

    def __init__(self, title: str, read: Callable[[], str], parent: QWidget | None = None) -> None:
        """``read`` gives the log as it is now."""
        super().__init__(parent)
        self._read = read
        set_title(self, title)
        self.setModal(False)
        self.resize(GRID * 110, GRID * 64)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(code_font(self.font()))
        set_spoken(self.text, title)
        self.text.setPlaceholderText(self.tr("The engine has said nothing yet."))
        self.copy_button = push_button(self.tr("Copy all"), icon_name="copy")
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(shown_text(self._read()))
        )
        self.refresh_button = push_button(self.tr("Read again"), icon_name="refresh")
        self.refresh_button.clicked.connect(self.refresh)
        self.close_button = push_button(self.tr("Close"))
        self.close_button.clicked.connect(self.close)
        buttons = in_row(self.copy_button, self.refresh_button, 1, self.close_button, spacing=None)
        in_column((self.text, 1), buttons, on=self, margins=GRID, spacing=None)
        self.refresh()

    def refresh(self) -> None:
        """Show the log as it is now, its end in sight."""
        self.text.setPlainText(shown_text(_bounded(self._read())))
        self.text.moveCursor(QTextCursor.MoveOperation.End)


def _bounded(log: str) -> str:
    """The last lines of a log, long ones cut: what a file makes llama.cpp say is not trusted."""
    lines = log[-MOST_LINES * LONGEST_LINE :].splitlines()[-MOST_LINES:]
    return "\n".join(
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …" for line in lines
    )
