"""A row of a ladder by hand, as far as a verdict needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.verdict import Judgement
    from app.core.verdict_words import MoreBits


@dataclass(frozen=True, slots=True)
class Rung:
    """What ``app.core.verdict_words`` asks of a row."""

    key: str
    name: str
    judgement: Judgement | None
    needed_bytes: int | None = None
    tokens_per_second: float | None = None
    same_top: float | None = None
    error: str | None = None
    speed_error: float | None = None
    more_bits: MoreBits | None = None
    other_vocabulary: bool = False
    guesses: bool = False
    at_floor: bool | None = False
    own_top: float | None = None
