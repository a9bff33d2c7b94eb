"""Asks once how models are to be asked whose files bring no chat template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.core.chats.templates import WELL_KNOWN
from app.ui.kit.plain import add_choice, set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.settings.candidate_settings import template_name

if TYPE_CHECKING:
    from app.lab.compare.templates import TemplateQuestion

_LEAST_SIGNS = 12


class TemplateChooser(QFrame):
    """One question for all versions of a model; hidden while there is none.

    Signals:
        chosen: The question (:class:`TemplateQuestion`) and the id of a template.
    """

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question: TemplateQuestion | None = None
        self.setProperty("role", "raised")
        self.sentence = label("", "strong", wrap=True)
        self.advice = label(
            self.tr(
                "A chat template is how a question is dressed for the model. The usual one of its"
                " kind is chosen here; its page on the Hub says which it was trained with. Plain"
                " completion, for base models, goes on with the text as it stands. Your answer is"
                " kept; a version’s settings change it."
            ),
            "dim",
            wrap=True,
        )
        self.combo = ChoiceBox(least_characters=_LEAST_SIGNS)
        self.combo.setAccessibleName(self.tr("Chat template"))
        name = label(self.tr("Chat template"))
        name.setBuddy(self.combo)  # a reader calls a box by its label
        for template in WELL_KNOWN:
            add_choice(self.combo, template_name(template), template.id)
        self.use_button = push_button(self.tr("Use it"), "primary", run=self._choose)
        in_column(
            self.sentence,
            self.advice,
            in_row(name, self.combo, self.use_button, 1),
            on=self,
            margins=GRID,
            spacing=GRID // 2,
        )
        self.hide()

    def show_question(self, question: TemplateQuestion | None) -> None:
        """Ask this, or nothing; what the person has chosen so far stays."""
        if question == self._question:
            return
        self._question = question
        self.setVisible(question is not None)
        if question is None:
            return
        words = (
            self.tr("{letters}: the file of {name} brings no chat template.")
            if len(question.keys) == 1
            else self.tr("{letters}: the files of {name} bring no chat template.")
        ).format(letters=", ".join(question.letters), name=question.name)
        self.sentence.setText(words)
        set_spoken(self, words)
        self.combo.setCurrentIndex(self.combo.findData(question.guess))

    def _choose(self) -> None:
        if self._question is not None:
            self.chosen.emit(self._question, self.combo.currentData())
