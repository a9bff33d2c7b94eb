"""A version that can be voted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate


@dataclass(frozen=True, slots=True)
class VoteCandidate:
    """A version that can be voted on.

    Attributes:
        letter: As everywhere in the window.
        candidate: What answers.
        name: What people call it, such as its quantization level.
    """

    letter: str
    candidate: Candidate
    name: str

    @property
    def key(self) -> str:
        """What its votes are filed under."""
        return self.candidate.key()
