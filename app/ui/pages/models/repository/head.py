"""The top of a repository's panel: its name, its facts, and what the predictions are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import (
    ChoiceBox,
    ElidedLabel,
    FlowLayout,
    IconButton,
    label,
    push_button,
)
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import context_length
from app.ui.pages.models.words import popularity, repository_facts

if TYPE_CHECKING:
    from app.hub.repositories import FoundRepository

CONTEXTS = tuple(1 << power for power in range(9, 21))
DEFAULT_CONTEXT = 4096
KV_TYPES = ("f16", "q8_0", "q4_0")


class RepositoryHead(QWidget):
    """Asks for nothing itself.

    Signals:
        page_wanted: The page is to be opened in the browser.
        card_wanted: The model card is to be shown, or hidden.
        left: The person goes back to the search, which is not in sight.
        assumptions_changed: Another context length or KV type.
    """

    page_wanted = Signal()
    card_wanted = Signal(bool)
    left = Signal()
    assumptions_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = ElidedLabel("", least_characters=16, strong=True)
        self.facts = label("", "dim", wrap=True)
        self.page_button = IconButton("external", self.tr("Open its page in the browser"))
        self.page_button.clicked.connect(self.page_wanted)
        self.card_button = push_button(self.tr("Model card"), "link")
        set_tip(self.card_button, self.tr("What its authors say of it: asked of the Hub"))
        self.card_button.setCheckable(True)
        self.card_button.toggled.connect(self._on_card)
        self.back_button = IconButton("chevron-left", self.tr("Back to the search"), run=self.left)
        self.back_button.hide()
        self._wanted = DEFAULT_CONTEXT  # a model with a shorter context does not change that
        self.context = ChoiceBox(self.tr("Context length in tokens"))
        self.context.activated.connect(self._on_chosen)
        self.kv_type = ChoiceBox(self.tr("Number format of the KV cache"))
        for kv_type in KV_TYPES:
            self.kv_type.addItem(kv_type.upper(), kv_type)
        for combo in (self.context, self.kv_type):
            combo.currentIndexChanged.connect(self.assumptions_changed)
        self._lay_out()

    @property
    def context_tokens(self) -> int:
        """For which context the predictions are."""
        return int(self.context.currentData() or DEFAULT_CONTEXT)

    @property
    def kv(self) -> str:
        """For which KV type the predictions are."""
        return str(self.kv_type.currentData())

    def show_name(self, repo_id: str) -> None:
        """The facts are not there yet."""
        self.name.set_text(repo_id)
        self.card_button.setChecked(False)
        self.card_button.hide()
        self.facts.hide()
        self.assumptions.hide()

    def show_facts(self, facts: FoundRepository, *, with_assumptions: bool) -> None:
        """What the Hub says of it."""
        self.name.set_text(facts.repo_id)
        self.facts.setText(repository_facts(facts))
        self.facts.show()
        self.card_button.show()
        set_tip(self.facts, popularity(facts))
        self._offer_contexts(facts.context_tokens)
        self.assumptions.setVisible(with_assumptions)

    def _on_card(self, shown: bool) -> None:
        set_words(self.card_button, self.tr("Hide the card") if shown else self.tr("Model card"))
        self.card_wanted.emit(shown)

    def _on_chosen(self) -> None:
        self._wanted = self.context_tokens

    def _offer_contexts(self, most_tokens: int | None) -> None:
        most = most_tokens or max(CONTEXTS)
        offered = sorted({*(each for each in CONTEXTS if each < most), most})
        with QSignalBlocker(self.context):
            self.context.clear()
            for tokens in offered:
                self.context.addItem(context_length(tokens), tokens)
            chosen = max((each for each in offered if each <= self._wanted), default=offered[0])
            self.context.setCurrentIndex(offered.index(chosen))

    def _lay_out(self) -> None:
        top = in_row(self.back_button, (self.name, 1), self.card_button, self.page_button)
        self.assumptions = QWidget()
        flow = FlowLayout(self.assumptions)
        for said, box in (
            (self.tr("For a context of"), self.context),
            (self.tr("tokens, KV cache"), self.kv_type),
        ):
            pair = QWidget()
            in_row(label(said, "dim"), box, on=pair)
            flow.addWidget(pair)
        in_column(
            top,
            self.facts,
            self.assumptions,
            on=self,
            spacing=GRID // 2,
        )
