"""The box at the bottom that asks every model, with Send and Stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.panes.prompt_field import PromptField

MOST_LINES = 6


class PromptBox(QWidget):
    """Keeps what is written until :meth:`clear` is called: a refused prompt is not lost.

    Signals:
        submitted: The person wants to ask; the text without blank space around it.
        stop_requested: Every answer shall stop.
    """

    submitted = Signal(str)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = GrowingEdit(most_lines=MOST_LINES, enter_submits=True)
        self.edit.setAccessibleName(self.tr("Prompt for every model"))
        self.edit.submitted.connect(self._submit)
        self.edit.submitted_to_all.connect(self._submit)
        self.field = PromptField(self.edit)
        self.field.changed.connect(self._refresh)
        self.send_button = QPushButton(icon("send", Tone.ON_ACCENT), self.tr("Send"))
        self.send_button.setProperty("role", "primary")
        self.send_button.clicked.connect(self._submit)
        self.stop_button = QPushButton(icon("stop"), self.tr("Stop"))
        set_tip(self.stop_button, self.tr("Stop every answer (Esc)"))
        self.stop_button.clicked.connect(self.stop_requested)
        beside = in_column(1, in_row(self.send_button, self.stop_button), spacing=None)
        in_row((self.field, 1, Qt.AlignmentFlag.AlignBottom), beside, on=self, margins=GRID)
        self._busy = False
        self._panes = 0
        self.set_state(busy=False, panes=0)

    def set_state(self, *, busy: bool, panes: int) -> None:
        """Follow the session: whether something runs, and how many would be asked."""
        self._busy = busy
        self._panes = panes
        self._refresh()

    def set_enter_sends(self, sends: bool) -> None:
        """Whether Enter sends and Shift+Enter makes a line; else Ctrl+Enter sends."""
        self.edit.enter_submits = sends
        self._refresh()

    def text(self) -> str:
        """What is written, without blank space around it."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Put a prompt in the box, the cursor behind it."""
        self.field.set_text(text)

    def clear(self) -> None:
        """Empty the box, once the session has taken the prompt."""
        self.field.clear()

    def _refresh(self) -> None:
        if self.edit.enter_submits:
            keys = self.tr("Enter sends, Shift+Enter makes a new line")
        else:
            keys = self.tr("Ctrl+Enter sends")
        ask = self.tr("Ask …") if self._panes == 1 else self.tr("Ask every model …")
        self.edit.setPlaceholderText(f"{ask}   {keys}")
        set_tip(self.send_button, f"{ask}\n{keys}")
        self.send_button.setEnabled(bool(self.text()) and self._panes > 0 and not self._busy)
        self.stop_button.setEnabled(self._busy)

    def _submit(self) -> None:
        text = self.text()
        if text and self._panes:
            self.submitted.emit(text)
