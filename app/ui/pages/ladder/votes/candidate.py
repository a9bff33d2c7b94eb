"""A version that can be voted on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoteCandidate:
    """A version that can be voted on.

    Attributes:
        letter: As everywhere in the window.
        colour: Of this letter, #RRGGBB.
        path: The file.
        name: What people call it, such as its quantization level.
    """

    letter: str
    colour: str
    path: str
    name: str
