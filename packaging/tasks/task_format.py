"""Format: a JSON value in exactly the shape that was asked for, and nothing around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_ASK = "Answer with the JSON only, without any other text."
_FIRST = listed("Maria|Jakob|Amara|Luis|Greta|Hiro|Salma|Bruno|Elif|Noah|Ruth|Andrei|Kaya|Simon")
_LAST = listed("Keller|Okafor|Lindqvist|Moreau|Santos|Novak|Haddad|Berg|Tanaka|Rossi|Walsh|Iyer")
_CITIES = listed("Bergen|Lyon|Porto|Graz|Leeds|Turku|Izmir|Kobe|Quito|Hue|Cork|Bari|Gent|Lund")
_JOBS = listed("nurse|plumber|teacher|baker|pilot|librarian|carpenter|chemist|gardener|editor")
_GOODS = listed("lamp|chair|kettle|rug|mirror|desk|fan|clock|shelf|vase|stool|heater")
_COLOURS = listed("red|blue|green|black|white|yellow|grey|brown")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def person(rng: random.Random) -> Item:
    """A sentence becomes a flat object."""
    name, age, city = _name(rng), rng.randint(19, 78), rng.choice(_CITIES)
    job = rng.choice(_JOBS)
    prompt = (
        f'Turn this sentence into a JSON object with the keys "name", "age", "city" and "job"; the '
        f"age is a number.\n\n{name} is {age} years old, lives in {city} and works as a {job}."
        f"\n\n{_ASK}"
    )
    return Item("person", prompt, {"name": name, "age": age, "city": city, "job": job}, "json")


def goods(rng: random.Random) -> Item:
    """Lines become a list of objects."""
    rows = [
        {"item": item, "price": rng.randint(5, 90), "in_stock": rng.random() < 0.5}
        for item in rng.sample(_GOODS, 3)
    ]
    lines = "\n".join(
        f"- {row['item']}, {row['price']} euros, {'available' if row['in_stock'] else 'sold out'}"
        for row in rows
    )
    prompt = (
        'Turn this list into a JSON array of objects with the keys "item" (text), "price" (number) '
        f'and "in_stock" (true or false), in the same order.\n\n{lines}\n\n{_ASK}'
    )
    return Item("goods", prompt, rows, "json")


def split(rng: random.Random) -> Item:
    """Numbers sorted into two lists."""
    numbers = rng.sample(range(1, 60), 7)
    answer = {"even": [n for n in numbers if n % 2 == 0], "odd": [n for n in numbers if n % 2]}
    prompt = (
        'Make a JSON object with the keys "even" and "odd". Each holds an array of those of these '
        f"numbers, in their order: {', '.join(map(str, numbers))}. {_ASK}"
    )
    return Item("split", prompt, answer, "json")


def update(rng: random.Random) -> Item:
    """A given object changes in two places."""
    before: dict[str, object] = {
        "id": rng.randint(100, 999),
        "colour": rng.choice(_COLOURS),
        "size": rng.choice(("small", "medium", "large")),
        "tags": rng.sample(_GOODS, 2),
    }
    colour = rng.choice([c for c in _COLOURS if c != before["colour"]])
    tag = rng.choice([g for g in _GOODS if g not in before["tags"]])  # type: ignore[operator]
    after = {**before, "colour": colour, "tags": [*before["tags"], tag]}  # type: ignore[misc]
    prompt = (
        f'Here is a JSON object: {_json(before)}\n\nSet "colour" to "{colour}" and add "{tag}" at '
        f"the end of the tags. Leave everything else as it is. {_ASK}"
    )
    return Item("update", prompt, after, "json")


def rename(rng: random.Random) -> Item:
    """A key gets another name, another one goes away."""
    before: dict[str, object] = {
        "title": f"{rng.choice(_COLOURS)} {rng.choice(_GOODS)}",
        "qty": rng.randint(1, 40),
        "note": rng.choice(("fragile", "urgent", "gift", "sample")),
    }
    after = {"title": before["title"], "quantity": before["qty"]}
    prompt = (
        f'Here is a JSON object: {_json(before)}\n\nRename the key "qty" to "quantity" and remove '
        f'the key "note". {_ASK}'
    )
    return Item("rename", prompt, after, "json")


def nested(rng: random.Random) -> Item:
    """An object inside an object."""
    name, street = (
        _name(rng),
        rng.choice(("Mill Road", "Station Street", "Oak Lane", "Quay Street")),
    )
    number, code, city = rng.randint(1, 140), rng.randint(1000, 9999), rng.choice(_CITIES)
    prompt = (
        'Write the address as a JSON object with the keys "name" and "address"; "address" is an '
        'object with the keys "street" (text), "number" (number), "code" (text) and "city" (text).'
        f"\n\n{name}\n{street} {number}\n{code} {city}\n\n{_ASK}"
    )
    address = {"street": street, "number": number, "code": str(code), "city": city}
    return Item("nested", prompt, {"name": name, "address": address}, "json")


def grouped(rng: random.Random) -> Item:
    """Pairs become lists under keys."""
    places = rng.sample(_CITIES, 2)
    names = rng.sample(_FIRST, 5)
    at = [rng.choice(places) for _ in names]
    at[0], at[1] = places
    answer: dict[str, list[str]] = {}
    for name, place in zip(names, at, strict=True):
        answer.setdefault(place, []).append(name)
    lines = "\n".join(f"{name}: {place}" for name, place in zip(names, at, strict=True))
    prompt = (
        "Group these people by their city: a JSON object whose keys are the cities and whose "
        f"values are arrays of names, in the order of the list.\n\n{lines}\n\n{_ASK}"
    )
    return Item("grouped", prompt, answer, "json")


def schedule(rng: random.Random) -> Item:
    """A note becomes fields, one of them null."""
    day = rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
    hour, place = rng.randint(8, 18), rng.choice(("room 4", "the library", "the canteen", "hall B"))
    guest = rng.choice((None, rng.choice(_FIRST)))
    told = f"The speaker is {guest}." if guest else "There is no speaker yet."
    prompt = (
        'Turn this note into a JSON object with the keys "day", "hour" (a number from 0 to 23), '
        '"place" and "speaker" (null if there is none).\n\n'
        f"We meet on {day} at {hour}:00 in {place}. {told}\n\n{_ASK}"
    )
    answer = {"day": day, "hour": hour, "place": place, "speaker": guest}
    return Item("schedule", prompt, answer, "json")


def table(rng: random.Random) -> Item:
    """A table with a header becomes objects with numbers."""
    rows = [
        {"city": city, "min": (low := rng.randint(-5, 14)), "max": low + rng.randint(3, 12)}
        for city in rng.sample(_CITIES, 3)
    ]
    lines = "\n".join(["city,min,max", *(f"{r['city']},{r['min']},{r['max']}" for r in rows)])
    prompt = (
        "Turn this CSV into a JSON array with one object a row; the keys are the column names and "
        f"min and max are numbers.\n\n{lines}\n\n{_ASK}"
    )
    return Item("table", prompt, rows, "json")


def flags(rng: random.Random) -> Item:
    """Facts about words as true and false."""
    words = rng.sample(("level", "noon", "radar", "river", "paper", "kayak", "civic", "lemon"), 3)
    answer = {word: word == word[::-1] for word in words}
    prompt = (
        f"Make a JSON object whose keys are the words {', '.join(words)}. The value is true if the "
        f"word reads the same backwards, and false if not. {_ASK}"
    )
    return Item("flags", prompt, answer, "json")


MAKERS: tuple[Maker, ...] = (
    person,
    goods,
    split,
    update,
    rename,
    nested,
    grouped,
    schedule,
    table,
    flags,
)
