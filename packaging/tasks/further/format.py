"""Further JSON: from a single key to lists that are sorted and filtered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_ASK = "Answer with the JSON only, without any other text."
_NAMES = listed("Agnes|Boris|Cilla|Darko|Edda|Fiona|Georg|Hamid|Ivana|Jules|Kamal|Lotte|Mila|Nuri")
_ANIMALS = listed("otter|heron|badger|lynx|swan|hare|trout|beetle|falcon|newt|stork|weasel")
_TOWNS = listed("Aalen|Brest|Celje|Dax|Evora|Ferrol|Gorlice|Hamar|Ivrea|Jena|Kuopio|Lens")
_THINGS = listed("soap|rope|paint|glue|salt|flour|wire|cork|tape|chalk|yarn|wax")
_COLOURS = listed("red|blue|green|black|white|yellow|grey|brown")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _item(sort: str, text: str, answer: object) -> Item:
    return Item(sort, f"{text} {_ASK}", answer, "json")


def single(rng: random.Random) -> Item:
    """Easy: one key with a word."""
    animal, key = rng.choice(_ANIMALS), rng.choice(("animal", "name", "answer", "word"))
    return _item(
        "single",
        f'Write a JSON object with the key "{key}" and the value "{animal}".',
        {key: animal},
    )


def pair(rng: random.Random) -> Item:
    """Easy: a word and a number."""
    town, number = rng.choice(_TOWNS), rng.randint(2, 90)
    text = f'Write a JSON object: "town" is "{town}" and "number" is {number}.'
    return _item("pair", text, {"town": town, "number": number})


def words(rng: random.Random) -> Item:
    """Easy: an array of words as they stand."""
    chosen = rng.sample(_ANIMALS, 3)
    text = f"Write these words as a JSON array of texts, in this order: {', '.join(chosen)}."
    return _item("words", text, chosen)


def numbers(rng: random.Random) -> Item:
    """Easy: an array of numbers as they stand."""
    chosen = rng.sample(range(2, 99), 4)
    text = f"Write these numbers as a JSON array, in this order: {', '.join(map(str, chosen))}."
    return _item("numbers", text, chosen)


def truth(rng: random.Random) -> Item:
    """Easy: two switches."""
    first, second = rng.random() < 0.5, rng.random() < 0.5
    name, other = rng.sample(("light", "heating", "radio", "alarm", "fan", "pump"), 2)
    text = (
        f'Write a JSON object with the keys "{name}" and "{other}", each true for on and false '
        f"for off. The {name} is {'on' if first else 'off'}, the {other} is "
        f"{'on' if second else 'off'}."
    )
    return _item("truth", text, {name: first, other: second})


def sentence(rng: random.Random) -> Item:
    """Easy: two facts of a short sentence."""
    name, number = rng.choice(_NAMES), rng.randint(2, 9)
    animal = rng.choice(("otter", "heron", "badger", "swan", "hare", "beetle", "falcon"))
    text = (
        'Turn this sentence into a JSON object with the keys "who" and "count" (a number): '
        f"{name} saw {number} {animal}s."
    )
    return _item("sentence", text, {"who": name, "count": number})


def added(rng: random.Random) -> Item:
    """A key joins an object."""
    before: dict[str, object] = {"name": rng.choice(_THINGS), "weight": rng.randint(1, 50)}
    colour = rng.choice(_COLOURS)
    text = f'Here is a JSON object: {_json(before)}\n\nAdd the key "colour" with "{colour}".'
    return _item("added", text, {**before, "colour": colour})


def removed(rng: random.Random) -> Item:
    """A key goes."""
    before: dict[str, object] = {
        "town": rng.choice(_TOWNS),
        "code": rng.randint(100, 999),
        "open": rng.random() < 0.5,
        "guests": rng.randint(2, 80),
    }
    gone = rng.choice(list(before))
    after = {key: value for key, value in before.items() if key != gone}
    return _item(
        "removed", f'Here is a JSON object: {_json(before)}\n\nRemove the key "{gone}".', after
    )


def picked(rng: random.Random) -> Item:
    """One value out of a nested object, as an object of its own."""
    names = rng.sample(_NAMES, 3)
    given = {name: {"age": rng.randint(18, 80), "town": rng.choice(_TOWNS)} for name in names}
    who = rng.choice(names)
    text = (
        f"Here is a JSON object: {_json(given)}\n\nWrite the object that belongs to "
        f"“{who}”, with nothing else."
    )
    return _item("picked", text, given[who])


def column(rng: random.Random) -> Item:
    """One value of each object, as an array."""
    rows = [{"thing": thing, "price": rng.randint(2, 40)} for thing in rng.sample(_THINGS, 4)]
    key = rng.choice(("thing", "price"))
    text = (
        f'Here is a JSON array: {_json(rows)}\n\nWrite a JSON array of the values of "{key}" alone.'
    )
    return _item("column", text, [row[key] for row in rows])


def sorted_up(rng: random.Random) -> Item:
    """Numbers in their order."""
    chosen = rng.sample(range(2, 99), 5)
    down = rng.random() < 0.5
    order = "from the largest to the smallest" if down else "from the smallest to the largest"
    text = f"Write these numbers as a JSON array, {order}: {', '.join(map(str, chosen))}."
    return _item("sorted", text, sorted(chosen, reverse=down))


def counted(rng: random.Random) -> Item:
    """How often each word occurs."""
    chosen = rng.sample(_ANIMALS, 3)
    shown = [chosen[0], chosen[1], chosen[2], *(rng.choice(chosen) for _ in range(3))]
    rng.shuffle(shown)
    text = (
        "Count the words of this list: a JSON object with each word as a key and how often it "
        f"occurs as a number. {', '.join(shown)}."
    )
    return _item("counted", text, {word: shown.count(word) for word in chosen})


def filtered(rng: random.Random) -> Item:
    """Hard: only those above a bound."""
    rows = [{"town": town, "people": rng.randint(10, 99)} for town in rng.sample(_TOWNS, 4)]
    bound = sorted(int(row["people"]) for row in rows)[rng.randint(1, 2)]
    kept = [row for row in rows if int(row["people"]) > bound]
    text = (
        f"Here is a JSON array: {_json(rows)}\n\nKeep only the objects whose “people” is greater "
        f"than {bound}, in the same order."
    )
    return _item("filtered", text, kept)


def turned(rng: random.Random) -> Item:
    """Hard: keys and values change places."""
    given = dict(zip(rng.sample(_NAMES, 3), rng.sample(_ANIMALS, 3), strict=True))
    text = (
        f"Here is a JSON object: {_json(given)}\n\nMake the values the keys and the keys the "
        "values."
    )
    return _item("turned", text, {value: key for key, value in given.items()})


def merged(rng: random.Random) -> Item:
    """Hard: two objects become one; the second wins."""
    keys = rng.sample(_THINGS, 4)
    one = {key: rng.randint(1, 40) for key in keys[:3]}
    other = {key: rng.randint(41, 90) for key in keys[2:]}
    text = (
        f"Here are two JSON objects: {_json(one)} and {_json(other)}\n\nMake one object of both; "
        "where a key occurs in both, take the value of the second."
    )
    return _item("merged", text, {**one, **other})


def totals(rng: random.Random) -> Item:
    """Hard: sums under keys."""
    names = rng.sample(_NAMES, 2)
    rows = [(names[0], rng.randint(2, 30)), (names[1], rng.randint(2, 30))]
    rows += [(rng.choice(names), rng.randint(2, 30)) for _ in range(2)]
    rng.shuffle(rows)
    sums = {name: sum(paid for who, paid in rows if who == name) for name in names}
    lines = "\n".join(f"{who} paid {paid} euros" for who, paid in rows)
    text = (
        "Add up what each person paid: a JSON object with the names as keys and the sums as "
        f"numbers.\n\n{lines}\n\n"
    )
    return Item("totals", f"{text}{_ASK}", sums, "json")


MAKERS: tuple[Maker, ...] = (
    single,
    pair,
    words,
    numbers,
    truth,
    sentence,
    added,
    removed,
    picked,
    column,
    sorted_up,
    counted,
    filtered,
    turned,
    merged,
    totals,
)
