"""Unit conversions in both directions, with the multiplication written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turns import Turn

if TYPE_CHECKING:
    import random

_DECIMAL_COUNTS = tuple(range(1, 51))
_TABLE_COUNTS = tuple(range(1, 13))
_LONE_FACTORS = (7, 8)
"""Factors of one conversion only: their products are facts to learn, held out by wording alone."""
DOWN_SHARE = 0.75


@dataclass(frozen=True)
class Conversion:
    """``one`` large unit is ``factor`` small units."""

    one: str
    large: str
    small: str
    factor: int

    @property
    def counts(self) -> tuple[int, ...]:
        """How many large units are asked for; powers of ten need no table."""
        return _DECIMAL_COUNTS if self.factor in (10, 100, 1000) else _TABLE_COUNTS


CONVERSIONS = (
    Conversion("metre", "metres", "centimetres", 100),
    Conversion("kilometre", "kilometres", "metres", 1000),
    Conversion("centimetre", "centimetres", "millimetres", 10),
    Conversion("kilogram", "kilograms", "grams", 1000),
    Conversion("litre", "litres", "millilitres", 1000),
    Conversion("euro", "euros", "cents", 100),
    Conversion("dollar", "dollars", "cents", 100),
    Conversion("hour", "hours", "minutes", 60),
    Conversion("minute", "minutes", "seconds", 60),
    Conversion("year", "years", "months", 12),
    Conversion("dozen", "dozens", "pieces", 12),
    Conversion("foot", "feet", "inches", 12),
    Conversion("week", "weeks", "days", 7),
    Conversion("byte", "bytes", "bits", 8),
)
_SINGLE = (
    "How many {small} are in {a} {one}?",
    "How many {small} does {a} {one} have?",
    "How many {small} are there in {a} {one}?",
    "How many {small} make {a} {one}?",
    "What is {a} {one} in {small}?",
    "Convert {a} {one} to {small}.",
)
_DOWN = (
    "How many {small} are {n} {large}?",
    "How many {small} are in {n} {large}?",
    "Convert {n} {large} to {small}.",
    "What is {n} {large} in {small}?",
    "{n} {large} in {small}",
    "How many {small} do {n} {large} make?",
    "Change {n} {large} into {small}.",
)
_UP = (
    "How many {large} are {n} {small}?",
    "Convert {n} {small} to {large}.",
    "What is {n} {small} in {large}?",
    "{n} {small} in {large}",
    "How many {large} do {n} {small} make?",
    "Change {n} {small} into {large}.",
)


def make_units(rng: random.Random) -> Turn:
    """One conversion; a quarter of them from the small unit to the large one."""
    unit = rng.choice(CONVERSIONS)
    count = rng.choice(unit.counts)
    small_count = count * unit.factor
    key = f"convert {unit.one} {unit.small} {count}"
    by_key = unit.factor not in _LONE_FACTORS and count > 1
    if count == 1:
        article = "an" if unit.one == "hour" else "a"
        prompt = rng.choice(_SINGLE).format(a=article, one=unit.one, small=unit.small)
        reply = f"The answer is {unit.factor} {unit.small}."
        return Turn("units", prompt, reply, f"{unit.factor} {unit.small}", key)
    if rng.random() < DOWN_SHARE:
        prompt = rng.choice(_DOWN).format(n=count, large=unit.large, small=unit.small)
        working = f"1 {unit.one} is {unit.factor} {unit.small}, and {count} x {unit.factor}"
        reply = f"{working} = {small_count}. The answer is {small_count} {unit.small}."
        return Turn("units", prompt, reply, f"{small_count} {unit.small}", key, by_key)
    prompt = rng.choice(_UP).format(n=small_count, large=unit.large, small=unit.small)
    working = f"{unit.factor} {unit.small} are 1 {unit.one}, and {small_count} / {unit.factor}"
    reply = f"{working} = {count}. The answer is {count} {unit.large}."
    return Turn("units", prompt, reply, f"{count} {unit.large}", key, by_key)
