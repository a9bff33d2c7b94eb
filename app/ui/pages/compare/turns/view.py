"""One turn in one pane: the person's message and the answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column
from app.ui.pages.compare.turns.answer_facts import AnswerFacts
from app.ui.pages.compare.turns.answer_view import AnswerView
from app.ui.pages.compare.turns.parts import PromptCard

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent

    from app.core.chats.chat import Turn

__all__ = ["AnswerFacts", "TurnView"]


class TurnView(QWidget):
    """Owned by a transcript; the turn belongs to the session and grows there.

    Signals:
        edited: Another prompt in this turn's place is wanted.
        regenerate_requested: The answer is wanted anew.
        earlier_answer_requested: The answer before is wanted back.
        earlier_turn_requested: The message as it was before it was edited is wanted back.
        parting_requested: Where the answer leaves the reference's is wanted in sight there.
        place_requested: A place of the answer (a widget, pixels from its top) is wanted in sight.
        link_activated: The person clicked a link (QUrl).
    """

    edited = Signal(object, str)
    regenerate_requested = Signal(object)
    earlier_answer_requested = Signal(object)
    earlier_turn_requested = Signal(object)
    place_requested = Signal(QWidget, int)
    parting_requested = Signal(object, int)
    link_activated = Signal(QUrl)

    def __init__(self, turn: Turn, key: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turn = turn
        self._key = key
        self.prompt = PromptCard(turn.prompt, self)
        self.prompt.edited.connect(lambda text: self.edited.emit(self.turn, text))
        self.prompt.earlier_requested.connect(lambda: self.earlier_turn_requested.emit(self.turn))
        self.answer = AnswerView(name, self)
        self.answer.earlier_requested.connect(lambda: self.earlier_answer_requested.emit(self.turn))
        self.answer.regenerate_requested.connect(lambda: self.regenerate_requested.emit(self.turn))
        self.answer.difference_requested.connect(
            lambda y: self.place_requested.emit(self.answer.text, y)
        )
        self.answer.parting_requested.connect(
            lambda offset: self.parting_requested.emit(self.turn, offset)
        )
        self.answer.link_activated.connect(self.link_activated)
        self.answer.focused.connect(self._complete)
        in_column(self.prompt, self.answer, on=self, margins=(0, 0, 0, GRID), spacing=GRID // 2)

    def refresh(self, facts: AnswerFacts) -> None:
        """Show the answer as it is now."""
        answer = self.turn.answers.get(self._key)
        if answer is None:
            return
        self.prompt.set_editable(facts.can_ask)
        self.prompt.set_versions(self.turn.versions)
        self.answer.show_answer(answer, facts)
        # An older turn is completed when the pointer or the keyboard comes to it; a turn without
        # a text has nothing that the keyboard could come to.
        if not facts.live and (facts.is_last or not answer.text):
            self._complete()

    def _complete(self) -> None:
        self.prompt.complete()
        self.answer.complete()

    def refresh_text(self) -> None:
        """Show only the text as it is now; the cheap part of :meth:`refresh`."""
        answer = self.turn.answers.get(self._key)
        if answer is not None and answer.text and self.answer.text.isVisibleTo(self):
            self.answer.show_text(answer)

    # Qt's own names from here on.

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.prompt.reveal_buttons(True)
        self.answer.reveal_buttons(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.prompt.reveal_buttons(False)
        self.answer.reveal_buttons(False)
