"""A sentence for people: an id and facts. Its English stands in :mod:`app.core.words.english`.

What is said is decided where something happens; in which words, where it is shown: the terminal,
reports and logs write it in English (``str()``), the window in the person's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath
from typing import TypeAlias, Union

import msgspec
from msgspec import Struct

from app.core.words import figures
from app.core.words.english import TEXTS

_PLACE = re.compile(r"\{(\w+)(:l)?\}")


class Kind(StrEnum):
    """What an amount counts, which decides how it is written."""

    COUNT = "count"
    BYTES = "bytes"
    SHARE = "share"
    POINTS = "points"
    SPEED = "speed"
    DURATION = "duration"
    WAIT = "wait"


class Amount(Struct, frozen=True, tag=True):
    """A number of a kind: bytes, shares of 0 to 1, tokens a second, ns; seconds of a wait."""

    kind: Kind
    value: float


class Sentence(Struct, frozen=True, tag=True):
    """What is said.

    Attributes:
        id: Of its words.
        facts: What differs from one time to the next, by the names of the words' places.
    """

    id: str
    facts: dict[str, Fact] = {}

    def __str__(self) -> str:
        return rendered(self, TEXTS.__getitem__, english_amount)

    def __hash__(self) -> int:
        return hash(str(self))


Fact: TypeAlias = Union[str, Amount, Sentence]  # noqa: UP007 - Sentence is not there yet as a type


def say(id: str, /, **facts: object) -> Sentence:  # noqa: A002 - it is one
    """A sentence; whole numbers become counts, names and paths are said as they are."""
    return Sentence(id, {name: _fact(value) for name, value in facts.items()})


def verbatim(text: str) -> Sentence:
    """What somebody else has said, or an earlier version: a text as it is."""
    return Sentence("verbatim", {"text": text})


def as_sentence(said: Sentence | str) -> Sentence:
    """A sentence; a text becomes one as it is."""
    return said if isinstance(said, Sentence) else verbatim(said)


def size(size_bytes: float) -> Amount:
    """Bytes, as a fact."""
    return Amount(Kind.BYTES, size_bytes)


def wait(seconds: float) -> Amount:
    """A rough wait, as a fact."""
    return Amount(Kind.WAIT, seconds)


def share(of_one: float) -> Amount:
    """A share of 0 to 1, as a fact."""
    return Amount(Kind.SHARE, of_one)


def points(of_one: float) -> Amount:
    """A difference of two shares, as a fact."""
    return Amount(Kind.POINTS, of_one)


def speed(tokens_per_second: float) -> Amount:
    """A speed, as a fact."""
    return Amount(Kind.SPEED, tokens_per_second)


def kept(sentence: Sentence) -> str:
    """A sentence as it is stored."""
    if sentence.id == "verbatim":
        return str(sentence)
    return msgspec.json.encode(sentence).decode()


def from_kept(text: str) -> Sentence:
    """What :func:`kept` wrote; what else stands there, or was said by a newer version, as it is."""
    try:
        sentence = msgspec.json.decode(text, type=Sentence)
        str(sentence)
    except (msgspec.MsgspecError, KeyError):
        return verbatim(text)
    return sentence


def rendered(
    sentence: Sentence, template_of: Callable[[str], str], amount: Callable[[Amount], str]
) -> str:
    """Put a sentence into words.

    Args:
        sentence: The sentence.
        template_of: Gives the words of an id, with places for facts.
        amount: Writes a number with its unit.
    """

    def filled(place: re.Match[str]) -> str:
        fact = sentence.facts[place[1]]
        if isinstance(fact, str):
            return fact
        if isinstance(fact, Amount):
            return amount(fact)
        words = rendered(fact, template_of, amount)
        return words[:1].lower() + words[1:] if place[2] else words

    return _PLACE.sub(filled, template_of(form_of(sentence)))


def form_of(sentence: Sentence) -> str:
    """The id of its words, which differ where ``n`` is one."""
    n = sentence.facts.get("n")
    one = f"{sentence.id}.one"
    return one if isinstance(n, Amount) and n.value == 1 and one in TEXTS else sentence.id


def english_amount(amount: Amount) -> str:
    """A number with its unit in English."""
    match amount.kind:
        case Kind.COUNT:
            return figures.number(amount.value)
        case Kind.BYTES:
            return str(figures.size(amount.value))
        case Kind.SHARE:
            return str(figures.share(amount.value))
        case Kind.POINTS:
            return figures.points(amount.value).value
        case Kind.SPEED:
            return figures.speed(amount.value).value
        case Kind.DURATION:
            return str(figures.duration(amount.value))
        case Kind.WAIT:
            return str(figures.about(amount.value))


def _fact(value: object) -> Fact:
    if isinstance(value, str | Amount | Sentence):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int) and not isinstance(value, bool):
        return Amount(Kind.COUNT, value)
    assert isinstance(value, PurePath | OSError), value
    return str(value)
