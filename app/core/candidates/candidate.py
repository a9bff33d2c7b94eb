"""Candidates: a model file with the settings it is compared with, a letter and a colour."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.core.candidates.settings import EngineSettings, SamplingSettings

LETTERS = "ABCDEF"
MAX_CANDIDATES = len(LETTERS)
# The palette of Okabe and Ito, told apart by people with any kind of colour vision.
COLOURS: dict[str, str] = dict(
    zip(
        LETTERS,
        ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"),
        strict=True,
    )
)


class Candidate(msgspec.Struct, frozen=True):
    """One pane's model file and settings.

    Attributes:
        key: Names the candidate within the program and the store; never shown.
        letter: A to F; stays with the candidate when panes are reordered.
        path: The model file, its first shard if it has several.
        engine: How it is loaded.
        sampling: Its own sampling settings; None takes the shared ones.
        template_id: A well-known chat template chosen by the person; None takes the file's own.
    """

    key: str
    letter: str
    path: str
    engine: EngineSettings = EngineSettings()
    sampling: SamplingSettings | None = None
    template_id: str | None = None

    @property
    def colour(self) -> str:
        """The colour of this candidate's lines, dots and edges, as #RRGGBB."""
        return COLOURS[self.letter]


def new_candidate(path: Path, taken: Iterable[Candidate]) -> Candidate:
    """Give a model file the first free letter.

    Raises:
        ValueError: All six letters are taken.
    """
    used = {candidate.letter for candidate in taken}
    letter = next((letter for letter in LETTERS if letter not in used), None)
    if letter is None:
        raise ValueError(f"no more than {MAX_CANDIDATES} candidates")
    return Candidate(key=secrets.token_hex(6), letter=letter, path=str(path))
