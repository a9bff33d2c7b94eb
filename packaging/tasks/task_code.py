"""Code: what a small Python program prints. The answers come from running the programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_WORDS = listed("maple|river|stone|cloud|ember|orbit|lemon|tiger|piano|zebra|cabin|flute|delta")
_NAMES = listed("ann|bob|cleo|dan|eve|finn|gus|hal|ivy|jo")


def program_item(sort: str, *lines: str) -> Item:
    """What a program prints."""
    program = "\n".join(lines)
    prompt = (
        f"What does this Python program print?\n\n```python\n{program}\n```\n\n"
        "Answer with the printed line only."
    )
    # The answer is filled in by running the program.
    return Item(sort, prompt, program, "line")


def _numbers(rng: random.Random, count: int, low: int = 1, high: int = 9) -> list[int]:
    return [rng.randint(low, high) for _ in range(count)]


def loop_sum(rng: random.Random) -> Item:
    """A running total with a step."""
    start, stop, step = rng.randint(0, 3), rng.randint(9, 16), rng.randint(2, 4)
    return program_item(
        "loop sum",
        "total = 0",
        f"for n in range({start}, {stop}, {step}):",
        f"    total += n {rng.choice(('+ 1', '* 2', '- 1'))}",
        "print(total)",
    )


def slicing(rng: random.Random) -> Item:
    """Pieces of a word."""
    word = rng.choice(_WORDS) + rng.choice(_WORDS)
    cut = rng.choice(("[2:6]", "[::2]", "[-4:]", "[:-3]", "[1::3]", "[::-1][:4]"))
    return program_item("slicing", f'word = "{word}"', f"print(word{cut})")


def comprehension(rng: random.Random) -> Item:
    """Filter and change a list."""
    numbers = _numbers(rng, 6)
    test = rng.choice(("n % 2 == 0", "n > 4", "n % 3 != 0", "n < 6"))
    change = rng.choice(("n * n", "n + 10", "n // 2", "-n"))
    return program_item(
        "comprehension", f"numbers = {numbers}", f"print([{change} for n in numbers if {test}])"
    )


def counting(rng: random.Random) -> Item:
    """A dictionary of counts."""
    word = rng.choice(("banana", "mississippi", "committee", "bookkeeper", "pepper", "referee"))
    letter = rng.choice(sorted(set(word)))
    return program_item(
        "counting",
        "counts = {}",
        f'for letter in "{word}":',
        "    counts[letter] = counts.get(letter, 0) + 1",
        f'print(counts["{letter}"] * {rng.randint(2, 5)} + len(counts))',
    )


def while_loop(rng: random.Random) -> Item:
    """How often until it ends."""
    start, factor = rng.randint(40, 200), rng.randint(2, 4)
    return program_item(
        "while",
        f"n = {start}",
        "steps = 0",
        f"while n > {rng.randint(1, 4)}:",
        f"    n = n // {factor}",
        "    steps += 1",
        "print(steps, n)",
    )


def function(rng: random.Random) -> Item:
    """A default that is used once and given once."""
    a, b, c = _numbers(rng, 3, 2, 9)
    return program_item(
        "function",
        f"def mix(a, b={b}):",
        f"    return a * b - {c}",
        "",
        f"print(mix({a}) + mix({c}, {a}))",
    )


def recursion(rng: random.Random) -> Item:
    """A function that calls itself."""
    base, step = rng.randint(1, 3), rng.randint(2, 3)
    return program_item(
        "recursion",
        "def f(n):",
        "    if n <= 1:",
        f"        return {base}",
        f"    return f(n - {step}) + n",
        "",
        f"print(f({rng.randint(6, 11)}))",
    )


def sorting(rng: random.Random) -> Item:
    """Order by length or by the last letter."""
    names = rng.sample(_NAMES + _WORDS, 4)
    key = rng.choice(("lambda w: (len(w), w)", "lambda w: w[-1] + w", "lambda w: w[1:]"))
    return program_item(
        "sorting", f"words = {json.dumps(names)}", f"print(sorted(words, key={key})[0])"
    )


def division(rng: random.Random) -> Item:
    """Whole division, remainder, power."""
    a, b = rng.randint(20, 99), rng.randint(3, 9)
    return program_item(
        "division", f"a, b = {a}, {b}", f"print(a // b, a % b, b ** {rng.randint(2, 3)})"
    )


def logic(rng: random.Random) -> Item:
    """and, or, not."""
    x, y = rng.randint(1, 20), rng.randint(1, 20)
    first = rng.choice((f"x > {rng.randint(5, 15)}", "x == y", f"x % {rng.randint(2, 4)} == 0"))
    second = rng.choice((f"y < {rng.randint(5, 15)}", "x != y", "x + y > 20"))
    join = rng.choice(("and", "or"))
    invert = rng.choice(("not ", ""))
    return program_item("logic", f"x, y = {x}, {y}", f"print({invert}({first}) {join} {second})")


def nested(rng: random.Random) -> Item:
    """Two loops."""
    return program_item(
        "nested",
        "count = 0",
        f"for i in range({rng.randint(3, 6)}):",
        f"    for j in range({rng.choice(('i', 'i + 1', '4'))}):",
        f"        if (i + j) % {rng.randint(2, 3)} == 0:",
        "            count += 1",
        "print(count)",
    )


def zipping(rng: random.Random) -> Item:
    """Two lists side by side."""
    return program_item(
        "zip",
        f"a = {_numbers(rng, 4)}",
        f"b = {_numbers(rng, 4)}",
        f"print([x {rng.choice('+-*')} y for x, y in zip(a, b)])",
    )


def sets(rng: random.Random) -> Item:
    """What two sets share."""
    return program_item(
        "sets",
        f"a = set({_numbers(rng, 6)})",
        f"b = set({_numbers(rng, 6)})",
        f"print(len(a {rng.choice('&|-^')} b))",
    )


def strings(rng: random.Random) -> Item:
    """Split, change, join."""
    words = rng.sample(_WORDS, 3)
    change = rng.choice(("w.capitalize()", "w[0].upper()", "w[::-1]", "w[-1] + w[0]"))
    glue = rng.choice(("-", "", "+", "_"))
    return program_item(
        "strings",
        f'text = "{" ".join(words)}"',
        f'print("{glue}".join({change} for w in text.split()))',
    )


def alias(rng: random.Random) -> Item:
    """Two names for one list, or a copy of it."""
    a = _numbers(rng, 3)
    copy = rng.choice(("a", "a[:]", "list(a)", "a"))
    return program_item(
        "alias",
        f"a = {a}",
        f"b = {copy}",
        f"b.append({rng.randint(1, 9)})",
        f"b[0] = {rng.randint(10, 20)}",
        "print(sum(a), len(b))",
    )


def exceptions(rng: random.Random) -> Item:
    """Which branch is reached."""
    value = rng.choice(('"12"', '"x7"', '"3.5"', '"0"'))
    return program_item(
        "exceptions",
        f"value = {value}",
        "try:",
        f"    result = {rng.randint(10, 40)} // int(value)",
        "except ValueError:",
        '    result = "bad"',
        "except ZeroDivisionError:",
        '    result = "zero"',
        f'print(result, "{rng.choice(_WORDS)}")',
    )


MAKERS: tuple[Maker, ...] = (
    loop_sum,
    slicing,
    comprehension,
    counting,
    while_loop,
    function,
    recursion,
    sorting,
    division,
    logic,
    nested,
    zipping,
    sets,
    strings,
    alias,
    exceptions,
)
