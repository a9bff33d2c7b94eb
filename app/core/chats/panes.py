"""The panes of a chat: candidates with a letter, a colour and sampling settings of their own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from app.core.candidates.candidate import COLOURS, LETTERS, MAX_CANDIDATES, Candidate
from app.core.candidates.settings import SamplingSettings


class ChatPane(msgspec.Struct, frozen=True):
    """One pane of a chat as the person set it up.

    Attributes:
        key: Names the pane within the program and the store; never shown.
        letter: A to F; stays with the pane when panes are reordered.
        candidate: What runs in it.
        sampling: Its own sampling settings; None takes the chat's.
    """

    key: str
    letter: str
    candidate: Candidate
    sampling: SamplingSettings | None = None

    @property
    def colour(self) -> str:
        """The colour of this pane's lines, dots and edges, as #RRGGBB."""
        return COLOURS[self.letter]

    def running(self, **changes: object) -> ChatPane:
        """The same pane with fields of its candidate changed."""
        return replace(self, candidate=replace(self.candidate, **changes))


def new_pane(candidate: Candidate, taken: Iterable[ChatPane]) -> ChatPane:
    """Give a candidate the first free letter.

    Raises:
        ValueError: All six letters are taken.
    """
    used = {pane.letter for pane in taken}
    letter = next((letter for letter in LETTERS if letter not in used), None)
    if letter is None:
        raise ValueError(f"no more than {MAX_CANDIDATES} candidates")
    return ChatPane(secrets.token_hex(6), letter, candidate)
