"""One question for all panes whose files bring no chat template, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.chats.template_guess import guessed_template
from app.core.text.shared_names import file_name

if TYPE_CHECKING:
    from app.lab.compare.candidates import Candidates
    from app.lab.compare.deck import Deck
    from app.lab.compare.open_chat import OpenChat
    from app.lab.compare.panes import Pane
    from app.lab.models.kept_templates import KeptTemplates


@dataclass(frozen=True, slots=True)
class TemplateQuestion:
    """How the versions of one model are to be asked.

    Attributes:
        keys: Their panes.
        letters: Of these, in the same order.
        name: What the model is called, by its own file.
        guess: The id of the template that its architecture speaks for.
    """

    keys: tuple[str, ...]
    letters: str
    name: str
    guess: str


class Templates:
    """Asks once for a family, and knows the answer from then on. One thread.

    Args:
        open_chat: Whose panes they are.
        deck: The panes; it tells when a file's header is read.
        candidates: Change with the answer.
        kept: What was answered before.

    Attributes:
        known: Which template was chosen for a file; None where none was.
    """

    def __init__(
        self, open_chat: OpenChat, deck: Deck, candidates: Candidates, kept: KeptTemplates
    ) -> None:
        self._open = open_chat
        self._deck = deck
        self._candidates = candidates
        self.known = kept.of
        deck.model_read = self._recall

    def question(self) -> TemplateQuestion | None:
        """The first that is open; None where every pane's way to be asked is known."""
        lacking = [
            pane
            for pane in map(self._deck.__getitem__, (each.key for each in self._open.chat.panes))
            if pane.lacks_template and pane.model is not None
        ]
        if not lacking:
            return None
        first = lacking[0].model
        added = [each.path for each in lacking[0].candidate.adapters]
        assert first is not None
        alike = [
            pane
            for pane in lacking
            if pane.model
            and pane.model.family_key == first.family_key
            and [each.path for each in pane.candidate.adapters] == added
        ]
        return TemplateQuestion(
            tuple(pane.key for pane in alike),
            "".join(pane.letter for pane in alike),
            first.name,
            guessed_template(first, map(file_name, added)),
        )

    def answer(self, question: TemplateQuestion, template_id: str) -> None:
        """Have these panes asked so, here and wherever their files are opened again."""
        for key in question.keys:
            if key in self._deck:
                self._candidates.update_candidate(
                    self._deck[key].setup.running(template_id=template_id)
                )

    def _recall(self, pane: Pane) -> None:
        """Take what was chosen for a pane's file before."""
        if pane.model is None or not pane.lacks_template:
            return
        known = self.known(pane.model, pane.candidate.adapters)
        if known is not None and self._open.chat.pane(pane.key) is not None:
            self._candidates.update_candidate(pane.setup.running(template_id=known))
