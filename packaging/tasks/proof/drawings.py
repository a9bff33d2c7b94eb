"""Questions about pictures, worked out from the words that draw them and from what is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

_COLOURS = ("red", "green", "blue", "yellow", "black", "purple")
_KINDS = ("circle", "square", "triangle")
# A third of the picture, in pixels.
_THIRD = 75


class Part(NamedTuple):
    """What is drawn: ``size`` is a radius, or how large a dot of a digit is."""

    kind: str
    colour: str
    x: int
    y: int
    size: int
    text: str


Parts: TypeAlias = Sequence[Part]


def _parts(picture: str) -> list[Part]:
    found: list[Part] = []
    for words in picture.split(";"):
        kind, colour, x, y, size, *text = words.split()
        found.append(Part(kind, colour, int(x), int(y), int(size), *(text or [""])))
    return found


def _only(names: Sequence[str]) -> str:
    (name,) = set(names)
    return name


def _asked(question: str, names: Sequence[str]) -> str:
    """The one of these names that stands before the options."""
    return _only([name for name in names if re.search(rf"\b{name}s?\b", question.split(": ")[0])])


def _of(parts: Parts, kind: str = "", colour: str = "") -> list[Part]:
    return [part for part in parts if kind in ("", part.kind) and colour in ("", part.colour)]


def _count(question: str, parts: Parts) -> int:
    """How many are of every kind and colour that the question names."""
    head = question.split(" in the picture")[0]
    for part in [name for name in (*_KINDS, *_COLOURS) if re.search(rf"\b{name}s?\b", head)]:
        parts = [each for each in parts if part in (each.kind, each.colour)]
    return len(parts)


def _side(question: str, parts: Parts) -> str:
    seen = re.fullmatch(r"Seen from the (\w+), is the (\w+) .*", question.split("\n")[0])
    assert seen is not None, question
    (base,), (other,) = _of(parts, seen[1]), _of(parts, seen[2])
    if base.y == other.y:
        return "left" if other.x < base.x else "right"
    assert base.x == other.x
    return "above" if other.y < base.y else "below"


def _by_size(question: str, parts: Parts) -> str:
    ordered = sorted(_of(parts, _asked(question, _KINDS)), key=lambda part: part.size)
    assert len(parts) == len(ordered)
    return ordered[-1 if "largest" in question else 0].colour


def _nearest(question: str, parts: Parts) -> str:
    distance: dict[str, Callable[[Part], int]] = {
        "left": lambda part: part.x,
        "right": lambda part: -part.x,
        "top": lambda part: part.y,
        "bottom": lambda part: -part.y,
    }
    first, second, *_ = sorted(parts, key=(far := distance[_asked(question, tuple(distance))]))
    assert far(second) - far(first) >= _THIRD - 1, question
    return first.colour


def _corner(question: str, parts: Parts) -> str:
    low, left = "bottom" in question, "left" in question
    (found,) = [
        part
        for part in parts
        if (part.y > 2 * _THIRD if low else part.y < _THIRD)
        and (part.x < _THIRD if left else part.x > 2 * _THIRD)
    ]
    return found.kind


def _third(question: str, parts: Parts) -> int:
    at = {"left": "x", "right": "x", "top": "y", "bottom": "y"}
    side = _asked(question, tuple(at))
    places = [getattr(part, at[side]) for part in parts]
    return sum(
        place < _THIRD if side in ("left", "top") else place > 2 * _THIRD for place in places
    )


def _often(parts: Parts) -> str:
    (most, count), (_, less), *_ = Counter(part.kind for part in parts).most_common()
    assert count > less
    return most


def _larger(question: str, parts: Parts) -> int:
    first, second = sorted(int(part.text) for part in parts)
    return second if "larger" in question else first


def _missing(question: str, parts: Parts) -> str:
    there = {part.colour for part in parts}
    named = re.findall(r"\w+", question.split(": ")[1].split("?")[0])
    return _only([name for name in named if name in _COLOURS and name not in there])


def _common(parts: Parts) -> str:
    return _only([part.colour for part in parts if len(_of(parts, colour=part.colour)) == 2])


_BY_SORT: dict[str, Callable[[str, Parts], object]] = {
    "count": _count,
    "colour": lambda q, parts: _of(parts, _asked(q, _KINDS))[0].colour,
    "number": lambda _, parts: _only([part.text for part in parts]),
    "side": _side,
    "only shape": lambda _, parts: _only([part.kind for part in parts]),
    "only colour": lambda _, parts: _only([part.colour for part in parts]),
    "digit": lambda _, parts: _only([part.text for part in parts]),
    "how many": _count,
    "of a colour": _count,
    "of both": _count,
    "shape of": lambda q, parts: _only(
        [part.kind for part in _of(parts, colour=_asked(q, _COLOURS))]
    ),
    "by size": _by_size,
    "furthest": _nearest,
    "in the middle": lambda _, parts: _only(
        [part.colour for part in parts if part.x == part.y == 112]
    ),
    "in the corner": _corner,
    "between": lambda _, parts: sorted(parts, key=lambda part: (part.x, part.y))[1].kind,
    "colours": lambda _, parts: len({part.colour for part in parts}),
    "most often": lambda _, parts: _often(parts),
    "missing": _missing,
    "alike": lambda _, parts: _common(parts),
    "in a row": _third,
    "number of": lambda q, parts: _of(parts, colour=_asked(q, _COLOURS))[0].text,
    "larger": _larger,
    "added": lambda _, parts: sum(int(part.text) for part in parts),
}


def solved(sort: str, asked: str) -> str:
    """The answer to a question, whose picture stands as words behind it."""
    question, picture = asked.split("\n\n")
    parts = _parts(picture)
    assert all(
        abs(one.x - other.x) >= _THIRD - 1 or abs(one.y - other.y) >= _THIRD - 1
        for at, one in enumerate(parts)
        for other in parts[at + 1 :]
    ), picture  # nothing hides another
    return str(_BY_SORT[sort](question, parts))
