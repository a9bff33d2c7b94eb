"""Arithmetic: whole numbers, from two digits to a few steps; no answer needs a calculator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_ASK = "Answer with the number only."
_NAMES = listed("Nora|Emil|Priya|Tomas|Aisha|Felix|Mei|Jonas|Lucia|Omar|Hanna|Viktor|Ines|Pavel")
_THINGS = listed("apples|pencils|stamps|marbles|postcards|buttons|shells|tickets|cookies|stickers")


def _item(sort: str, question: str, answer: int) -> Item:
    return Item(sort, f"{question} {_ASK}", answer, "number")


def add(rng: random.Random) -> Item:
    """Two numbers of three digits."""
    a, b = rng.randint(112, 899), rng.randint(112, 899)
    return _item("add", f"What is {a} + {b}?", a + b)


def subtract(rng: random.Random) -> Item:
    """Three digits, never below zero."""
    a, b = sorted((rng.randint(120, 980), rng.randint(120, 980)), reverse=True)
    return _item("subtract", f"What is {a} - {b}?", a - b)


def multiply(rng: random.Random) -> Item:
    """Two digits by one."""
    a, b = rng.randint(12, 98), rng.randint(3, 9)
    return _item("multiply", f"What is {a} times {b}?", a * b)


def multiply_longer(rng: random.Random) -> Item:
    """Two digits by two, without trailing zeros."""
    a, b = (rng.choice([n for n in range(12, 60) if n % 10]) for _ in range(2))
    return _item("multiply longer", f"Calculate {a} x {b}.", a * b)


def divide(rng: random.Random) -> Item:
    """Without remainder."""
    b, quotient = rng.randint(3, 12), rng.randint(11, 60)
    return _item("divide", f"What is {b * quotient} divided by {b}?", quotient)


def remainder(rng: random.Random) -> Item:
    """What is left over."""
    b = rng.randint(4, 13)
    a = b * rng.randint(5, 20) + rng.randint(1, b - 1)
    return _item("remainder", f"What is the remainder when {a} is divided by {b}?", a % b)


def brackets(rng: random.Random) -> Item:
    """Three numbers, brackets first."""
    a, b, c = rng.randint(3, 30), rng.randint(3, 30), rng.randint(2, 9)
    if rng.random() < 0.5:
        return _item("brackets", f"What is ({a} + {b}) * {c}?", (a + b) * c)
    return _item("brackets", f"What is {a} + {b} * {c}?", a + b * c)


def percent(rng: random.Random) -> Item:
    """Percentages that come out whole."""
    share = rng.choice((5, 10, 15, 20, 25, 30, 40, 60, 75))
    base = rng.randint(2, 24) * 20
    return _item("percent", f"What is {share}% of {base}?", base * share // 100)


def change(rng: random.Random) -> Item:
    """Money back."""
    name, count = rng.choice(_NAMES), rng.randint(3, 8)
    price = rng.randint(2, 11)
    note = rng.choice([n for n in (20, 50, 100) if n > count * price])
    question = (
        f"{name} buys {count} notebooks that cost {price} euros each and pays with a {note} euro "
        "note. How many euros of change are due?"
    )
    return _item("change", question, note - count * price)


def shared(rng: random.Random) -> Item:
    """Getting, giving away, sharing."""
    one, other = rng.sample(_NAMES, 2)
    thing = rng.choice(_THINGS)
    children = rng.randint(2, 6)
    each = rng.randint(4, 15)
    given = rng.randint(5, 20)
    start = children * each + given
    question = (
        f"{one} has {start} {thing}, gives {given} of them to {other} and shares the rest equally "
        f"among {children} children. How many {thing} does each child get?"
    )
    return _item("shared", question, each)


def minutes(rng: random.Random) -> Item:
    """From one time of day to another."""
    start = rng.randint(6 * 60, 15 * 60)
    length = rng.randint(35, 235)
    end = start + length
    question = (
        f"A film starts at {start // 60}:{start % 60:02} and ends at {end // 60}:{end % 60:02} on "
        "the same day. How many minutes long is it?"
    )
    return _item("minutes", question, length)


def rows(rng: random.Random) -> Item:
    """Several groups and some that are missing."""
    count, seats = rng.randint(6, 18), rng.randint(8, 24)
    empty = rng.randint(5, 40)
    question = (
        f"A hall has {count} rows of {seats} seats. {empty} seats stay empty. How many seats are "
        "taken?"
    )
    return _item("rows", question, count * seats - empty)


MAKERS: tuple[Maker, ...] = (
    add,
    subtract,
    multiply,
    multiply_longer,
    divide,
    remainder,
    brackets,
    percent,
    change,
    shared,
    minutes,
    rows,
)
