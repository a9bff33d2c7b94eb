"""One setting of a candidate in words, and the kinds of settings that there are."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import BOUNDS, USUAL_ENGINE
from app.core.errors import PersonError
from app.core.words.sentence import say

_T = TypeVar("_T")

_AMOUNT = re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_MOST_LETTERS = 32


class NotationError(PersonError):
    """What stands behind ``#`` is no setting; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a candidate in words.

    Attributes:
        key: What stands before the ``=``.
        set: The candidate with a value as typed; raises :class:`NotationError`.
        typed: Its values as they are typed, none where it is not set. Takes whether folders are
            left out.
        told: For people; empty where it is not set.
        is_list: It may stand several times.
    """

    key: str
    set: Callable[[Candidate, str], Candidate]
    typed: Callable[[Candidate, bool], Sequence[str]]
    told: Callable[[Candidate], str]
    is_list: bool = False


def of_engine(
    key: str,
    field: str,
    read: Callable[[str], _T],
    typed: Callable[[_T], str],
    told: Callable[[_T], str],
) -> Setting:
    """A setting that is one field of the engine's.

    Args:
        key: As it is typed.
        field: Its name.
        read: The value of what was typed; raises :class:`NotationError`.
        typed: What is typed for a value that is not the usual one.
        told: The same for people.
    """
    usual = getattr(USUAL_ENGINE, field)

    def said(candidate: Candidate, words: Callable[[_T], str]) -> str:
        value = getattr(candidate.engine, field)
        return "" if value == usual else words(value)

    return Setting(
        key,
        lambda candidate, value: on_engine(candidate, **{field: read(value)}),
        lambda candidate, _: if_set(said(candidate, typed)),
        lambda candidate: said(candidate, told),
    )


def count(
    key: str, field: str, most: int, told: Callable[[int], str], *, least: int = 1
) -> Setting:
    """A whole number of the engine's settings."""
    return of_engine(key, field, lambda value: number(key, value, least, most), str, told)


def choice(key: str, field: str, values: Mapping[str, _T], told: Callable[[_T], str]) -> Setting:
    """A setting of the engine's that has a few values, each with its word."""
    words = {value: word for word, value in values.items()}

    def read(value: str) -> _T:
        return values[one_of(key, value, list(values))]

    return of_engine(key, field, read, words.__getitem__, told)


def on_engine(candidate: Candidate, **changes: object) -> Candidate:
    """A candidate with other settings of its engine."""
    return replace(candidate, engine=replace(candidate.engine, **changes))


def one_of(key: str, value: str, allowed: list[str]) -> str:
    """A word that has to be one of those allowed."""
    if value not in allowed:
        told = ", ".join(allowed)
        raise NotationError(say("compare.setting_not_one_of", key=key, value=value, allowed=told))
    return value


def number(key: str, value: str, least: int, most: int, other: str = "") -> int:
    """A whole number within bounds; ``other`` names a word that could stand in its place."""
    found = int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else None
    if found is None or not least <= found <= most:
        facts = {"key": key, "value": value, "least": str(least), "most": f"{most:,}"}
        if other:
            raise NotationError(say("compare.setting_not_number_or", **facts, other=other))
        raise NotationError(say("compare.setting_not_number", **facts))
    return found


def amount(key: str, value: str, field: str) -> float:
    """A number with or without fractions, within the :data:`BOUNDS` of its field."""
    least, most = BOUNDS[field]
    found = as_float(value)
    if found is None or not least <= found <= most:
        facts = {"key": key, "value": value, "least": f"{least:g}", "most": f"{most:,.0f}"}
        raise NotationError(say("compare.setting_not_number", **facts))
    return found


def as_float(value: str) -> float | None:
    """A number that is not negative, as it is typed; None for anything else."""
    if len(value) > _MOST_LETTERS or not _AMOUNT.fullmatch(value):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def plainly(value: float) -> str:
    """A number as it is typed, to the last digit, without a needless fraction."""
    return repr(value).removesuffix(".0")


def if_set(value: object) -> list[str]:
    """What is typed of a value, if it is there."""
    return [] if value in (None, "") else [str(value)]
