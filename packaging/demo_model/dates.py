"""Days of the week and months of the year: what comes before and after, how many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn

if TYPE_CHECKING:
    import random

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
_SEASONS = ("winter", "spring", "summer", "autumn")

_AFTER = (
    "Which {n} comes after {x}?",
    "What {n} comes after {x}?",
    "What {n} is after {x}?",
    "Which {n} follows {x}?",
    "What comes after {x}?",
    "Tell me the {n} after {x}.",
    "What is the {n} after {x}?",
    "Which {n} is next after {x}?",
    "Name the {n} after {x}.",
    "What is the next {n} after {x}?",
    "Do you know which {n} comes after {x}?",
    "Can you tell me the {n} after {x}?",
)
_BEFORE = (
    "Which {n} comes before {x}?",
    "What {n} comes before {x}?",
    "What {n} is before {x}?",
    "Which {n} is right before {x}?",
    "What comes before {x}?",
    "Tell me the {n} before {x}.",
    "What is the {n} before {x}?",
    "Name the {n} before {x}.",
    "Which {n} comes just before {x}?",
    "Do you know which {n} comes before {x}?",
    "Can you tell me the {n} before {x}?",
)
_TWO_AFTER = (
    "Which {n} comes two {n}s after {x}?",
    "What {n} is two {n}s after {x}?",
    "Tell me the {n} two {n}s after {x}.",
    "What is two {n}s after {x}?",
    "Name the {n} two {n}s after {x}.",
    "What {n} is it two {n}s after {x}?",
)
_DAY_RIDDLES = (
    ("If today is {x}, what is tomorrow?", 1, "tomorrow is"),
    ("Today is {x}. What day is tomorrow?", 1, "tomorrow is"),
    ("Today is {x}. What will tomorrow be?", 1, "tomorrow is"),
    ("Today is {x}, which day is tomorrow?", 1, "tomorrow is"),
    ("If today is {x}, what was yesterday?", -1, "yesterday was"),
    ("Today is {x}. What day was yesterday?", -1, "yesterday was"),
    ("Today is {x}. What was yesterday?", -1, "yesterday was"),
    ("Today is {x}, which day was yesterday?", -1, "yesterday was"),
)
_WEEKEND = (
    "Is {x} on the weekend?",
    "Is {x} a weekend day?",
    "Is {x} part of the weekend?",
    "Does {x} belong to the weekend?",
)
_MONTH_LENGTH = (
    "How many days does {x} have?",
    "How many days are in {x}?",
    "How many days are there in {x}?",
    "How long is {x}?",
    "How long is the month of {x}?",
    "Tell me how many days {x} has.",
    "What is the number of days in {x}?",
    "Do you know how many days {x} has?",
)
_MONTH_PLACE = (
    "Which month is the {o} month?",
    "What is the {o} month of the year?",
    "Which month is {o} in the year?",
    "Name the {o} month.",
    "Tell me the {o} month of the year.",
    "What is the {o} month?",
)
_MONTH_SEASON = (
    "Which season is {x} in?",
    "What season is {x}?",
    "In which season is {x}?",
    "{x} is in which season?",
    "Which season does {x} belong to?",
)


def _neighbour(
    rng: random.Random, kind: str, noun: str, names: tuple[str, ...], at: int, offset: int
) -> Turn:
    """A question for the name ``offset`` places on."""
    phrases = {1: _AFTER, -1: _BEFORE, 2: _TWO_AFTER}[offset]
    name, found = names[at], names[(at + offset) % len(names)]
    prompt = rng.choice(phrases).format(n=noun, x=name)
    if offset == 2:
        between = names[(at + 1) % len(names)]
        reply = f"After {name} comes {between}, and then comes {found}."
    else:
        reply = f"{'After' if offset == 1 else 'Before'} {name} comes {found}."
    return Turn(kind, prompt, reply, found, f"{noun} {name} {offset:+d}")


def make_days(rng: random.Random) -> Turn:
    """A question about the days of the week."""
    at = rng.randrange(7)
    form = rng.random()
    if form < 0.65:
        return _neighbour(rng, "days", "day", DAYS, at, rng.choice((1, 1, -1, -1, 2)))
    if form < 0.88:
        phrase, offset, words = rng.choice(_DAY_RIDDLES)
        found = DAYS[(at + offset) % 7]
        reply = f"Today is {DAYS[at]}, so {words} {found}."
        return Turn("days", phrase.format(x=DAYS[at]), reply, found, f"riddle {at} {offset}")
    prompt = rng.choice(_WEEKEND).format(x=DAYS[at])
    if at >= 5:
        reply = f"Yes, {DAYS[at]} is on the weekend."
    else:
        reply = f"No, {DAYS[at]} is not on the weekend."
    return Turn("days", prompt, reply, reply, f"weekend {at}")


def make_months(rng: random.Random) -> Turn:
    """A question about the months of the year."""
    at = rng.randrange(12)
    name = MONTHS[at]
    form = rng.random()
    if form < 0.5:
        return _neighbour(rng, "months", "month", MONTHS, at, rng.choice((1, 1, -1, -1, 2)))
    if form < 0.72:
        days = DAYS_IN_MONTH[at]
        reply = f"{name} has {days} days."
        if at == 1:
            reply = "In a leap year February has 29 days. In other years it has 28 days."
        prompt = rng.choice(_MONTH_LENGTH).format(x=name)
        return Turn("months", prompt, reply, f"{days} days", f"length {name}")
    if form < 0.87:
        prompt = rng.choice(_MONTH_PLACE).format(o=_ORDINALS[at])
        reply = f"The {_ORDINALS[at]} month of the year is {name}."
        return Turn("months", prompt, reply, name, f"place {name}")
    season = _SEASONS[(at + 1) % 12 // 3]
    prompt = rng.choice(_MONTH_SEASON).format(x=name)
    reply = f"In the north, {name} is in {season}."
    return Turn("months", prompt, reply, season, f"season {name}")
