"""The box below a pane that asks its model alone."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton
from app.ui.kit.widgets.layouts import in_row
from app.ui.pages.compare.panes.prompt_field import PromptField

MOST_LINES = 4


class OwnBox(QWidget):
    """Keeps what is written until :meth:`clear` is called: a refused prompt is not lost.

    Signals:
        asked: The person asks this model alone.
        asked_all: The person wrote here and asks every model; the text may be empty.
    """

    asked = Signal(str)
    asked_all = Signal(str)

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = GrowingEdit(most_lines=MOST_LINES, enter_submits=True)
        self.edit.setPlaceholderText(self.tr("ask {letter} only …").format(letter=letter))
        self.edit.setAccessibleName(self.tr("Prompt for {letter} only").format(letter=letter))
        self.field = PromptField(self.edit)
        self.edit.submitted.connect(self._ask)
        self.edit.submitted_to_all.connect(lambda: self.asked_all.emit(self.text()))
        self.send_button = IconButton(
            "send", self.tr("Ask {letter} only (Enter)").format(letter=letter), size_px=16
        )
        self.send_button.clicked.connect(self._ask)
        self.setFocusProxy(self.edit)
        in_row(
            (self.field, 1),
            (self.send_button, 0, Qt.AlignmentFlag.AlignBottom),
            on=self,
            margins=(GRID, 0, GRID // 2, 0),
            spacing=GRID // 2,
        )

    def text(self) -> str:
        """What is written, without blank space around it."""
        return self.field.text()

    def clear(self) -> None:
        """Empty the box, once the session has taken the prompt."""
        self.field.clear()

    def _ask(self) -> None:
        if text := self.text():
            self.asked.emit(text)
