"""The answers to one prompt, whole, beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QWidget

from app.ui.kit.plain import set_spoken, shown_text
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import count, speed, tokens
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.batch.prompts import BatchPrompt
    from app.lab.batch.run import BatchAnswer


class Beside(QSplitter):
    """Main thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setChildrenCollapsible(False)
        self.columns: list[_Column] = []

    def begin(self, names: Sequence[str]) -> None:
        """A column for the prompt, and one for each model."""
        for column in self.columns:
            column.setParent(None)
            column.deleteLater()
        self.columns = [_Column(name) for name in (self.tr("Prompt"), *names)]
        for column in self.columns:
            self.addWidget(column)
        self.setSizes([1000] * len(self.columns))

    def show_prompt(
        self, prompt: BatchPrompt | None, answers: Sequence[BatchAnswer | None]
    ) -> None:
        """Show what was asked and what was answered; None where no answer is there yet."""
        if not self.columns:
            return
        first, *others = self.columns
        first.show_text(prompt.prompt if prompt is not None else "", "")
        for column, answer in zip(others, answers, strict=True):
            if answer is None:
                column.show_text("", "")
            elif answer.error:
                column.show_text(answer.error, self.tr("failed"))
            else:
                column.show_text(answer.text, _facts(answer))


class _Column(QWidget):
    """A title, a text, and what is known of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.title = ElidedLabel(name, least_characters=4)
        self.facts = ElidedLabel("", dim=True, least_characters=6)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        set_spoken(self.text, name)
        in_column(self.title, (self.text, 1), self.facts, on=self, spacing=GRID // 2)

    def show_text(self, text: str, facts: str) -> None:
        text = shown_text(text)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self.facts.set_text(facts)


def _facts(answer: BatchAnswer) -> str:
    """How long it is, and how fast it came; the first token comes with its prompt."""
    said = [str(tokens(answer.generated_tokens))] if answer.generated_tokens else []
    if answer.at_once > 1:  # its time is no speed of the model
        said.append(translate("Batch", "{n} at once").format(n=count(answer.at_once)))
    elif answer.generation_ns and answer.generated_tokens and answer.generated_tokens > 1:
        said.append(str(speed((answer.generated_tokens - 1) * 1e9 / answer.generation_ns)))
    return " · ".join(said)
