"""Places what the person asks, and tells what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.words.sentence import say
from app.ui.kit.widgets import Severity
from app.ui.kit.words.format import count
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.lab.votes.orders import Placed, VoteOrder
    from app.ui.pages.ladder.votes.backend import VotesBackend
    from app.ui.pages.ladder.votes.overview import Overview


class Orders(QObject):
    """Between the form, the notices and the backend. Main thread.

    Args:
        backend: Takes orders.
        overview: Its form and its notices.
        keys: Of all versions that can be voted on now.

    Signals:
        placed: Something is answered, or is there to be voted on.
    """

    placed = Signal()

    def __init__(
        self, backend: VotesBackend, overview: Overview, keys: Callable[[], list[str]]
    ) -> None:
        super().__init__(overview)
        self._backend = backend
        self._form = overview.form
        self._notices = overview.notices
        self._keys = keys
        self._identical_before = 0
        self._form.ask_wanted.connect(self.ask)
        self._notices.go_on_wanted.connect(self._go_on)
        self._notices.again_wanted.connect(self._try_again)
        self._notices.aside_wanted.connect(lambda state: backend.set_aside(keys(), state))

    def ask(self, order: VoteOrder) -> None:
        """Have an order answered."""
        self._form.ask_button.setEnabled(False)
        self._notices.say(Severity.INFO, self._read_before(order))
        self._identical_before = self._identical()
        self._backend.ask(order, self._placed)

    def tell_end(self, sentence: str, *, waited: bool) -> None:
        """Answers are made no more.

        Args:
            sentence: What went wrong; empty if nothing.
            waited: The person waited for a pair.
        """
        self._form.ask_button.setEnabled(bool(self._form.written()))
        same = self._identical() - self._identical_before
        if sentence:
            self._notices.say(Severity.WARNING, sentence)
        elif waited and same:
            self._notices.say(Severity.INFO, told(say("counted.same_words", n=same)))

    def _placed(self, placed: Placed) -> None:
        self._form.ask_button.setEnabled(True)
        if placed.left_out:
            words = self.tr(
                "Left out: {n}. You have seen one of these files' answers to them in a vote, "
                "or are about to, and would know it again."
            )
            self._notices.say(Severity.INFO, words.format(n=count(len(placed.left_out))))
        if placed.pairs:
            self._form.remove_prompts()
            self.placed.emit()

    def _go_on(self) -> None:
        self._identical_before = self._identical()
        self._backend.go_on(self._keys())
        self.placed.emit()

    def _try_again(self) -> None:
        self._identical_before = self._identical()
        self._backend.try_again(self._keys())
        self.placed.emit()

    def _read_before(self, order: VoteOrder) -> str:
        """A sentence about prompts that one of the files has answered in a chat."""
        files = {each.place for each in (order.reference, *order.candidates)}
        asked = {each.prompt for each in self._backend.chat_prompts() if each.answered_by & files}
        number = len(asked & set(order.prompts))
        if not number:
            return ""
        return self.tr(
            "Asked in a chat before: {n}. You may know an answer again; other prompts are better."
        ).format(n=count(number))

    def _identical(self) -> int:
        """Pairs with the same words, of all versions."""
        reference = self._form.reference_key
        others = (key for key in self._keys() if key != reference)
        return sum(self._backend.booth.standing(key, reference).tally.identical for key in others)
