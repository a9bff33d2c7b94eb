"""The line above an answer that says how it stands to the original's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.answers.document import GUTTER_PX
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import caption, set_tip
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_row

if TYPE_CHECKING:
    from app.core.chats.chat import Answer
    from app.ui.pages.compare.turns.answer_facts import AnswerFacts


class StandingLine(QWidget):
    """Keeps its height whatever it says, so that answers beside each other begin at one height.

    Signals:
        opened: An answer that says the same is wanted (True), or folded again.
        difference_wanted: The first difference is wanted in sight.
    """

    opened = Signal(bool)
    difference_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_open = False
        self.label = label(role="small-dim")
        self.label.setIndent(GUTTER_PX)
        self.label.hide()
        self._row = in_row(self.label, 1, on=self, spacing=0)
        self._same: QPushButton | None = None
        self._difference: QPushButton | None = None
        self.setFixedHeight(self.fontMetrics().height() + 8)

    @property
    def same_button(self) -> QPushButton:
        """Says that both are equal, and opens and folds the answer."""
        if self._same is None:
            self._same = self._button()
            self._same.clicked.connect(lambda: self.opened.emit(not self._is_open))
        return self._same

    @property
    def difference_button(self) -> QPushButton:
        """Brings the first difference into sight."""
        if self._difference is None:
            self._difference = self._button()
            set_tip(
                self._difference,
                self.tr("Here this answer leaves the original's. Click to see the place in both."),
            )
            self._difference.clicked.connect(self.difference_wanted)
        return self._difference

    def show_facts(self, answer: Answer, facts: AnswerFacts) -> None:
        """Say how an answer stands."""
        self.setVisible(facts.compared)
        self.label.setText(facts.original_words)
        self.label.setVisible(bool(facts.original_words))
        same, differs = bool(facts.same_as) and not facts.live, facts.difference is not None
        if same:
            self._is_open = facts.opened
            words = self.tr("= the same as {letter}").format(letter=facts.same_as)
            self.same_button.setText(caption(words))
            name = "chevron-down" if facts.opened else "chevron-right"
            self.same_button.setIcon(icon(name, Tone.ACCENT))
            tip = (
                self.tr("Fold it") if facts.opened else self.tr("Word for word. Click to read it.")
            )
            set_tip(self.same_button, tip)
        if same or self._same is not None:
            self.same_button.setVisible(same)
        if differs:
            from_start = not answer.text[: facts.difference].strip()
            self.difference_button.setText(
                self.tr("≠ from the first word") if from_start else self.tr("≠ first difference")
            )
        if differs or self._difference is not None:
            self.difference_button.setVisible(differs)

    def stops(self) -> list[QWidget]:
        """What the keyboard comes to."""
        return [button for button in (self._same, self._difference) if button is not None]

    def _button(self) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("role", "link")
        button.hide()
        self._row.insertWidget(0, button)
        return button
