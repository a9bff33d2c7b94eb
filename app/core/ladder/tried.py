"""What one row's settings bring beside those of the row that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.drafts import Drafted
    from app.core.statistics.ratios import Ratio
    from app.core.words.sentence import English


class Loss(Enum):
    """What is known of the answers; the values stand in documents."""

    SAME = "same by construction"
    NONE = "as good as"
    LOSES = "loses"
    UNKNOWN = "cannot tell yet"
    UNASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Tried:
    """One row's settings.

    Attributes:
        key: Of its row.
        candidate: What ran.
        names: Of the settings in which it differs.
        what: These settings for people.
        turn: How many times as fast a turn is; None where that is not known.
        reading: The same of prompts alone, in an empty context; not corrected, it describes.
        writing: The same of answers.
        drafted: What its draft brought; its speed is in no other figure.
        is_busy: Other programs disturbed one of both.
        saved_bytes: Of needed memory; below zero where it needs more.
        loss: What is known of its answers.
        sentence: All of that.
        is_taken: It is among the best.
    """

    key: str
    candidate: Candidate
    names: frozenset[str]
    what: English
    turn: Ratio | None
    reading: float | None
    writing: float | None
    drafted: Drafted | None
    is_busy: bool
    saved_bytes: int | None
    loss: Loss
    sentence: str = ""
    is_taken: bool = False
