"""What an empty chat says: what the program is for, and prompts to begin with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.resources import resource_path
from app.ui.answers.document import GUTTER_PX
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, label, push_button
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.text import translate

FIRST_PROMPTS = 3


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


class Welcome(QWidget):
    """What the program is for, what to begin with, and the way to models of one's own.

    Signals:
        chosen: The prompt of a button.
        models_wanted: The models on this PC are wanted.
        search_wanted: A model that fits this PC is looked for.
    """

    chosen = Signal(str)
    models_wanted = Signal()
    search_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[bool, int] | None = None
        self._title = label("", "title", wrap=True)
        self._sentence = label("", "dim", wrap=True)
        self._prompts = QWidget()
        set_spoken(self._prompts, self.tr("Suggested prompts"))
        self._flow = FlowLayout(self._prompts, spacing_px=GRID)
        self._own = QWidget()
        own = FlowLayout(self._own, spacing_px=GRID)
        self.models_button = push_button(self.tr("Models on this PC"), run=self.models_wanted)
        self.search_button = push_button(self.tr("Find one that fits this PC"))
        self.search_button.clicked.connect(self.search_wanted)
        words = label(self.tr("Use your own:"), "dim")
        words.setMinimumHeight(self.models_button.sizeHint().height())
        for widget in (words, self.models_button, self.search_button):
            own.addWidget(widget)
        margins = (GRID + GUTTER_PX // 2, 2 * GRID, GRID, 2 * GRID)
        in_column(
            self._title,
            self._sentence,
            self._prompts,
            self._own,
            on=self,
            margins=margins,
            spacing=GRID + GRID // 2,
        )

    def set_chat(self, *, demo: bool, candidates: int) -> None:
        """Greet for an empty chat with so many candidates, all of the demo model or not."""
        if self._shown == (demo, candidates):
            return
        self._shown = (demo, candidates)
        if demo and candidates > 1:
            self._title.setText(_shrunk_words(candidates))
            self._sentence.setText(
                self.tr("Ask something they all know, and see what shrinking costs.")
            )
        elif candidates > 1:
            self._title.setText(self.tr("The same question to every version."))
            self._sentence.setText(
                self.tr("See where their answers part, and what each takes of memory and time.")
            )
        else:
            self._title.setText(self.tr("Ask it something."))
            self._sentence.setText(self.tr("Add a second model to compare the two."))
        self._show_prompts(demo_prompts() if demo else general_prompts())

    def _show_prompts(self, prompts: Sequence[SuggestedPrompt], most: int = FIRST_PROMPTS) -> None:
        self._flow.clear()
        for each in prompts[:most]:
            button = push_button(each.title)
            set_tip(button, each.prompt)
            button.clicked.connect(lambda _checked=False, text=each.prompt: self.chosen.emit(text))
            self._flow.addWidget(button)
        if len(prompts) > most:
            more = push_button(self.tr("More …"), "quiet")
            more.clicked.connect(lambda: self._show_prompts(prompts, len(prompts)))
            self._flow.addWidget(more)
        self._prompts.updateGeometry()


def _shrunk_words(versions: int) -> str:
    """What the demo shows."""
    return {
        2: translate("Suggestions", "One small model, and a shrunken version of it."),
        3: translate("Suggestions", "One small model, shrunk three ways."),
        4: translate("Suggestions", "One small model, shrunk four ways."),
        5: translate("Suggestions", "One small model, shrunk five ways."),
    }.get(versions, translate("Suggestions", "One small model, shrunk six ways."))
