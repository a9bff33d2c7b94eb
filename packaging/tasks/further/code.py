"""Further programs: from a single print to a class and a generator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from task_code import program_item
from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_WORDS = listed(
    "amber|bread|chair|daisy|eagle|frost|grape|honey|igloo|jelly|koala|linen|mango|noble"
)
_FRUIT = listed("apple|banana|cherry|date|fig|grape|kiwi|lemon|melon|olive|peach|quince")


def printed_sum(rng: random.Random) -> Item:
    """Easy: a sum of two variables."""
    a, b = rng.randint(2, 40), rng.randint(2, 40)
    return program_item("printed sum", f"a = {a}", f"b = {b}", "print(a + b)")


def repeated(rng: random.Random) -> Item:
    """Easy: a text several times."""
    word, count = rng.choice(_WORDS)[:3], rng.randint(2, 4)
    return program_item("repeated", f'word = "{word}"', f"print(word * {count})")


def element(rng: random.Random) -> Item:
    """Easy: an element by its place."""
    words = rng.sample(_FRUIT, 4)
    place = rng.choice((0, 1, 2, -1))
    return program_item("element", f"fruit = {json.dumps(words)}", f"print(fruit[{place}])")


def length_of(rng: random.Random) -> Item:
    """Easy: how many there are."""
    numbers = [rng.randint(1, 30) for _ in range(rng.randint(3, 8))]
    return program_item(
        "length", f"numbers = {numbers}", f"print(len(numbers) + {rng.randint(0, 5)})"
    )


def if_else(rng: random.Random) -> Item:
    """Easy: one of two words."""
    n, bound = rng.randint(1, 30), rng.randint(5, 25)
    high, low = rng.sample(_WORDS, 2)
    return program_item(
        "if else",
        f"n = {n}",
        f"if n > {bound}:",
        f'    print("{high}")',
        "else:",
        f'    print("{low}")',
    )


def upper(rng: random.Random) -> Item:
    """Easy: capitals and something behind."""
    word, behind = rng.choice(_WORDS), rng.choice(("!", "?", " ok", "-1"))
    return program_item("upper", f'word = "{word}"', f'print(word.upper() + "{behind}")')


def largest(rng: random.Random) -> Item:
    """Largest and smallest of a list."""
    numbers = rng.sample(range(2, 90), 6)
    return program_item("largest", f"numbers = {numbers}", "print(max(numbers) - min(numbers))")


def look_up(rng: random.Random) -> Item:
    """Prices out of a dictionary."""
    names = rng.sample(_FRUIT, 3)
    prices = {name: rng.randint(2, 9) for name in names}
    one, other = rng.sample(names, 2)
    return program_item(
        "look up",
        f"prices = {json.dumps(prices)}",
        f'print(prices["{one}"] * {rng.randint(2, 5)} + prices["{other}"])',
    )


def appended(rng: random.Random) -> Item:
    """A list that grows and loses its first."""
    numbers = [rng.randint(1, 9) for _ in range(3)]
    return program_item(
        "appended",
        f"numbers = {numbers}",
        f"numbers.append({rng.randint(10, 20)})",
        "numbers.pop(0)",
        f"numbers.insert(1, {rng.randint(30, 40)})",
        "print(numbers)",
    )


def break_off(rng: random.Random) -> Item:
    """A loop that ends early."""
    numbers = rng.sample(range(1, 40), 7)
    return program_item(
        "break",
        "total = 0",
        f"for n in {numbers}:",
        f"    if n % {rng.choice((5, 6, 7))} == 0:",
        "        break",
        "    total += n",
        "print(total)",
    )


def left_out(rng: random.Random) -> Item:
    """A loop that passes some over."""
    letter = rng.choice("aeiou")
    words = rng.sample(_WORDS, 4)
    return program_item(
        "continue",
        "found = 0",
        f"for word in {json.dumps(words)}:",
        f'    if "{letter}" in word:',
        "        continue",
        "    found += len(word)",
        "print(found)",
    )


def formatted(rng: random.Random) -> Item:
    """An f-string."""
    name, count, price = rng.choice(_FRUIT), rng.randint(2, 9), rng.randint(2, 12)
    return program_item(
        "formatted",
        f'name, count, price = "{name}", {count}, {price}',
        'print(f"{name} ({count}) {count * price}")',
    )


def unpacked(rng: random.Random) -> Item:
    """Several names at once, and the rest."""
    numbers = rng.sample(range(1, 60), 5)
    return program_item(
        "unpacked",
        f"first, *rest, last = {numbers}",
        "first, last = last, first",
        "print(first, sum(rest))",
    )


def closure(rng: random.Random) -> Item:
    """Hard: a function that keeps a number."""
    return program_item(
        "closure",
        "def counter(step):",
        f"    total = {rng.randint(1, 9)}",
        "    def add(n):",
        "        nonlocal total",
        "        total += n * step",
        "        return total",
        "    return add",
        "",
        f"add = counter({rng.randint(2, 5)})",
        f"add({rng.randint(1, 6)})",
        f"print(add({rng.randint(1, 6)}))",
    )


def small_class(rng: random.Random) -> Item:
    """Hard: two objects of a class."""
    return program_item(
        "class",
        "class Box:",
        "    def __init__(self, size):",
        "        self.size = size",
        "    def grow(self, by):",
        f"        self.size = self.size * {rng.randint(2, 4)} + by",
        "        return self",
        "",
        f"one, other = Box({rng.randint(1, 6)}), Box({rng.randint(1, 6)})",
        f"one.grow({rng.randint(1, 5)}).grow({rng.randint(1, 5)})",
        "print(one.size - other.size)",
    )


def generator(rng: random.Random) -> Item:
    """Hard: a generator that is not read to its end."""
    return program_item(
        "generator",
        "def steps(n):",
        "    while n > 0:",
        "        yield n",
        f"        n = n - {rng.randint(2, 4)}",
        "",
        f"found = [n for n in steps({rng.randint(9, 20)}) if n % 2 == {rng.randint(0, 1)}]",
        "print(found[:3])",
    )


MAKERS: tuple[Maker, ...] = (
    printed_sum,
    repeated,
    element,
    length_of,
    if_else,
    upper,
    largest,
    look_up,
    appended,
    break_off,
    left_out,
    formatted,
    unpacked,
    closure,
    small_class,
    generator,
)
