"""The columns of the table: the five that decide come first; the others belong to the details."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt

from app.core.ladder.columns.column import Kind, Place
from app.core.ladder.columns.listed import EARLIER_KEYS, columns_at
from app.ui.kit.words.text import translate

_FIRST = ("name", "state", "accuracy", "memory_needed_bytes", "tokens_per_second")
_EVERY = {column.key: column for column in columns_at(Place.TABLE)}
TABLE = (*(_EVERY.pop(key) for key in _FIRST), *_EVERY.values())
"""From left to right."""
_PLACES = {column.key: place for place, column in enumerate(TABLE)}
_LEFT = (Kind.NAME, Kind.STATE)
NAME, STATE, RIGHT, MEMORY, SPEED = (_PLACES[key] for key in _FIRST)
USUAL = frozenset(_PLACES[key] for key in _FIRST)
"""Shown without the details."""
BARS = (RIGHT, MEMORY, SPEED)
"""Those whose figures have a bar."""


def place_of(key: str) -> int | None:
    """Where the column of this name stands; None where there is none."""
    return _PLACES.get(EARLIER_KEYS.get(key, key))


def shown_columns(keys: Iterable[str]) -> frozenset[int]:
    """The columns of these names, the name always among them; with none, all of them."""
    found = frozenset(at for key in keys if (at := place_of(key)) is not None)
    return found | {NAME} if found else frozenset(range(len(TABLE)))


def alignment(column: int) -> Qt.AlignmentFlag:
    """Figures stand at the right."""
    is_left = TABLE[column].kind in _LEFT
    side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


WORDS = {
    "name": "version",
    "state": "cannot_tell_yet",
    "bits_per_weight": "bits_a_weight",
    "memory_needed_bytes": "memory",
    "memory_predicted_bytes": "memory",
    "prompt_tokens_per_second": "prompt_speed",
    "tokens_per_second": "speed",
    "prompt_tokens_per_second_deep": "prompt_speed",
    "tokens_per_second_deep": "speed",
    "mean_kld": "drift",
    "same_top": "same_next_word",
    "accuracy": "right_answers",
    "difference": "in_100_questions",
    "votes": "blind_vote",
}
"""What explains a column in the glossary, by the column's key."""


def word(column: int) -> str:
    """The glossary's word of a column; empty where it has none."""
    return WORDS.get(TABLE[column].key, "")


def title(column: int) -> str:
    """What stands above a column."""
    return translate("Columns", TABLE[column].title)


def explanation(column: int) -> str:
    """What a column shows, for the tool tip of its title."""
    return translate("Columns", TABLE[column].explanation)
