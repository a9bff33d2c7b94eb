"""Models worth a first look: a short list that ships with the program, so that no Hub is asked."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache

import msgspec

from app.resources import resource_path


class Use(StrEnum):
    """What a model is good for."""

    CHAT = "chat"
    CODE = "code"
    DOCUMENTS = "documents"
    LANGUAGES = "languages"
    OPEN = "open"
    REASONING = "reasoning"


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model.

    Attributes:
        repo_id: A repository of the Hub with GGUF files of several levels.
        name: As people call it.
        parameters: Of the model.
        use: What it is good for.
        licence: As the Hub names it.
        why: One line in English; the list is content, as the model's own page is.
        active: Parameters that work on a word; None for all of them.
    """

    repo_id: str = msgspec.field(name="repo")
    name: str
    parameters: int
    use: Use = msgspec.field(name="for")
    licence: str
    why: str
    active: int | None = None


class Picks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list.

    Attributes:
        checked: When somebody last looked whether all of it is still right.
        note: How that is done.
        picks: From small to large.
    """

    checked: date
    note: str
    picks: tuple[Pick, ...]


@lru_cache(maxsize=1)
def shipped_picks() -> Picks:
    """The list that ships with the program."""
    return msgspec.json.decode(resource_path("models", "picks.json").read_bytes(), type=Picks)
