"""Prompts to begin with, shown while a chat is empty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.resources import resource_path
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, label, push_button
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class SuggestedPrompt:
    """A few words on a button, and what they ask."""

    title: str
    prompt: str


def demo_prompts() -> list[SuggestedPrompt]:
    """What the demo model was made to answer."""
    found = json.loads(resource_path("demo", "prompts.json").read_text(encoding="utf-8"))
    return [SuggestedPrompt(each["title"], each["prompt"]) for each in found]


def general_prompts() -> list[SuggestedPrompt]:
    """Where shrunken models begin to differ: arithmetic, facts, code, following orders."""
    return [
        SuggestedPrompt(
            translate("Suggestions", "Arithmetic"),
            translate(
                "Suggestions",
                "A train leaves at 14:50 and arrives at 17:05. How long does it take?",
            ),
        ),
        SuggestedPrompt(
            translate("Suggestions", "Code"),
            translate(
                "Suggestions",
                "Write a Python function that returns the n-th Fibonacci number, with a test.",
            ),
        ),
        SuggestedPrompt(
            translate("Suggestions", "A fact"),
            translate("Suggestions", "Which element has the atomic number 79, and who uses it?"),
        ),
        SuggestedPrompt(
            translate("Suggestions", "Follow orders"),
            translate(
                "Suggestions",
                "List three birds that cannot fly, as JSON with the keys name and continent.",
            ),
        ),
        SuggestedPrompt(
            translate("Suggestions", "Explain"),
            translate("Suggestions", "Why is the sky blue? Answer in three sentences."),
        ),
    ]


class Suggestions(QWidget):
    """A row of prompts that wraps.

    Signals:
        chosen: The prompt of a button.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Suggested prompts"))
        self._flow = FlowLayout(self, spacing_px=GRID // 2)
        self._flow.setContentsMargins(GRID, 0, GRID, 0)
        self._shown: list[SuggestedPrompt] | None = None

    def set_prompts(self, prompts: Sequence[SuggestedPrompt]) -> None:
        """Offer these."""
        if self._shown == list(prompts):
            return
        self._shown = list(prompts)
        self._flow.clear()
        word = label(self.tr("Try"), "dim")
        self._flow.addWidget(word)
        for each in prompts:
            button = push_button(each.title)
            set_tip(button, each.prompt)
            button.clicked.connect(lambda _checked=False, text=each.prompt: self.chosen.emit(text))
            self._flow.addWidget(button)
            word.setMinimumHeight(button.sizeHint().height())
