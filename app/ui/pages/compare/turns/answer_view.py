"""A model's answer: its thinking, its text, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.core.chats.chat import Answer, StopReason
from app.core.words.sentence import say
from app.ui.answers.document import GUTTER_PX
from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.kit.icons import icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import told
from app.ui.pages.compare.turns.answer_facts import AnswerFacts
from app.ui.pages.compare.turns.parts import ThinkingBlock
from app.ui.pages.compare.turns.quiet_button import SIDE_PX, QuietButton
from app.ui.pages.compare.turns.standing import StandingLine


class AnswerView(QWidget):
    """Follows one answer while it comes and after.

    Signals:
        regenerate_requested: The answer is wanted anew.
        earlier_requested: The answer before is wanted back.
        opened: It is wanted though the original says the same (True), or folded again.
        difference_requested: The first difference is wanted in sight; pixels from the text's top.
        parting_requested: The original's answer is wanted in sight where this one leaves it;
            characters of the text.
        focused: The text got the keyboard.
    """

    regenerate_requested = Signal()
    earlier_requested = Signal()
    opened = Signal(bool)
    difference_requested = Signal(int)
    parting_requested = Signal(int)
    focused = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """``name`` is what screen readers call the text ("Answer of B")."""
        super().__init__(parent)
        self._name = name
        self._difference: int | None = None
        self._marked: int | None = None
        self._mark_due = False
        self._facts = AnswerFacts()
        # Most answers never need most of these, and a chat shows hundreds of answers.
        self.thinking: ThinkingBlock | None = None
        self._text: MarkdownView | None = None
        self.part_bar: PartBar | None = None
        self._live_label: QLabel | None = None
        self._stop_label: QLabel | None = None
        self._standing: StandingLine | None = None
        self._buttons: tuple[QuietButton, QuietButton] | None = None
        self._earlier_button: QPushButton | None = None
        # A column is as wide as its neighbours, whatever stands in it.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        below = QWidget()
        below.setMinimumHeight(SIDE_PX)
        self._row = in_row(1, on=below, spacing=0)
        self._tail = in_column(below, spacing=0)
        self._body = QWidget()
        self._column = in_column(self._tail, on=self._body, spacing=GRID // 2)
        margins = (GRID // 2, GRID - 2, GRID // 2, 0)
        self._whole = in_column(self._body, 1, on=self, margins=margins, spacing=0)

    # --- its parts, made when they are first needed ---------------------------------------

    @property
    def text(self) -> MarkdownView:
        """The answer's text."""
        if self._text is None:
            self._text = MarkdownView(self._name, self._body)
            self._text.focused.connect(self.focused)
            self._text.part_changed.connect(self._follow_part)
            self._text.hide()
            self._column.insertWidget(0 if self.thinking is None else 1, self._text)
            self._order_tabs()
        return self._text

    def _follow_part(self) -> None:
        """Say which part of a long text is shown."""
        text = self.text
        if self.part_bar is None and not (text.parts.whole and text.parts.formatted):
            self.part_bar = PartBar(text, self._body)
            self._column.insertWidget(self._column.indexOf(text) + 1, self.part_bar)

    @property
    def live_label(self) -> QLabel:
        """What the pane does for the answer while nothing of it has come."""
        if self._live_label is None:
            self._live_label = label(role="dim")
            self._live_label.setIndent(GUTTER_PX)
            self._live_label.hide()
            self._column.insertWidget(self._column.count() - 1, self._live_label)
        return self._live_label

    @property
    def stop_label(self) -> QLabel:
        """Why the answer ended."""
        if self._stop_label is None:
            self._stop_label = label(role="small-dim", wrap=True)
            self._stop_label.setIndent(GUTTER_PX)
            self._stop_label.hide()
            self._tail.insertWidget(0, self._stop_label)
        return self._stop_label

    @property
    def standing(self) -> StandingLine:
        """How it stands to the original's answer."""
        if self._standing is None:
            self._standing = StandingLine(self)
            self._standing.opened.connect(self.opened)
            self._standing.difference_wanted.connect(self._ask_difference)
            self._whole.insertWidget(0, self._standing)
        return self._standing

    @property
    def earlier_button(self) -> QPushButton:
        """Goes back to the answer that this one took the place of."""
        if self._earlier_button is None:
            button = self._earlier_button = push_button("", "link")
            set_tip(button, self.tr("Nothing is lost: the answers take turns."))
            button.clicked.connect(self.earlier_requested)
            self._row.insertWidget(self._row.count() - 1, button)
        return self._earlier_button

    @property
    def regenerate_button(self) -> QuietButton:
        """Asks for the answer anew; on the newest turn alone."""
        return self._made_buttons()[0]

    @property
    def copy_button(self) -> QuietButton:
        """Copies the answer, as text or as Markdown."""
        return self._made_buttons()[1]

    def complete(self) -> None:
        """Make the buttons, which wait until the pointer or the keyboard comes near."""
        if not self._facts.folded:
            self._made_buttons()

    def _made_buttons(self) -> tuple[QuietButton, QuietButton]:
        if self._buttons is None:
            regenerate = QuietButton("refresh", self.tr("Answer this anew"), self)
            regenerate.clicked.connect(self.regenerate_requested)
            copy = QuietButton("copy", self.tr("Copy the answer"), self)
            copy.clicked.connect(self._show_copy_menu)
            self._buttons = (regenerate, copy)
            for button in self._buttons:
                self._row.addWidget(button)
            copy.show()
            self._follow_buttons()
            self._order_tabs()
        return self._buttons

    def _order_tabs(self) -> None:
        """Keys go from the text to its buttons, whichever came into being first."""
        if self._text is not None and self._buttons is not None:
            QWidget.setTabOrder(self._text, self._buttons[0])
            QWidget.setTabOrder(*self._buttons)

    # --- showing ------------------------------------------------------------------------

    def show_text(self, answer: Answer) -> None:
        """Follow the text; called about eight times a second while it comes."""
        if answer.stop_reason is None:
            self.text.stream_markdown(answer.text)
        else:
            self.text.set_markdown(answer.text)

    def show_answer(self, answer: Answer, facts: AnswerFacts) -> None:
        """Follow everything."""
        self._facts = facts
        if facts.compared or self._standing is not None:
            self.standing.show_facts(answer, facts)
        self._body.setVisible(not facts.folded)
        if facts.folded and self._text is None:
            return  # what nobody sees is not made
        self._show_thinking(answer, facts)
        if answer.text or self._text is not None:
            if self._text is None and facts.plain:
                self.text.parts.set_formatted(False)
            if facts.live and not facts.stopping:
                self.show_text(answer)
            else:
                self.text.set_markdown(answer.text)
            self.text.setVisible(bool(answer.text))
        waiting = facts.live and not answer.text and not answer.thinking
        if waiting and self.live_label.text() != facts.live_words:
            self.live_label.setText(facts.live_words)
        if waiting or self._live_label is not None:
            self.live_label.setVisible(waiting)
        self._show_end(answer, facts)
        self._show_difference(facts)
        self._show_earlier(facts)
        if self._buttons is not None:
            self._follow_buttons()

    @property
    def laid_out(self) -> bool:
        """Whether all of its text that can be seen is laid out."""
        return self._text is None or not self._text.isVisible() or self._text.laid_out

    def hold(self, notes: QWidget) -> None:
        """Show what belongs to the answer below it."""
        self._whole.insertWidget(self._whole.count() - 1, notes)

    def stops(self) -> list[QWidget]:
        """What the keyboard comes to, in the order of reading."""
        thinking = self.thinking.toggle if self.thinking is not None else None
        standing = self._standing.stops() if self._standing is not None else []
        parts = (thinking, self._text, *(self._buttons or ()), self._earlier_button)
        return [*standing, *(part for part in parts if part is not None)]

    def reveal_buttons(self, shown: bool) -> None:
        """Show the buttons because the pointer is over the turn."""
        if self._buttons is not None or (shown and not self._facts.folded):
            for button in self._made_buttons():
                button.set_revealed(shown)

    def _follow_buttons(self) -> None:
        facts, has_text = self._facts, self._text is not None and bool(self._text.parts.source)
        newest = facts.is_last and not facts.live
        self.copy_button.setEnabled(has_text)
        self.copy_button.set_always(newest and has_text)
        self.regenerate_button.setVisible(facts.is_last)
        self.regenerate_button.setEnabled(facts.can_ask)
        self.regenerate_button.set_always(newest)

    def _show_thinking(self, answer: Answer, facts: AnswerFacts) -> None:
        if not answer.thinking:
            if self.thinking is not None:
                self.thinking.hide()
            return
        if self.thinking is None:
            self.thinking = ThinkingBlock(self._body)
            self._column.insertWidget(0, self.thinking)
        self.thinking.show()
        coming = facts.live and not answer.text
        tokens = answer.figures.thinking_tokens if answer.figures is not None else None
        if not tokens and coming:
            tokens = facts.live_tokens
        self.thinking.set_thinking(answer.thinking, tokens or None, coming=coming)

    def _show_end(self, answer: Answer, facts: AnswerFacts) -> None:
        words = facts.stop_words
        if answer.stop_reason is StopReason.ERROR and answer.error:
            words = told(answer.error)
        elif answer.stop_reason is None and not facts.live:
            words = self.tr("cut off: the program or the engine ended before the answer did")
        if words or self._stop_label is not None:
            self.stop_label.setText(words)
            self.stop_label.setVisible(bool(words))

    def _show_earlier(self, facts: AnswerFacts) -> None:
        if facts.earlier or self._earlier_button is not None:
            self.earlier_button.setText(told(say("counted.other_answers", n=facts.earlier)))
            self.earlier_button.setVisible(facts.earlier > 0 and not facts.live)
            self.earlier_button.setEnabled(facts.can_ask)

    # --- the first difference -----------------------------------------------------------

    def _show_difference(self, facts: AnswerFacts) -> None:
        self._difference = facts.difference
        if facts.difference is None and self._text is not None:
            self._text.mark_source_offset(None)
        # Finding the place takes some renderings: it waits for a moment with nothing else to do.
        self._mark_due = facts.difference not in (None, self._marked)
        self._marked = self._marked if facts.difference is not None else None

    def place_mark(self) -> bool:
        """Mark the first difference if that is still to be done; False if it is not."""
        if not self._mark_due or self._text is None or not self._text.isVisible():
            return False
        self._mark()
        return True

    def _mark(self) -> None:
        self._mark_due = False
        self._marked = self._difference
        self.text.mark_source_offset(self._difference)

    def show_place(self, offset: int) -> None:
        """Mark a place of the answer, in characters of its text, and ask for it in sight."""
        self.text.mark_source_offset(offset)
        self._bring_into_sight(offset)

    def _ask_difference(self) -> None:
        self._mark()
        if self._difference is not None:
            self._bring_into_sight(self._difference)
            self.parting_requested.emit(self._difference)

    def _bring_into_sight(self, offset: int) -> None:
        self.text.parts.show_offset(offset)
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
        QGuiApplication.clipboard().setText(self.text.plain_text())

    def copy_markdown(self) -> None:
        """Put the answer on the clipboard as the model wrote it."""
        QGuiApplication.clipboard().setText(self.text.parts.source)

    def _show_copy_menu(self) -> None:
        menu = brief_menu(self)
        menu.addAction(icon("copy"), self.tr("Copy as text"), self.copy_text)
        menu.addAction(icon("copy"), self.tr("Copy as Markdown"), self.copy_markdown)
        if self.thinking is not None and not self.thinking.isHidden():
            menu.addAction(icon("copy"), self.tr("Copy the thinking"), self.thinking.copy)
        menu.popup(self.copy_button.mapToGlobal(self.copy_button.rect().bottomLeft()))
