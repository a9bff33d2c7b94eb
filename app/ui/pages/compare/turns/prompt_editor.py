"""Edits an earlier message where it stands: its words, and what was shown with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.panes.prompt_field import PromptField
from app.ui.pictures.drop import PictureDrop
from app.ui.pictures.strip import PictureStrip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.chats.pictures import Picture
    from app.ui.pictures.door import PictureDoor

EDIT_LINES = 10


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in an editor."""

    text: str
    pictures: Sequence[Picture] = ()


class PromptEditor(QWidget):
    """The message as it was, to begin with; undo leads there from what was written later.

    Signals:
        accepted: Ask this instead: the words, and the pictures that go with them.
        cancelled: Leave it as it was.

    Args:
        prompt: The words as they were.
        parent: Where it stands.
        written: What was left here before, or what the message was made of.
        door: Where pictures come from; None takes none.
    """

    accepted = Signal(str, object)
    cancelled = Signal()

    def __init__(
        self, prompt: str, parent: QWidget | None, written: Written, door: PictureDoor | None = None
    ) -> None:
        super().__init__(parent)
        self.edit = GrowingEdit(
            most_lines=EDIT_LINES, enter_submits=False, escape_cancels=True, parent=self
        )
        self.edit.setAccessibleName(self.tr("Edit the message"))
        strip = PictureStrip(door, self) if door is not None else None
        self.field = PromptField(self.edit, strip)
        self.field.set_text(prompt)
        if written.text and written.text != prompt:
            self.edit.selectAll()
            self.edit.insertPlainText(written.text)
        self.edit.submitted_to_all.connect(self._accept)
        self.edit.cancelled.connect(self.cancelled)
        words = self.tr("Answers from here on are replaced; you can go back to them.")
        self.note = label(words, "small-dim", wrap=True)
        self.picture_button = IconButton("picture", self.tr("Show a picture"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancelled)
        self.ask_button = QPushButton(self.tr("Ask again"))
        set_tip(self.ask_button, self.tr("Ctrl+Enter"))
        self.ask_button.setProperty("role", "primary")
        self.ask_button.clicked.connect(self._accept)
        buttons = in_row(1, self.picture_button, self.cancel_button, self.ask_button, spacing=None)
        in_column(self.field, self.note, buttons, on=self, spacing=GRID // 2)
        self._enabled = True
        if strip is None:
            self.picture_button.hide()
        else:
            strip.set_pictures(written.pictures)
            strip.changed.connect(self._follow)
            strip.refused.connect(self.note.setText)
            self.picture_button.clicked.connect(strip.choose)
            PictureDrop(self, self, strip)

    def written(self) -> Written:
        """What stands in it."""
        return Written(self.edit.toPlainText(), self.field.pictures())

    def focus(self) -> None:
        """Put the cursor at the end of the text."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)

    def set_enabled(self, enabled: bool) -> None:
        """Whether the edited message can be asked now."""
        self._enabled = enabled
        self._follow()

    def _follow(self) -> None:
        """Pictures that are still being read are waited for."""
        reads = self.field.strip is not None and self.field.strip.reading
        self.ask_button.setEnabled(self._enabled and not reads)

    def _accept(self) -> None:
        if self.field.text() and self.ask_button.isEnabled():
            self.accepted.emit(self.field.text(), self.field.pictures())
