"""Arithmetic, worked out from the numbers in the question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

_NUMBER = re.compile(r"\d+")


def _minutes(n: Sequence[int]) -> int:
    return 60 * (n[2] - n[0]) + n[3] - n[1]


def _rectangle(text: str, n: Sequence[int]) -> int:
    return 2 * sum(n) if "fence" in text else n[0] * n[1]


def _brackets(text: str, n: Sequence[int]) -> int:
    return n[0] * n[2] + n[1] * n[2] if "(" in text else n[1] * n[2] + n[0]


def _unknown(n: Sequence[int]) -> int:
    return next(x for x in range(1000) if n[0] * x + n[1] == n[2])


def _next_in_row(n: Sequence[int]) -> int:
    (step,) = {later - earlier for earlier, later in pairwise(n)}
    return n[-1] + step


_BY_SORT: Mapping[str, Callable[[str, Sequence[int]], object]] = {
    "add": lambda _, n: sum(n),
    "subtract": lambda _, n: n[0] - n[1],
    "multiply": lambda _, n: sum([n[0]] * n[1]),
    "multiply longer": lambda _, n: sum([n[0]] * n[1]),
    "divide": lambda _, n: Fraction(n[0], n[1]),
    "remainder": lambda _, n: n[0] - n[1] * (n[0] // n[1]),
    "brackets": _brackets,
    "percent": lambda _, n: Fraction(n[0] * n[1], 100),
    "change": lambda _, n: n[2] - n[0] * n[1],
    "shared": lambda _, n: Fraction(n[0] - n[1], n[2]),
    "minutes": lambda _, n: _minutes(n),
    "rows": lambda _, n: n[0] * n[1] - n[2],
    "small sum": lambda _, n: sum(n),
    "small difference": lambda _, n: n[0] - n[1],
    "times table": lambda _, n: sum([n[0]] * n[1]),
    "twice or half": lambda text, n: n[0] + n[0] if "twice" in text else Fraction(n[0], 2),
    "next in row": lambda _, n: _next_in_row(n),
    "bought": lambda _, n: sum([n[0]] * n[1]),
    "largest of": lambda _, n: sorted(n)[-1],
    "ages": lambda _, n: sum(n),
    "packed": lambda _, n: len(range(0, n[1], n[0])),
    "average": lambda _, n: Fraction(sum(n), len(n)),
    "rectangle": _rectangle,
    "unknown": lambda _, n: _unknown(n),
    "fraction": lambda _, n: Fraction(n[0] * n[1], n[2]),
    "price cut": lambda _, n: Fraction(n[0] * (100 - n[1]), 100) + n[2],
    "legs": lambda _, n: n[0] + n[0] + 4 * n[1],
}


def solved(sort: str, prompt: str) -> str:
    """The answer to a question."""
    return str(_BY_SORT[sort](prompt, list(map(int, _NUMBER.findall(prompt)))))
