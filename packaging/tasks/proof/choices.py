"""Choices: what follows is worked out; what has to be known is held against facts of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from proof.known import KNOWN


def _row_of(text: str) -> list[str]:
    return text.split()


_DAYS = _row_of("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_MONTHS = _row_of(
    "January February March April May June July August September October November December"
)
_SUN = _row_of("Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune")
# Seconds, grams, metres, litres or square metres, words, metres a second: about.
_ABOUT: Mapping[str, float] = {
    **{"a second": 1, "a minute": 60, "an hour": 3600, "a day": 86400, "a week": 604800},
    **{"a year": 3.2e7, "a century": 3.2e9, "a milligram": 1e-3, "a gram": 1, "a kilogram": 1e3},
    **{
        "a tonne": 1e6,
        "a millimetre": 1e-3,
        "a centimetre": 1e-2,
        "a metre": 1,
        "a kilometre": 1e3,
    },
    **{
        "a kilometre": 1e3,
        "an ant": 3e-3,
        "a mouse": 20,
        "a cat": 4e3,
        "a sheep": 7e4,
        "a horse": 5e5,
    },
    **{"an elephant": 5e6, "a puddle": 10, "a pond": 1e6, "a lake": 1e11, "an ocean": 1e20},
    **{"a village": 1e6, "a town": 2e7, "a continent": 3e13, "a planet": 5e14, "a page": 300},
    **{"a chapter": 4e3, "a book": 8e4, "a library": 1e9, "a room": 20, "a house": 120},
    **{"a street": 1e4, "a city": 1e8, "an egg": 60, "a watermelon": 8e3, "a car": 1.5e6},
    **{"a ship": 5e9, "a snail": 1e-3, "a person on foot": 1.4, "a bicycle": 5},
    **{"a passenger plane": 250, "light": 3e8},
}
_WAYS = _row_of("north east south west")


def _planets(question: str, options: Sequence[str]) -> str:
    if "closest" in question:
        return min(options, key=_SUN.index)
    at = _SUN.index(question.split("than ")[1][:-1])
    return _SUN[at + (1 if "farther" in question else -1)]


def _row(question: str, verb: str) -> list[str]:
    """Names from the most to the least, by what is said of pairs."""
    pairs = re.findall(rf"(\w+) {verb} (\w+)\.", question)
    after = dict(pairs)
    row = [(set(after) - set(after.values())).pop()]
    while row[-1] in after:
        row.append(after[row[-1]])
    return row


def _order(question: str, _: Sequence[str]) -> str:
    row = _row(question, "is older than")
    asked = question.split("Who is ")[1]
    return row[1 if "second" in asked else -1 if "youngest" in asked else 0]


def _paid(question: str, _: Sequence[str]) -> str:
    row = _row(question, r"paid \d+ euros more than")
    asked = question.split("Who paid ")[1]
    return row[-2 if "second least" in asked else -1 if "least" in asked else 0]


def _calendar(question: str, _: Sequence[str]) -> str:
    found = re.search(r"Today is (\w+)\. .* in (\d+) days", question)
    assert found is not None, question
    at = _DAYS.index(found[1])
    for _ in range(int(found[2])):
        at = at + 1 if at < 6 else 0
    return _DAYS[at]


def _beside(question: str, _: Sequence[str]) -> str:
    found = re.search(r"directly (after|before) (\w+)\?", question)
    assert found is not None, question
    row = _DAYS if found[2] in _DAYS else _MONTHS
    return row[(row.index(found[2]) + (1 if found[1] == "after" else -1)) % len(row)]


def _turns(question: str, _: Sequence[str]) -> str:
    found = re.search(r"walks (\w+) and turns ([a-z, ]+)\.", question)
    assert found is not None, question
    way = found[1]
    for turn in re.findall(r"left|right", found[2]):
        way = _WAYS[_WAYS.index(way) - 3] if turn == "right" else _WAYS[_WAYS.index(way) - 1]
    return way


def _follows(question: str, options: Sequence[str]) -> str:
    """By sets: what holds in each world of three things in which all that is told holds."""
    names = sorted(set(re.findall(r"(?:All|Some) (\w+) are (\w+)", question)[0]))
    names = sorted(
        {
            name
            for pair in re.findall(r"\b(?:All|Some|No) (\w+) are (\w+)", question)
            for name in pair
        }
    )
    told = re.findall(r"\b(All|Some|No) (\w+) are (\w+)", question)
    # A thing is the set of names that it goes by; a world is a set of things.
    things = range(1 << len(names))

    def has(thing: int, name: str) -> bool:
        return bool(thing >> names.index(name) & 1)

    def holds(world: Sequence[int], claim: tuple[str, str, str]) -> bool:
        word, one, other = claim
        of_one = [thing for thing in world if has(thing, one)]
        if word == "All":
            return all(has(thing, other) for thing in of_one)
        some = any(has(thing, other) for thing in of_one)
        return some if word == "Some" else not some

    worlds = [
        world
        for world in ((a, b, c) for a in things for b in things if b >= a for c in things if c >= b)
        if all(holds(world, claim) for claim in told)
        # Each name belongs to something, as people take it.
        and all(any(has(thing, name) for thing in world) for name in names)
    ]
    claims = {option: re.findall(r"(All|Some|No) (\w+) are (\w+)", option)[0] for option in options}
    (found,) = [
        option for option, claim in claims.items() if all(holds(world, claim) for world in worlds)
    ]
    return found


_BY_SORT: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    **KNOWN,
    "largest": lambda _, options: max(options, key=_ABOUT.__getitem__),
    "planets": _planets,
    "order": _order,
    "paid": _paid,
    "calendar": _calendar,
    "before and after": _beside,
    "turns": _turns,
    "follows": _follows,
}


def solved(sort: str, prompt: str) -> str:
    """The letter of the right option.

    Raises:
        LookupError: Nothing proves this sort, or nothing is known of what it asks.
        ValueError: No option is right, or several are.
    """
    question = prompt.split("\n\nA)")[0]
    options = dict(re.findall(r"^([A-D])\) (.+)$", prompt, re.MULTILINE))
    right = _BY_SORT[sort](question, list(options.values()))
    (letter,) = [letter for letter, option in options.items() if option == right]
    return str(letter)
