"""Spelling, worked out from the words that stand in the question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from proof.facts.language import SPELLED

_QUOTED = re.compile(r'"([^"]+)"')
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def _listed(text: str) -> list[str]:
    return re.split(r",\s*", re.search(r": ([a-z, ]+)[?.]", text)[1])  # type: ignore[index]


def _nth(text: str, quoted: Sequence[str]) -> str:
    place = next(number for number, word in enumerate(_PLACES) if f"the {word} letter" in text)
    return list(quoted[0])[place]


def _without(quoted: Sequence[str]) -> str:
    letter, word = quoted
    return "".join(one for one in word if one != letter)


def _alphabet(text: str) -> str:
    words = sorted(_listed(text))
    return words.pop() if "comes last" in text else words.pop(0)


def _misspelled(text: str) -> str:
    """The right spelling: the one known word with the letters of a word that is unknown."""
    (odd,) = [word for word in _listed(text) if word not in SPELLED]
    (right,) = [word for word in SPELLED if sorted(word) == sorted(odd)]
    return right


def _begins(text: str, quoted: Sequence[str]) -> str:
    (found,) = [word for word in _listed(text) if word.startswith(quoted[0])]
    return found


def _longest(text: str) -> str:
    words = sorted(_listed(text), key=len)
    assert len(words[-1]) > len(words[-2]), text
    return words[-1]


def _shortened(text: str, quoted: Sequence[str]) -> str:
    letters = list(quoted[0])
    for _ in range(2 if " two " in text else 3):
        letters.pop(0 if "first" in text else -1)
    return "".join(letters)


def _doubled(quoted: Sequence[str]) -> str:
    (found,) = re.findall(r"(.)\1", quoted[0])
    return str(found)


def _common(quoted: Sequence[str]) -> str:
    (found,) = [letter for letter in set(quoted[0]) if letter in quoted[1]]
    return found


_BY_SORT: Mapping[str, Callable[[str, Sequence[str]], object]] = {
    "backwards": lambda _, q: "".join(reversed(q[0])),
    "hyphens": lambda _, q: "-".join(q[0]),
    "count a letter": lambda _, q: Counter(q[1])[q[0]],
    "length": lambda _, q: sum(1 for _ in q[0]),
    "nth letter": _nth,
    "initials": lambda text, _: "".join(word[0] for word in _listed(text)),
    "without a letter": lambda _, q: _without(q),
    "alphabet": lambda text, _: _alphabet(text),
    "misspelled": lambda text, _: _misspelled(text),
    "swapped": lambda _, q: re.sub(r"^(.)(.*)(.)$", r"\3\2\1", q[0]),
    "first letter": lambda _, q: q[0][0],
    "last letter": lambda _, q: list(q[0]).pop(),
    "begins": _begins,
    "joined": lambda text, _: "".join(re.findall(r"(?<= )[a-z](?=[ .])", text.split(":")[1])),
    "compound": lambda _, q: "".join(q),
    "longest": lambda text, _: _longest(text),
    "add letters": lambda _, q: q[0] + q[1] + q[2],
    "shortened": _shortened,
    "vowels": lambda _, q: len(re.findall("[aeiou]", q[0])),
    "exchanged": lambda _, q: q[2].join(q[1].split(q[0])),
    "doubled": lambda _, q: _doubled(q),
    "common": lambda _, q: _common(q),
    "middle": lambda _, q: re.fullmatch(r"((?:.)*)(.)((?:.)*)", q[0]) and q[0][len(q[0]) >> 1],
    "every second": lambda _, q: re.sub(r"(.).?", r"\1", q[0]),
}


def solved(sort: str, prompt: str) -> str:
    """The answer to a question."""
    return str(_BY_SORT[sort](prompt, _QUOTED.findall(prompt)))
