"""Pieces of one turn: the person's message and the model's thinking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.core.text.clean import settled_text
from app.ui.answers.document import GUTTER_PX
from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.answers.text_parts import PART_WEIGHT, SLICE_WEIGHT, fits, last_part, plain_cut
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.labels import PlainLabel, set_small
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.turns.prompt_editor import PromptEditor, Written
from app.ui.pages.compare.turns.quiet_button import SIDE_PX, QuietButton
from app.ui.pages.compare.words import tokens_words
from app.ui.pictures.thumbnail import PictureRow, Thumbnail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.chats.pictures import Picture
    from app.ui.pictures.door import PictureDoor

LONG_PROMPT_WEIGHT = 1800
"""About half a page."""
SHORT_CHARACTERS = 240
"""Longer messages are not set in heavy letters."""
THINKING_LINES = 12


class PromptCard(QFrame):
    """What the person wrote; becomes an editor in place.

    Signals:
        edited: Another prompt is wanted in its place, with these pictures.
        earlier_requested: The message as it was before is wanted back.
    """

    edited = Signal(str, object)
    earlier_requested = Signal()

    def __init__(
        self,
        prompt: str,
        parent: QWidget | None = None,
        pictures: Sequence[Picture] = (),
        door: PictureDoor | None = None,
    ) -> None:
        """Show a message.

        Args:
            prompt: The words.
            parent: Where it stands.
            pictures: What the person showed, to stand above them.
            door: Where pictures come from; None shows none, and takes none.
        """
        super().__init__(parent)
        self._prompt = prompt
        self._door = door
        set_spoken(self, self.tr("You: {prompt}").format(prompt=prompt[:200]))
        self.label = PlainLabel()
        self.label.setWordWrap(True)
        if len(prompt) <= SHORT_CHARACTERS:
            self.label.setProperty("role", "strong")
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._editable = True
        self._buttons: tuple[QuietButton, QuietButton] | None = None
        self._row = in_row((self.label, 1), spacing=0)
        # Room for the buttons, until they are made.
        self.label.setMinimumHeight(SIDE_PX)
        self._row.setContentsMargins(0, 0, 2 * SIDE_PX, 0)
        self._column = in_column(
            self._row, on=self, margins=(GRID // 2 + GUTTER_PX, 0, GRID // 2, 0), spacing=None
        )
        self.picture_row: PictureRow | None = None
        self.whole_button: QPushButton | None = None
        self.whole_text: MarkdownView | None = None
        self.earlier_button: QPushButton | None = None
        self._editor: PromptEditor | None = None
        self._written = Written(prompt, tuple(pictures))
        if pictures and door is not None:
            self.picture_row = PictureRow(self)
            self.picture_row.show_pictures(pictures, door)
            self._column.insertWidget(0, self.picture_row)
        self._show_text(whole=fits(prompt, 0, LONG_PROMPT_WEIGHT))

    @property
    def pictures(self) -> list[Thumbnail]:
        """What is shown above the words."""
        return self.picture_row.shown if self.picture_row is not None else []

    @property
    def edit_button(self) -> QuietButton:
        """Puts an editor in the text's place."""
        return self._made_buttons()[0]

    @property
    def copy_button(self) -> QuietButton:
        """Puts the message on the clipboard."""
        return self._made_buttons()[1]

    @property
    def editor(self) -> PromptEditor | None:
        """The editor while the prompt is being edited."""
        return self._editor

    def start_editing(self) -> None:
        """Put an editor in the text's place."""
        if self._editor is not None:
            return
        self._editor = PromptEditor(self._prompt, self, self._written, self._door)
        self._editor.accepted.connect(self.edited)
        self._editor.cancelled.connect(self.stop_editing)
        self._show_parts(visible=False)
        self._column.addWidget(self._editor)
        self._editor.focus()

    def stop_editing(self) -> None:
        """Back to the text; what was written is there when it is edited again."""
        if self._editor is not None:
            self._written = self._editor.written()
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
        self._show_parts(visible=True)

    def set_editable(self, editable: bool) -> None:
        """Whether editing can be asked for now."""
        self._editable = editable
        if self._buttons is not None:
            self.edit_button.setEnabled(editable)
        if self._editor is not None:
            self._editor.set_enabled(editable)

    def set_versions(self, versions: int) -> None:
        """How many other versions of the message can be gone back to."""
        if versions and self.earlier_button is None:
            self.earlier_button = QPushButton(self.tr("Other version"))
            self.earlier_button.setProperty("role", "link")
            set_tip(
                self.earlier_button,
                self.tr("This message was edited. Go back to it as it was, and to what followed."),
            )
            self.earlier_button.clicked.connect(self.earlier_requested)
            self._column.addWidget(self.earlier_button, 0, Qt.AlignmentFlag.AlignLeft)
        if self.earlier_button is not None:
            self.earlier_button.setVisible(versions > 0 and self._editor is None)
            self.earlier_button.setEnabled(self._editable)

    def reveal_buttons(self, shown: bool) -> None:
        """Show the buttons because the pointer is over the turn."""
        if shown or self._buttons is not None:
            for button in self._made_buttons():
                button.set_revealed(shown)

    def complete(self) -> None:
        """Make the buttons, which wait until a person comes near: a chat has hundreds of them."""
        self._made_buttons()

    def stops(self) -> list[QWidget]:
        """What the keyboard comes to, in the order of reading."""
        parts = (
            *self.pictures,
            self.label,
            *(self._buttons or ()),
            self.whole_button,
            self.earlier_button,
        )
        return [part for part in parts if part is not None]

    def _made_buttons(self) -> tuple[QuietButton, QuietButton]:
        if self._buttons is None:
            edit = QuietButton("edit", self.tr("Edit and ask again from here"), self)
            edit.setEnabled(self._editable)
            edit.clicked.connect(self.start_editing)
            copy = QuietButton("copy", self.tr("Copy this message"), self)
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._prompt))
            self._buttons = (edit, copy)
            self._row.setContentsMargins(0, 0, 0, 0)
            for button in self._buttons:
                self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
                button.setVisible(self._editor is None)
            # As the eye goes, though they come into being last.
            QWidget.setTabOrder(self.label, edit)
            QWidget.setTabOrder(edit, copy)
        return self._buttons

    def _show_parts(self, *, visible: bool) -> None:
        self.label.setVisible(visible)
        for button in self._buttons or ():
            button.setVisible(visible)
        for part in (self.picture_row, self.whole_button, self.whole_text, self.earlier_button):
            if part is not None:
                part.setVisible(visible)

    def _show_text(self, *, whole: bool) -> None:
        if not whole:
            end = plain_cut(self._prompt, 0, LONG_PROMPT_WEIGHT)
            self.label.setText(self._prompt[:end].rstrip() + " …")
            self.whole_button = QPushButton(self.tr("Show the whole message"))
            self.whole_button.setProperty("role", "link")
            self.whole_button.clicked.connect(lambda: self._show_text(whole=True))
            self._column.addWidget(self.whole_button, 0, Qt.AlignmentFlag.AlignLeft)
            return
        if self.whole_button is not None:
            self.whole_button.hide()
            self.whole_button.deleteLater()
            self.whole_button = None
        if fits(self._prompt, 0, SLICE_WEIGHT):
            self.label.setText(self._prompt)
        else:
            self._show_long()

    def _show_long(self) -> None:
        """A text that no label could show: in slices, and in parts."""
        self.label.clear()
        self.whole_text = MarkdownView(self.tr("Message"))
        self.whole_text.parts.set_formatted(False)
        bar = PartBar(self.whole_text, offers_format=False)
        self._column.addWidget(self.whole_text)
        self._column.addWidget(bar)
        self.whole_text.set_markdown(self._prompt)


class ThinkingBlock(QWidget):
    """A model's thinking, folded away until it is asked for; grows live when open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._shown = ""
        self._shown_from = 0
        self.toggle = QToolButton()
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setIcon(icon("chevron-right", Tone.DIM))
        self.toggle.toggled.connect(self._on_toggled)
        self.body: QPlainTextEdit | None = None
        self._column = in_column((self.toggle, 0, Qt.AlignmentFlag.AlignLeft), on=self, spacing=0)

    def set_thinking(self, text: str, tokens: int | None, *, coming: bool) -> None:
        """Show this thinking; ``coming`` while more of it may follow."""
        if tokens is None:
            words = self.tr("Thinking …") if coming else self.tr("Thinking")
        elif coming:
            words = self.tr("Thinking … {tokens}").format(tokens=tokens_words(tokens))
        else:
            words = self.tr("Thinking: {tokens}").format(tokens=tokens_words(tokens))
        if self.toggle.text() != words:
            self.toggle.setText(words)
        self._text = text
        if self.body is not None and self.toggle.isChecked():
            self._fill(self.body)

    def _on_toggled(self, opened: bool) -> None:
        self.toggle.setIcon(icon("chevron-down" if opened else "chevron-right", Tone.DIM))
        if opened and self.body is None:
            self.body = self._make_body()
            self._column.addWidget(self.body)
        if self.body is not None:
            self.body.setVisible(opened)
            if opened:
                self._fill(self.body)

    def _make_body(self) -> QPlainTextEdit:
        body = QPlainTextEdit()
        body.setReadOnly(True)
        body.setProperty("role", "plain")
        body.setAccessibleName(self.tr("Thinking"))
        body.setUndoRedoEnabled(False)
        set_small(body)
        body.setViewportMargins(GRID, 0, 0, 0)
        body.setSizeAdjustPolicy(QPlainTextEdit.SizeAdjustPolicy.AdjustIgnored)
        body.setFixedHeight(self.fontMetrics().lineSpacing() * THINKING_LINES // 2)
        return body

    def copy(self) -> None:
        """Put all of the thinking on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)

    def _fill(self, body: QPlainTextEdit) -> None:
        # Only what is new goes in: laying out ten thousand characters anew takes milliseconds. Of
        # a long text only the last part is shown.
        grown = self._text.startswith(self._shown)
        if not grown or not fits(self._text, self._shown_from, PART_WEIGHT):
            body.clear()
            self._shown = ""
            self._shown_from = last_part(self._text).start
        bar = body.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(body.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(settled_text(self._text[max(self._shown_from, len(self._shown)) :]))
        self._shown = self._text
        lines = min(THINKING_LINES, max(2, int(body.document().size().height())))
        body.setFixedHeight(lines * body.fontMetrics().lineSpacing() + GRID)
        if at_end:
            bar.setValue(bar.maximum())
