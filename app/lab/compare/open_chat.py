"""The chat that is open: who keeps it, and who is told of its changes."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Chat, Turn
from app.core.chats.panes import ChatPane
from app.store.chats import ChatStore


class SessionListener:
    """Told of changes, on the session's thread; as it is, it shows none of them."""

    def panes_changed(self) -> None:
        """Panes were added, removed or reordered, the reference changed, or another chat opened."""

    def pane_changed(self, key: str) -> None:
        """State, progress, failure, figures or facts of one pane."""

    def turns_changed(self) -> None:
        """Turns were added, removed or replaced, or another chat opened."""

    def answer_changed(self, turn: Turn, key: str) -> None:
        """An answer grew (told about nine times a second) or ended."""

    def speed_sampled(self, key: str, time_ns: int, tokens_per_second: float) -> None:
        """A point for the live plot; ``time_ns`` of the monotonic clock, NaN where it ends."""

    def chats_changed(self) -> None:
        """The list of chats."""

    def said(self, sentence: str) -> None:
        """A remark for the status line."""


class OpenChat:
    """What the parts of a session have in common. One thread.

    Args:
        recorder: Keeps the chats.

    Attributes:
        chat: The open chat; changed by the parts of the session alone.
        recorder: Keeps the chats.
        listener: Told of changes.
    """

    def __init__(self, recorder: ChatStore) -> None:
        self.chat = Chat(id=0)
        self.recorder = recorder
        self.listener = SessionListener()

    def sampling_of(self, setup: ChatPane) -> SamplingSettings:
        """A pane's own sampling settings, else the shared ones."""
        return setup.sampling or self.chat.sampling

    def keep(self) -> None:
        """Store everything of the chat but its turns."""
        self.recorder.update(self.chat)

    def keep_versions(self, turn: Turn, keys: Iterable[str]) -> None:
        """Store answers of a turn with those that they took the place of."""
        if turn.id:
            for key in keys:
                self.recorder.save_versions(turn, key)

    def note_candidates(self) -> None:
        """Candidates came, went or changed places: store that and tell of it."""
        if self.chat.id:
            self.keep()
        self.listener.panes_changed()

    def tell_turns(self) -> None:
        """Turns were added, removed or replaced."""
        self.listener.turns_changed()
        self.listener.chats_changed()
