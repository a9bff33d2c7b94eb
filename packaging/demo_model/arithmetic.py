"""Sums, differences and comparisons, with the working written out.

A model this small cannot add two-digit numbers in one step (an earlier trial: 5 % right). It can
when it writes the units, the carry and the tens first: each step then needs one small table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn

if TYPE_CHECKING:
    import random

LARGEST_OPERAND = 99
_SUM_PHRASES = (
    "What is {a} + {b}?",
    "What is {a} plus {b}?",
    "How much is {a} + {b}?",
    "How much is {a} plus {b}?",
    "{a} + {b}",
    "{a}+{b}",
    "{a} + {b} = ?",
    "{a} plus {b}",
    "What is {a}+{b}?",
    "Add {a} and {b}.",
    "Calculate {a} + {b}.",
    "Can you add {a} and {b}?",
    "What is the sum of {a} and {b}?",
)
_DIFFERENCE_PHRASES = (
    "What is {a} - {b}?",
    "What is {a} minus {b}?",
    "How much is {a} - {b}?",
    "How much is {a} minus {b}?",
    "{a} - {b}",
    "{a}-{b}",
    "{a} - {b} = ?",
    "{a} minus {b}",
    "What is {a}-{b}?",
    "Subtract {b} from {a}.",
    "Calculate {a} - {b}.",
    "Take {b} away from {a}.",
    "What is the difference of {a} and {b}?",
)
_LARGER_PHRASES = (
    "Which is larger, {a} or {b}?",
    "Which number is larger, {a} or {b}?",
    "Which is bigger, {a} or {b}?",
    "What is more, {a} or {b}?",
    "Which is the larger number: {a} or {b}?",
    "Compare {a} and {b}.",
    "Which one is greater, {a} or {b}?",
)
_SMALLER_PHRASES = (
    "Which is smaller, {a} or {b}?",
    "Which number is smaller, {a} or {b}?",
    "What is less, {a} or {b}?",
    "Which is the smaller number: {a} or {b}?",
    "Which one is smaller, {a} or {b}?",
)


def pair_key(a: int, b: int) -> str:
    """The same for both orders and for sums and differences."""
    return f"pair {min(a, b)} {max(a, b)}"


def sum_reply(a: int, b: int) -> str:
    """The written addition, units first."""
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}. The answer is {a + b}."
    (a_tens, a_units), (b_tens, b_units) = divmod(a, 10), divmod(b, 10)
    units = a_units + b_units
    if units > 9:
        tens = a_tens + b_tens + 1
        steps = f"{a_units} + {b_units} = {units}, carry 1; {a_tens} + {b_tens} + 1 = {tens}"
    else:
        tens = a_tens + b_tens
        steps = f"{a_units} + {b_units} = {units}; {a_tens} + {b_tens} = {tens}"
    return f"{a} + {b}: {steps}. The answer is {a + b}."


def difference_reply(a: int, b: int) -> str:
    """The written subtraction, units first; a smaller first number is turned round."""
    if a < b:
        turned = difference_reply(b, a).removesuffix(f"The answer is {b - a}.")
        return f"{a} is less than {b}. {turned}The answer is -{b - a}."
    if a < 10:
        return f"{a} - {b} = {a - b}. The answer is {a - b}."
    (a_tens, a_units), (b_tens, b_units) = divmod(a, 10), divmod(b, 10)
    if a_units < b_units:
        units = a_units + 10 - b_units
        tens = a_tens - b_tens - 1
        steps = f"{a_units + 10} - {b_units} = {units}, borrow 1; {a_tens} - {b_tens} - 1 = {tens}"
    else:
        tens = a_tens - b_tens
        steps = f"{a_units} - {b_units} = {a_units - b_units}; {a_tens} - {b_tens} = {tens}"
    return f"{a} - {b}: {steps}. The answer is {a - b}."


def _operand(rng: random.Random) -> int:
    """Mostly two digits; one digit often enough that 2 + 2 is known."""
    return rng.randint(0, 9) if rng.random() < 0.12 else rng.randint(10, LARGEST_OPERAND)


def make_sum(rng: random.Random) -> Turn:
    """A sum of two numbers below 100."""
    a, b = _operand(rng), _operand(rng)
    prompt = rng.choice(_SUM_PHRASES).format(a=a, b=b)
    return Turn("sums", prompt, sum_reply(a, b), str(a + b), pair_key(a, b), by_key=True)


def make_difference(rng: random.Random) -> Turn:
    """A difference of two numbers below 100; now and then below zero."""
    a, b = _operand(rng), _operand(rng)
    if a < b and rng.random() < 0.9:
        a, b = b, a
    prompt = rng.choice(_DIFFERENCE_PHRASES).format(a=a, b=b)
    return Turn(
        "differences", prompt, difference_reply(a, b), str(a - b), pair_key(a, b), by_key=True
    )


def make_comparison(rng: random.Random) -> Turn:
    """Which of two different numbers is larger, smaller, or whether it is."""
    while True:
        top = 999 if rng.random() < 0.2 else LARGEST_OPERAND
        a, b = rng.randint(1, top), rng.randint(1, top)
        if a != b:
            break
    key = f"compare {min(a, b)} {max(a, b)}"
    form = rng.random()
    larger = form < 0.42 or 0.70 <= form < 0.85
    name, winner = ("larger", max(a, b)) if larger else ("smaller", min(a, b))
    reply = f"{a} and {b}: the {name} number is {winner}."
    if form < 0.70:
        prompt = rng.choice(_LARGER_PHRASES if larger else _SMALLER_PHRASES).format(a=a, b=b)
        return Turn("comparing", prompt, reply, str(winner), key, by_key=True)
    answer = "yes" if winner == a else "no"
    prompt = rng.choice((f"Is {a} {name} than {b}?", f"Tell me, is {a} {name} than {b}?"))
    return Turn("comparing", prompt, f"{reply} The answer is {answer}.", answer, key, by_key=True)
