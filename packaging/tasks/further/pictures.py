"""Further questions about pictures: from a single shape to what two of them have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker
from task_pictures import PLACES, options, shape

from app.core.tasks.drawing import COLOURS, SHAPES

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_COLOURS = tuple(COLOURS)
# Yellow on white is hard to read.
_INKS = tuple(each for each in COLOURS if each != "yellow")
_NUMBER = "Answer with the number only."
_WORD = "Answer with one word."
_CORNERS = {
    "top left": (0, 0),
    "top right": (2, 0),
    "bottom left": (0, 2),
    "bottom right": (2, 2),
}
_SMALL, _LARGE = 13, 30


def _named(sort: str, question: str, right: str, names: Sequence[str], drawn: list[str]) -> Item:
    """One of some names, all of which the question tells."""
    reject = tuple(each for each in names if each != right)
    asked = f"{question}: {options(names)}? {_WORD}"
    return Item(sort, asked, right, "fact", reject=reject, picture="; ".join(drawn))


def _counted(sort: str, question: str, right: int, drawn: list[str]) -> Item:
    return Item(sort, f"{question} {_NUMBER}", right, "number", picture="; ".join(drawn))


def _any(rng: random.Random, kind: str = "", colour: str = "") -> tuple[str, str]:
    return kind or rng.choice(SHAPES), colour or rng.choice(_COLOURS)


def _drawn(rng: random.Random, shapes: Sequence[tuple[str, str]]) -> list[str]:
    """Shapes of these kinds and colours anywhere, in any order."""
    places = rng.sample(PLACES, len(shapes))
    drawn = [shape(*each, place, rng) for each, place in zip(shapes, places, strict=True)]
    rng.shuffle(drawn)
    return drawn


def _written(rng: random.Random, numbers: Sequence[int], inks: Sequence[str]) -> list[str]:
    """Two numbers beside each other, the first on the left."""
    height = rng.randint(80, 140)
    drawn = [
        f"number {ink} {x} {height + rng.randint(-20, 20)} 8 {number}"
        for x, number, ink in zip((60, 164), numbers, inks, strict=True)
    ]
    rng.shuffle(drawn)
    return drawn


def only_shape(rng: random.Random) -> Item:
    """Easy: the only shape there is."""
    kind, colour = _any(rng)
    return _named(
        "only shape",
        "Which shape is in the picture",
        kind,
        SHAPES,
        _drawn(rng, [(kind, colour)]),
    )


def only_colour(rng: random.Random) -> Item:
    """Easy: the colour of all there is."""
    kind, colour = _any(rng)
    count = rng.randint(1, 3)
    question = "Which colour do the shapes in the picture have"
    return _named("only colour", question, colour, _COLOURS, _drawn(rng, [(kind, colour)] * count))


def digit(rng: random.Random) -> Item:
    """Easy: one large digit."""
    right, ink = rng.randint(0, 9), rng.choice(_INKS)
    x, y, size = rng.randint(80, 144), rng.randint(90, 134), rng.randint(16, 24)
    return _counted(
        "digit", "Which digit is in the picture?", right, [f"number {ink} {x} {y} {size} {right}"]
    )


def how_many(rng: random.Random) -> Item:
    """Easy: of whatever shape."""
    right = rng.randint(2, 9)
    drawn = _drawn(rng, [_any(rng) for _ in range(right)])
    return _counted("how many", "How many shapes are in the picture?", right, drawn)


def of_a_colour(rng: random.Random) -> Item:
    """How many of a colour, among others."""
    wanted, *others = rng.sample(_COLOURS, 3)
    right, rest = rng.randint(1, 5), rng.randint(1, 4)
    shapes = [_any(rng, colour=wanted) for _ in range(right)]
    shapes += [_any(rng, colour=rng.choice(others)) for _ in range(rest)]
    question = f"How many {wanted} shapes are in the picture?"
    return _counted("of a colour", question, right, _drawn(rng, shapes))


def of_both(rng: random.Random) -> Item:
    """How many of a shape and a colour, among some that are one or the other."""
    (kind, other), (wanted, beside) = rng.sample(SHAPES, 2), rng.sample(_COLOURS, 2)
    right = rng.randint(1, 4)
    shapes = [(kind, wanted)] * right
    shapes += [(kind, beside)] * rng.randint(1, 2) + [(other, wanted)] * rng.randint(1, 2)
    question = f"How many {wanted} {kind}s are in the picture?"
    return _counted("of both", question, right, _drawn(rng, shapes))


def shape_of(rng: random.Random) -> Item:
    """Which shape has a colour."""
    kinds, colours = rng.sample(SHAPES, 3), rng.sample(_COLOURS, 3)
    drawn = _drawn(rng, list(zip(kinds, colours, strict=True)))
    question = f"Which shape in the picture is {colours[0]}"
    return _named("shape of", question, kinds[0], SHAPES, drawn)


def by_size(rng: random.Random) -> Item:
    """The colour of the largest or the smallest of three."""
    word, size, rest = rng.choice((("largest", _LARGE, _SMALL), ("smallest", _SMALL, _LARGE)))
    kind, colours = rng.choice(SHAPES), rng.sample(_COLOURS, 3)
    places = rng.sample(PLACES, 3)
    drawn = [
        shape(kind, colour, place, rng, radius=size if at == 0 else rest)
        for at, (colour, place) in enumerate(zip(colours, places, strict=True))
    ]
    rng.shuffle(drawn)
    question = f"Which colour is the {word} {kind} in the picture"
    return _named("by size", question, colours[0], _COLOURS, drawn)


def furthest(rng: random.Random) -> Item:
    """The colour of what is furthest to one side."""
    side, axis, end = rng.choice((("left", 0, 0), ("right", 0, 2), ("top", 1, 0), ("bottom", 1, 2)))
    right, *others = rng.sample(_COLOURS, 3)
    lines = [end, *rng.choices([line for line in range(3) if line != end], k=2)]
    across = rng.sample(range(3), 3)
    places = [(a, b) if axis == 0 else (b, a) for a, b in zip(lines, across, strict=True)]
    drawn = [
        shape(rng.choice(SHAPES), colour, place, rng)
        for colour, place in zip((right, *others), places, strict=True)
    ]
    rng.shuffle(drawn)
    question = f"Which colour is the shape that is nearest to the {side} of the picture"
    return _named("furthest", question, right, _COLOURS, drawn)


def in_the_middle(rng: random.Random) -> Item:
    """The colour of what is in the middle."""
    right, *others = rng.sample(_COLOURS, 4)
    around = rng.sample([place for place in PLACES if place != (1, 1)], 3)
    drawn = [
        shape(rng.choice(SHAPES), colour, place, rng)
        for colour, place in zip((right, *others), ((1, 1), *around), strict=True)
    ]
    rng.shuffle(drawn)
    question = "Which colour is the shape in the middle of the picture"
    return _named("in the middle", question, right, _COLOURS, drawn)


def in_the_corner(rng: random.Random) -> Item:
    """Which shape is in a corner."""
    corners = rng.sample(list(_CORNERS), 3)
    kinds = rng.sample(SHAPES, 3)
    drawn = [
        shape(kind, rng.choice(_COLOURS), _CORNERS[corner], rng)
        for kind, corner in zip(kinds, corners, strict=True)
    ]
    rng.shuffle(drawn)
    question = f"Which shape is in the {corners[0]} corner of the picture"
    return _named("in the corner", question, kinds[0], SHAPES, drawn)


def between(rng: random.Random) -> Item:
    """Which shape stands between two others."""
    kinds, line, upright = rng.sample(SHAPES, 3), rng.randint(0, 2), rng.random() < 0.5
    drawn = [
        shape(kind, rng.choice(_COLOURS), (line, at) if upright else (at, line), rng)
        for at, kind in enumerate(kinds)
    ]
    rng.shuffle(drawn)
    question = "Which shape in the picture is between the two others"
    return _named("between", question, kinds[1], SHAPES, drawn)


def colours(rng: random.Random) -> Item:
    """How many different colours."""
    right = rng.randint(2, 5)
    used = rng.sample(_COLOURS, right)
    shapes = [_any(rng, colour=colour) for colour in used]
    shapes += [_any(rng, colour=rng.choice(used)) for _ in range(rng.randint(1, 4))]
    question = "How many different colours do the shapes in the picture have?"
    return _counted("colours", question, right, _drawn(rng, shapes))


def most_often(rng: random.Random) -> Item:
    """Which shape there are most of."""
    most, some, few = rng.sample(SHAPES, 3)
    count = rng.randint(1, 2)
    kinds = [most] * rng.randint(count + 2, 4) + [some] * count + [few] * rng.randint(1, count)
    drawn = _drawn(rng, [_any(rng, kind=kind) for kind in kinds])
    return _named("most often", "Which shape is in the picture most often", most, SHAPES, drawn)


def missing(rng: random.Random) -> Item:
    """Which colour is not there."""
    named = rng.sample(_COLOURS, 4)
    right = rng.choice(named)
    shapes = [_any(rng, colour=colour) for colour in named if colour != right]
    shapes += [
        _any(rng, colour=colour) for colour in rng.sample(_COLOURS, 6) if colour not in named
    ]
    question = "Which of these colours is not in the picture"
    return _named("missing", question, right, named, _drawn(rng, shapes))


def alike(rng: random.Random) -> Item:
    """The colour that two shapes share."""
    right, *others = rng.sample(_COLOURS, 4)
    shapes = [_any(rng, colour=colour) for colour in (right, right, *others)]
    question = "Two shapes in the picture have the same colour. Which colour is it"
    return _named("alike", question, right, _COLOURS, _drawn(rng, shapes))


def in_a_row(rng: random.Random) -> Item:
    """How many are in a row or a column of the picture."""
    side, axis, line = rng.choice(
        (("left", 0, 0), ("right", 0, 2), ("top", 1, 0), ("bottom", 1, 2))
    )
    right = rng.randint(1, 3)
    inside = rng.sample([place for place in PLACES if place[axis] == line], right)
    outside = rng.sample([place for place in PLACES if place[axis] != line], rng.randint(2, 5))
    drawn = [shape(*_any(rng), place, rng) for place in (*inside, *outside)]
    rng.shuffle(drawn)
    question = f"How many shapes are in the {side} third of the picture?"
    return _counted("in a row", question, right, drawn)


def number_of(rng: random.Random) -> Item:
    """The number of a colour, beside another one."""
    numbers, inks = rng.sample(range(10, 100), 2), rng.sample(_INKS, 2)
    at = rng.randint(0, 1)
    question = f"Which number is written in {inks[at]}?"
    return _counted("number of", question, numbers[at], _written(rng, numbers, inks))


def larger(rng: random.Random) -> Item:
    """The larger or the smaller of two numbers."""
    numbers = rng.sample(range(10, 100), 2)
    word, right = rng.choice((("larger", max(numbers)), ("smaller", min(numbers))))
    question = f"Which of the two numbers in the picture is {word}?"
    return _counted("larger", question, right, _written(rng, numbers, rng.sample(_INKS, 2)))


def added(rng: random.Random) -> Item:
    """The sum of two numbers."""
    numbers = [rng.randint(10, 49), rng.randint(2, 9)]
    rng.shuffle(numbers)
    question = "What is the sum of the two numbers in the picture?"
    inks = rng.sample(_INKS, 2)
    return _counted("added", question, sum(numbers), _written(rng, numbers, inks))


MAKERS: tuple[Maker, ...] = (
    only_shape,
    only_colour,
    digit,
    how_many,
    of_a_colour,
    of_both,
    shape_of,
    by_size,
    furthest,
    in_the_middle,
    in_the_corner,
    between,
    colours,
    most_often,
    missing,
    alike,
    in_a_row,
    number_of,
    larger,
    added,
)
