"""Further arithmetic: from one digit to three steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_ASK = "Answer with the number only."
_NAMES = listed("Marta|Goran|Leila|Sven|Ayo|Bea|Chen|Dora|Ewan|Fumi|Gil|Hedda")


def _item(sort: str, question: str, answer: int) -> Item:
    return Item(sort, f"{question} {_ASK}", answer, "number")


def small_sum(rng: random.Random) -> Item:
    """Easy: one digit and two."""
    a, b = rng.randint(2, 9), rng.randint(11, 49)
    return _item("small sum", f"What is {a} plus {b}?", a + b)


def small_difference(rng: random.Random) -> Item:
    """Easy: below one hundred, without borrowing."""
    tens, ones = rng.randint(2, 8), rng.randint(3, 9)
    a, b = 10 * tens + ones, 10 * rng.randint(1, tens - 1) + rng.randint(1, ones)
    return _item("small difference", f"What is {a} minus {b}?", a - b)


def times_table(rng: random.Random) -> Item:
    """Easy: the small multiplication table."""
    a, b = rng.randint(2, 10), rng.randint(2, 10)
    return _item("times table", f"What do you get if you multiply {a} by {b}?", a * b)


def twice_or_half(rng: random.Random) -> Item:
    """Easy: twice, or half of what is even."""
    n = rng.randint(6, 60)
    if rng.random() < 0.5:
        return _item("twice or half", f"What is twice {n}?", 2 * n)
    return _item("twice or half", f"What is half of {2 * n}?", n)


def next_in_row(rng: random.Random) -> Item:
    """Easy: a row that goes on by the same step."""
    first, step = rng.randint(2, 30), rng.randint(2, 9)
    row = [first + step * place for place in range(5)]
    shown = ", ".join(map(str, row[:4]))
    return _item("next in row", f"Which number comes next: {shown}, …?", row[4])


def bought(rng: random.Random) -> Item:
    """Easy: a price times a few."""
    name, count, price = rng.choice(_NAMES), rng.randint(2, 9), rng.randint(2, 9)
    question = (
        f"One ticket costs {price} euros. {name} buys {count} tickets. How many euros is that?"
    )
    return _item("bought", question, count * price)


def largest_of(rng: random.Random) -> Item:
    """Easy: the largest of five."""
    numbers = rng.sample(range(105, 990), 5)
    shown = ", ".join(map(str, numbers))
    return _item("largest of", f"Which of these numbers is the largest: {shown}?", max(numbers))


def ages(rng: random.Random) -> Item:
    """Two people, some years on."""
    one, other = rng.sample(_NAMES, 2)
    age, apart, years = rng.randint(7, 40), rng.randint(2, 15), rng.randint(3, 12)
    question = (
        f"{one} is {age} years old. {other} is {apart} years older. How old will {other} be in "
        f"{years} years?"
    )
    return _item("ages", question, age + apart + years)


def packed(rng: random.Random) -> Item:
    """How many boxes it takes: the rest needs one more."""
    size = rng.randint(4, 12)
    things = size * rng.randint(4, 15) + rng.randint(1, size - 1)
    question = f"A box holds {size} bottles. How many boxes do {things} bottles need?"
    return _item("packed", question, -(-things // size))


def average(rng: random.Random) -> Item:
    """The mean of three that comes out whole."""
    mean, one, other = rng.randint(20, 70), rng.randint(1, 9), rng.randint(1, 9)
    numbers = [mean - one, mean + one + other, mean - other]
    rng.shuffle(numbers)
    shown = f"{numbers[0]}, {numbers[1]} and {numbers[2]}"
    return _item("average", f"What is the average of {shown}?", mean)


def perimeter(rng: random.Random) -> Item:
    """Around a rectangle, or what it covers."""
    a, b = rng.randint(4, 30), rng.randint(4, 30)
    if rng.random() < 0.5:
        question = f"A garden is {a} metres long and {b} metres wide. How many metres of fence go"
        return _item("rectangle", f"{question} once around it?", 2 * (a + b))
    question = f"A floor is {a} metres long and {b} metres wide. How many square metres are that?"
    return _item("rectangle", question, a * b)


def unknown(rng: random.Random) -> Item:
    """An equation with one unknown."""
    factor, x, more = rng.randint(2, 9), rng.randint(3, 25), rng.randint(2, 40)
    question = f"{factor} times a number plus {more} is {factor * x + more}. What is the number?"
    return _item("unknown", question, x)


def fraction(rng: random.Random) -> Item:
    """A part of a crowd."""
    whole = rng.randint(3, 8)
    part = rng.randint(2, whole - 1)
    people = whole * rng.randint(6, 20)
    question = f"Of {people} guests, {part}/{whole} drink tea. How many guests drink tea?"
    return _item("fraction", question, people * part // whole)


def price_cut(rng: random.Random) -> Item:
    """Hard: less by a percentage, then a fixed sum."""
    price, cut, fee = rng.randint(3, 20) * 20, rng.choice((10, 20, 25, 30, 40)), rng.randint(3, 15)
    question = (
        f"A coat costs {price} euros. It gets {cut}% cheaper, and sending it costs {fee} euros. "
        "How many euros are that in all?"
    )
    return _item("price cut", question, price - price * cut // 100 + fee)


def legs(rng: random.Random) -> Item:
    """Hard: two kinds of things counted at once."""
    hens, goats = rng.randint(5, 40), rng.randint(5, 40)
    question = (
        f"On a farm there are {hens} hens with two legs each and {goats} goats with four legs "
        "each. How many legs are that together?"
    )
    return _item("legs", question, 2 * hens + 4 * goats)


MAKERS: tuple[Maker, ...] = (
    small_sum,
    small_difference,
    times_table,
    twice_or_half,
    next_in_row,
    bought,
    largest_of,
    ages,
    packed,
    average,
    perimeter,
    unknown,
    fraction,
    price_cut,
    legs,
)
