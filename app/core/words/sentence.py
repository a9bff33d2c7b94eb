"""A sentence for people: an id and facts. Its English stands in :mod:`app.core.words.english`.

What is said is decided where something happens; in which words, where it is shown: the terminal,
reports and logs write it in English (``str()``), the window in the person's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Self, TypeAlias, Union

import msgspec
from msgspec import Struct

from app.core.words import figures
from app.core.words.english import TEXTS

_PLACE = re.compile(r"\{(\w+)(?::([lw]))?\}")


class Kind(StrEnum):
    """What an amount counts, which decides how it is written."""

    COUNT = "count"
    LARGE = "large"
    BYTES = "bytes"
    SHARE = "share"
    POINTS = "points"
    SPEED = "speed"
    DURATION = "duration"
    WAIT = "wait"


class Amount(Struct, frozen=True, tag=True):
    """A number of a kind: bytes, shares of 0 to 1, tokens a second, ns; seconds of a wait."""

    kind: Kind
    value: int | float  # stored counts stay exact beyond 2**53


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


class English(str):
    """A sentence's English that knows what it says: a text for all but the window.

    Within what msgspec writes and reads it takes :func:`enc_hook` and :func:`dec_hook`.

    Attributes:
        said: The sentence.
    """

    said: Sentence

    def __new__(cls, said: Sentence | str) -> Self:
        """The English of ``said``."""
        text = super().__new__(cls, str(said))
        text.said = as_sentence(said)
        return text


Fact: TypeAlias = Union[str, Amount, Sentence]  # noqa: UP007 - Sentence is not there yet as a type


def say(id: str, /, **facts: object) -> Sentence:  # noqa: A002 - it is one
    """A sentence; whole numbers become counts, names and paths are said as they are."""
    return Sentence(id, {name: _fact(value) for name, value in facts.items()})


def worded(id: str, /, **facts: object) -> English:  # noqa: A002 - it is one
    """A sentence, or a part of one, as :func:`say` makes it, in English."""
    return English(say(id, **facts))


def chained(id: str, parts: Sequence[str | Sentence]) -> Sentence:  # noqa: A002 - it is one
    """Parts one after another; the words of ``id`` stand between ``first`` and ``rest``."""
    whole = as_sentence(parts[-1])
    for part in reversed(parts[:-1]):
        whole = say(id, first=part, rest=whole)
    return whole


def listed(parts: Sequence[str | Sentence]) -> Sentence:
    """Parts as a list: one, two and three."""
    if len(parts) == 1:
        return as_sentence(parts[0])
    return say("program.list_and", first=chained("program.list_comma", parts[:-1]), last=parts[-1])


def verbatim(text: str) -> Sentence:
    """What somebody else has said, or an earlier version: a text as it is."""
    return Sentence("verbatim", {"text": text})


def as_sentence(said: Sentence | str) -> Sentence:
    """A sentence; a text that knows none becomes one as it is."""
    if isinstance(said, English):
        return said.said
    return said if isinstance(said, Sentence) else verbatim(said)


def size(size_bytes: float) -> Amount:
    """Bytes, as a fact."""
    return Amount(Kind.BYTES, size_bytes)


def wait(seconds: float) -> Amount:
    """A rough wait, as a fact."""
    return Amount(Kind.WAIT, seconds)


def large(count: float) -> Amount:
    """A count of millions and more, as a fact."""
    return Amount(Kind.LARGE, count)


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
    """A sentence as it is stored; one that would not come back the same, as its English."""
    if sentence.id == "verbatim":
        return str(sentence)
    try:
        text = msgspec.json.encode(sentence).decode()
    except (OverflowError, UnicodeEncodeError):
        return str(sentence)
    return text if from_kept(text) == sentence else str(sentence)


def from_kept(text: str) -> Sentence:
    """What :func:`kept` wrote; what else stands there, or was said by a newer version, as it is."""
    try:
        sentence = msgspec.json.decode(text, type=Sentence)
        str(sentence)
    except (msgspec.MsgspecError, LookupError, ValueError):
        return verbatim(text)
    return sentence


def enc_hook(value: object) -> str:
    """Write a sentence within a structure, as :func:`kept` does."""
    if isinstance(value, English):
        return kept(value.said)
    raise NotImplementedError(type(value))


def dec_hook(wanted: type, value: object) -> English:
    """Read what :func:`enc_hook` wrote, or a text of an earlier version."""
    if wanted is English and isinstance(value, str):
        return English(from_kept(value))
    raise NotImplementedError(wanted)


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
        match place[2]:
            case "l":
                return words[:1].lower() + words[1:]
            case "w":
                return words.rstrip(".")
            case _:
                return words

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
        case Kind.LARGE:
            return str(figures.large(amount.value))
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
    if isinstance(value, English):
        return value.said
    if isinstance(value, Amount | Sentence):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Amount(Kind.COUNT, value)
    return str(value)
