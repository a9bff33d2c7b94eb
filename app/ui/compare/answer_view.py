"""A model's answer: its thinking, its text, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.core.chat import StopReason
from app.ui.answer_document import GUTTER_PX
from app.ui.compare.quiet_button import QuietButton
from app.ui.compare.turn_parts import ThinkingBlock
from app.ui.icons import icon
from app.ui.markdown import MarkdownView
from app.ui.theme import GRID
from app.ui.widgets import label, push_button

if TYPE_CHECKING:
    from app.core.chat import Answer
    from app.ui.compare.turn_view import AnswerFacts


class AnswerView(QWidget):
    """Follows one answer while it comes and after.

    Signals:
        regenerate_requested: The answer is wanted anew.
        difference_requested: The first difference is wanted in sight; pixels from the text's top.
        link_activated: The person clicked a link (QUrl).
    """

    regenerate_requested = Signal()
    difference_requested = Signal(int)
    link_activated = Signal(QUrl)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """``name`` is what screen readers call the text ("Answer of B")."""
        super().__init__(parent)
        self._difference: int | None = None
        self._marked: int | None = None
        self._mark_due = False
        self.thinking: ThinkingBlock | None = None
        self.text = MarkdownView(name, self)
        self.text.link_activated.connect(self.link_activated)
        self.live_label = label(role="dim")
        self.live_label.setIndent(GUTTER_PX)
        self.live_label.hide()
        self.difference_button = push_button(self.tr("first difference"), "link")
        self.difference_button.setIcon(icon("difference"))
        self.difference_button.setToolTip(
            self.tr("Here this answer leaves the reference's. Click to see the place.")
        )
        self.difference_button.clicked.connect(self._ask_difference)
        self.difference_button.hide()
        self.stop_label = label(role="small-dim", wrap=True)
        self.stop_label.setIndent(GUTTER_PX)
        self.stop_label.hide()
        self.copy_button = QuietButton("copy", self.tr("Copy the answer"))
        self.copy_button.clicked.connect(self._show_copy_menu)
        self.regenerate_button = QuietButton("refresh", self.tr("Answer this anew"))
        self.regenerate_button.clicked.connect(self.regenerate_requested)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID // 2, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self._column.addWidget(self.text)
        self._column.addWidget(self.live_label)
        self._column.addLayout(self._make_tail())

    def _make_tail(self) -> QVBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self.difference_button)
        buttons.addStretch(1)
        for button in (self.regenerate_button, self.copy_button):
            buttons.addWidget(button)
        tail = QVBoxLayout()
        tail.setSpacing(0)
        tail.addWidget(self.stop_label)
        tail.addLayout(buttons)
        return tail

    # --- showing ------------------------------------------------------------------------

    def show_text(self, answer: Answer) -> None:
        """Follow the text; called about ten times a second while it comes."""
        if answer.stop_reason is None:
            self.text.stream_markdown(answer.text)
        else:
            self.text.set_markdown(answer.text)

    def show_answer(self, answer: Answer, facts: AnswerFacts) -> None:
        """Follow everything."""
        self._show_thinking(answer, facts)
        if facts.live and not facts.stopping:
            self.show_text(answer)
        else:
            self.text.set_markdown(answer.text)
        self.text.setVisible(bool(answer.text))
        waiting = facts.live and not answer.text and not answer.thinking
        self.live_label.setVisible(waiting)
        if waiting and self.live_label.text() != facts.live_words:
            self.live_label.setText(facts.live_words)
        self._show_end(answer, facts)
        self._show_difference(facts)
        self.copy_button.setEnabled(bool(answer.text))
        self.copy_button.set_always(facts.is_last and not facts.live and bool(answer.text))
        self.regenerate_button.setVisible(facts.is_last)
        self.regenerate_button.setEnabled(facts.can_ask)
        self.regenerate_button.set_always(facts.is_last and not facts.live)

    def reveal_buttons(self, shown: bool) -> None:
        """Show the buttons because the pointer is over the turn."""
        for button in (self.copy_button, self.regenerate_button):
            button.set_revealed(shown)

    def _show_thinking(self, answer: Answer, facts: AnswerFacts) -> None:
        if not answer.thinking:
            if self.thinking is not None:
                self.thinking.hide()
            return
        if self.thinking is None:
            self.thinking = ThinkingBlock(self)
            self._column.insertWidget(0, self.thinking)
        self.thinking.show()
        coming = facts.live and not answer.text
        tokens = answer.figures.thinking_tokens if answer.figures is not None else None
        if not tokens and coming:
            tokens = facts.live_tokens
        self.thinking.set_thinking(answer.thinking, tokens or None, coming=coming)

    def _show_end(self, answer: Answer, facts: AnswerFacts) -> None:
        words = facts.stop_words
        if answer.stop_reason is StopReason.ERROR and answer.error and not facts.error_below:
            words = answer.error
        elif answer.stop_reason is None and not facts.live:
            words = self.tr("cut off: the program or the engine ended before the answer did")
        self.stop_label.setText(words)
        self.stop_label.setVisible(bool(words))

    # --- the first difference -----------------------------------------------------------

    def _show_difference(self, facts: AnswerFacts) -> None:
        self._difference = facts.difference
        self.difference_button.setVisible(facts.difference is not None)
        if facts.difference is None:
            self.text.mark_source_offset(None)
        # Finding the place takes some renderings: it waits for a moment with nothing else to do.
        self._mark_due = facts.difference not in (None, self._marked)
        self._marked = self._marked if facts.difference is not None else None

    def place_mark(self) -> bool:
        """Mark the first difference if that is still to be done; False if it is not."""
        if not self._mark_due or not self.text.isVisible():
            return False
        self._mark()
        return True

    def _mark(self) -> None:
        self._mark_due = False
        self._marked = self._difference
        self.text.mark_source_offset(self._difference)

    def _ask_difference(self) -> None:
        self._mark()
        position = self.text.marked_position
        if position is None:
            self.difference_requested.emit(0)
            return
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(position)
        self.difference_requested.emit(self.text.cursorRect(cursor).top())

    # --- copying ------------------------------------------------------------------------

    def copy_text(self) -> None:
        """Put the answer on the clipboard as it reads, without Markdown's signs."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def copy_markdown(self) -> None:
        """Put the answer on the clipboard as the model wrote it."""
        QGuiApplication.clipboard().setText(self.text.source)

    def _show_copy_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("copy"), self.tr("Copy as text"), self.copy_text)
        menu.addAction(icon("copy"), self.tr("Copy as Markdown"), self.copy_markdown)
        menu.popup(self.copy_button.mapToGlobal(self.copy_button.rect().bottomLeft()))
