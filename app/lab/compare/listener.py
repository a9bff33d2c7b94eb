"""What a session tells, to whoever shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.chats.chat import Turn


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
