"""A turn over all columns: the person's message once, and the answers to it side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLineF, QRectF
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.turns.answer_view import AnswerView
from app.ui.pages.compare.turns.parts import PromptCard

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.ui.pages.compare.turns.answer_facts import AnswerFacts
    from app.ui.pages.compare.turns.wishes import TurnWishes
    from app.ui.pictures.door import PictureDoor


class TurnRow(QWidget):
    """Owned by a transcript; the turn belongs to the session and grows there.

    Answers get their widgets one at a time: see :meth:`make_answer`.
    """

    def __init__(
        self,
        turn: Turn,
        columns: Mapping[str, str],
        wishes: TurnWishes,
        door: PictureDoor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make a row without answers.

        Args:
            turn: What is asked and answered in it.
            columns: The candidates' letters by their keys, from left to right.
            wishes: What is wanted of the turn is told there.
            door: Where its pictures come from; None shows none.
            parent: Its owner.
        """
        super().__init__(parent)
        self.turn = turn
        self._wishes = wishes
        self._columns: dict[str, str] = {}
        self._answers: dict[str, AnswerView] = {}
        self._places: dict[str, QWidget] = {}
        self.prompt = PromptCard(turn.prompt, self, turn.pictures, door)
        self.prompt.edited.connect(lambda text, pictures: wishes.edited.emit(turn, text, pictures))
        self.prompt.earlier_requested.connect(lambda: wishes.earlier_turn_requested.emit(turn))
        self._question = in_row((self.prompt, 1), spacing=0)
        self._cells = QWidget(self)
        self._row = in_row(on=self._cells, spacing=0)
        in_column(self._question, self._cells, on=self, margins=(0, 0, 0, GRID), spacing=2)
        self.set_columns(columns)

    def set_columns(self, columns: Mapping[str, str]) -> None:
        """Follow the candidates: who came or went, and their order."""
        for key in [key for key in self._columns if key not in columns]:
            gone = self._answers.pop(key, None) or self._places.pop(key)
            self._row.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self._columns = dict(columns)
        for position, key in enumerate(columns):
            widget = self._answers.get(key) or self._places.get(key)
            if widget is None:
                widget = self._places[key] = QWidget(self._cells)
                widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._row.insertWidget(position, widget, 1)

    # --- answers ------------------------------------------------------------------------

    def answer(self, key: str) -> AnswerView | None:
        """The widget of a candidate's answer, if it has one now."""
        return self._answers.get(key)

    def answers(self) -> list[AnswerView]:
        """Those that there are, from left to right."""
        return [self._answers[key] for key in self._columns if key in self._answers]

    @property
    def missing(self) -> list[str]:
        """Candidates whose answers have no widgets yet."""
        asked = self.turn.answers
        return [key for key in self._columns if key in asked and key not in self._answers]

    def make_answer(self, key: str, name: str, facts: AnswerFacts) -> None:
        """Make the widget of a candidate's answer; ``name`` is what screen readers call it."""
        view = self._answers[key] = AnswerView(name, self._cells)
        turn, wishes = self.turn, self._wishes
        view.regenerate_requested.connect(lambda: wishes.regenerate_requested.emit(turn, key))
        view.earlier_requested.connect(lambda: wishes.earlier_answer_requested.emit(turn, key))
        view.opened.connect(lambda wanted: wishes.opened.emit(turn, key, wanted))
        view.difference_requested.connect(lambda y: wishes.place_requested.emit(view.text, y))
        view.parting_requested.connect(lambda offset: wishes.parting_requested.emit(turn, offset))
        view.focused.connect(self._complete)
        place = self._places.pop(key)
        # In its place before it has a text: each change of palette or font renders it anew.
        self._row.replaceWidget(place, view)
        self._row.setStretch(self._row.indexOf(view), 1)
        place.deleteLater()
        view.show()
        self.refresh(key, facts)

    def refresh(self, key: str, facts: AnswerFacts) -> None:
        """Show a candidate's answer as it is now."""
        answer, view = self.turn.answers.get(key), self._answers.get(key)
        if answer is None or view is None:
            return
        self.prompt.set_editable(facts.can_ask)
        self.prompt.set_versions(self.turn.versions)
        view.show_answer(answer, facts)
        # An older turn is completed when the pointer or the keyboard comes to it; a turn without
        # a text has nothing that the keyboard could come to.
        if not facts.live and (facts.is_last or not answer.text):
            self.prompt.complete()
            view.complete()

    def refresh_text(self, key: str) -> None:
        """Show only the text as it is now; the cheap part of :meth:`refresh`."""
        answer, view = self.turn.answers.get(key), self._answers.get(key)
        if answer is not None and view is not None and answer.text and view.text.isVisibleTo(view):
            view.show_text(answer)

    def keep_in_sight(self, left_px: int, right_px: int) -> None:
        """Where columns are wider than the window the message stays between these margins."""
        self._question.setContentsMargins(left_px, 0, right_px, 0)

    def _complete(self) -> None:
        self.prompt.complete()
        for view in self.answers():
            view.complete()

    def stops(self) -> list[QWidget]:
        """What the keyboard comes to, in the order of reading."""
        answers = (stop for view in self.answers() for stop in view.stops())
        return [*self.prompt.stops(), *answers]

    # Qt's own names from here on.

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._reveal(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._reveal(False)

    def _reveal(self, shown: bool) -> None:
        self.prompt.reveal_buttons(shown)
        for view in self.answers():
            view.reveal_buttons(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self._cells.geometry()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(QColor(tokens.surface))
        painter.setPen(QColor(tokens.line))
        painter.drawRoundedRect(box, 6, 6)
        for position in range(1, self._row.count()):
            item = self._row.itemAt(position)
            if item is not None:
                x = self._cells.x() + item.geometry().left() + 0.5
                painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
