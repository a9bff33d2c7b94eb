"""A candidate that came later answers the questions before it, one after another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.core.errors import PersonError
from app.lab.compare.deck import Deck
from app.lab.compare.open_chat import OpenChat

log = logging.getLogger(__name__)

_GOES_ON = (StopReason.END, StopReason.LENGTH)


class CatchingUp:
    """Each answer belongs to the prompt of the next question, so that they cannot all be asked.

    One thread.

    Args:
        open_chat: Whose questions they are.
        deck: The panes.
        submit: Has panes answer a turn; raises PersonError where they cannot now.
    """

    def __init__(
        self, open_chat: OpenChat, deck: Deck, submit: Callable[[Turn, Sequence[str]], None]
    ) -> None:
        self._open = open_chat
        self._deck = deck
        self._submit = submit
        self._chat: Chat | None = None
        self._due: dict[str, list[Turn]] = {}

    def missed(self, key: str) -> list[Turn]:
        """The questions that a pane was not asked; none once it was asked one."""
        chat = self._open.chat
        return [] if chat.turns_of(key) else list(chat.turns)

    def catch_up(self, key: str) -> None:
        """Have a pane answer what it missed; it ends early where an answer is stopped or fails.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        if self._chat is not self._open.chat:
            self._chat, self._due = self._open.chat, {}
        missed = self.missed(key)
        if missed:
            self._ask(missed[0], key)
            self._due[key] = missed[1:]

    def go_on(self) -> None:
        """Ask the next question of each pane that has answered; call it often."""
        if self._due and self._chat is not self._open.chat:
            self._due = {}
        for key in list(self._due):
            self._go_on(key)

    def _go_on(self, key: str) -> None:
        turns = self._open.chat.turns_of(key)
        answer = turns[-1].answers[key] if turns else None
        if key not in self._deck or answer is None:
            del self._due[key]
        elif answer.stop_reason is not None and not self._deck[key].busy:
            due = self._due.pop(key)
            if due and answer.stop_reason in _GOES_ON and due[0] in self._open.chat.turns:
                try:
                    self._ask(due[0], key)
                except PersonError as error:
                    log.info("no earlier question was asked any more: %s", error.sentence)
                else:
                    self._due[key] = due[1:]

    def _ask(self, turn: Turn, key: str) -> None:
        turn.answers[key] = Answer()
        try:
            self._submit(turn, [key])
        except PersonError:
            del turn.answers[key]
            raise
        self._open.keep_versions(turn, [key])
        self._open.tell_turns()
