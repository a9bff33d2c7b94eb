"""Where a session keeps its chats: the store, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.core.chats.chat import Answer, Chat, Turn
    from app.store.chats import ChatSummary


class Recorder(Protocol):
    """What a session needs of the store; :class:`app.store.chats.ChatStore` is one."""

    def list_chats(self) -> list[ChatSummary]:
        """All chats, the last changed first."""
        ...

    def create(self, chat: Chat) -> Chat:
        """Store a new chat; the same object comes back with its id."""
        ...

    def update(self, chat: Chat) -> None:
        """Store everything of a chat but its turns."""
        ...

    def load(self, chat_id: int) -> Chat:
        """A chat with its turns."""
        ...

    def delete(self, chat_id: int) -> None:
        """Remove a chat."""
        ...

    def add_turn(self, chat_id: int, turn: Turn) -> None:
        """Store a turn and set its id."""
        ...

    def save_answer(self, turn_id: int, key: str, answer: Answer, final: bool) -> None:
        """Store what an answer is now."""
        ...

    def save_versions(self, turn: Turn, key: str) -> None:
        """Store an answer with those that it took the place of."""
        ...

    def retire_turns(self, turn_ids: Sequence[int], by: int) -> None:
        """Keep turns but show them no more: the turn ``by`` took the first one's place."""
        ...

    def restore_turns(self, turn_ids: Sequence[int]) -> None:
        """Show another version of the first of these turns, with what followed it there."""
        ...


class NoRecorder:
    """Keeps nothing: for the command line."""

    def list_chats(self) -> list[ChatSummary]:
        """There are none."""
        return []

    def create(self, chat: Chat) -> Chat:
        """Give it an id."""
        chat.id = 1
        return chat

    def update(self, chat: Chat) -> None:
        """Nothing to do."""

    def load(self, chat_id: int) -> Chat:
        """There is none to load.

        Raises:
            KeyError: Always.
        """
        raise KeyError(chat_id)

    def delete(self, chat_id: int) -> None:
        """Nothing to do."""

    def add_turn(self, chat_id: int, turn: Turn) -> None:
        """Give it an id."""
        turn.id = 1

    def save_answer(self, turn_id: int, key: str, answer: Answer, final: bool) -> None:
        """Nothing to do."""

    def save_versions(self, turn: Turn, key: str) -> None:
        """Nothing to do."""

    def retire_turns(self, turn_ids: Sequence[int], by: int) -> None:
        """Nothing to do."""

    def restore_turns(self, turn_ids: Sequence[int]) -> None:
        """Nothing to do."""
