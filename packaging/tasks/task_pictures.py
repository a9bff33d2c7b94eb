"""Questions about a picture: how many, which colour, which number, where.

Shapes stand on a grid of three by three, so that none hides another; all answers of a sort are
equally likely, and the question names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker

from app.core.tasks.drawing import COLOURS, SHAPES

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_STEP, _FIRST = 74, 38
PLACES = [(column, row) for row in range(3) for column in range(3)]
_COLOURS = tuple(COLOURS)


def shape(
    kind: str, colour: str, place: tuple[int, int], rng: random.Random, radius: int | None = None
) -> str:
    """The words that draw a shape, as large as chance wants it if nobody says."""
    x, y = (_FIRST + _STEP * number for number in place)
    return f"{kind} {colour} {x} {y} {rng.randint(18, 30) if radius is None else radius}"


def options(words: Sequence[str]) -> str:
    """Words as a question names them."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


ASK_NUMBER = "Which number is written in the picture? Answer with the number only."


def ask_count(wanted: str) -> str:
    """The question how many of a shape there are."""
    return f"How many {wanted}s are in the picture? Answer with the number only."


def ask_colour(wanted: str) -> str:
    """The question for the colour of a shape."""
    named = options(_COLOURS)
    return f"Which colour is the {wanted} in the picture: {named}? Answer with one word."


def ask_side(one: str, other: str) -> str:
    """The question where one shape is, seen from another."""
    return (
        f"Seen from the {other}, is the {one} in the picture left, right, above or below? "
        "Answer with one word."
    )


def count(rng: random.Random) -> Item:
    """How many of a shape, among others."""
    wanted, other = rng.sample(SHAPES, 2)
    number = rng.randint(1, 6)
    places = rng.sample(PLACES, number + rng.randint(0, 3))
    drawn = [
        shape(wanted if at < number else other, rng.choice(_COLOURS), place, rng)
        for at, place in enumerate(places)
    ]
    rng.shuffle(drawn)
    return Item("count", ask_count(wanted), number, "number", picture="; ".join(drawn))


def colour(rng: random.Random) -> Item:
    """Which colour the only shape of its kind has."""
    wanted, *others = rng.sample(SHAPES, 3)
    right, *colours = rng.sample(_COLOURS, len(_COLOURS))
    places = rng.sample(PLACES, 3)
    drawn = [shape(wanted, right, places[0], rng)]
    drawn += [
        shape(kind, each, place, rng)
        for kind, each, place in zip(others, colours, places[1:], strict=False)
    ]
    reject, picture = tuple(colours), "; ".join(drawn)
    return Item("colour", ask_colour(wanted), right, "fact", reject=reject, picture=picture)


def number(rng: random.Random) -> Item:
    """Which number is written there."""
    right = rng.randint(10, 999)
    ink = rng.choice([each for each in _COLOURS if each != "yellow"])
    x, y = rng.randint(90, 134), rng.randint(60, 164)
    drawn = f"number {ink} {x} {y} {rng.randint(8, 13)} {right}"
    return Item("number", ASK_NUMBER, right, "number", picture=drawn)


def side(rng: random.Random) -> Item:
    """Where one shape is, seen from another."""
    one, other = rng.sample(SHAPES, 2)
    directions = {"left": (-1, 0), "right": (1, 0), "above": (0, -1), "below": (0, 1)}
    right = rng.choice(list(directions))
    across, down = directions[right]
    line = rng.randint(0, 2)
    near, far = (0, 2) if across + down < 0 else (2, 0)
    places = ((near, line), (far, line)) if across else ((line, near), (line, far))
    drawn = [
        shape(kind, each, place, rng)
        for kind, each, place in zip((one, other), rng.sample(_COLOURS, 2), places, strict=True)
    ]
    rng.shuffle(drawn)
    reject = tuple(each for each in directions if each != right)
    picture = "; ".join(drawn)
    return Item("side", ask_side(one, other), right, "fact", reject=reject, picture=picture)


MAKERS: tuple[Maker, ...] = (count, colour, number, side)
