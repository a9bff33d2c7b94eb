"""JSON values, made from the question's own words once more."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_QUOTED = re.compile(r'"([^"]+)"')
_DECODER = json.JSONDecoder()


def _values(text: str) -> list[Any]:
    """The JSON objects and arrays that stand in a text."""
    found: list[Any] = []
    at = 0
    while match := re.compile(r"[{\[]").search(text, at):
        value, at = _DECODER.raw_decode(text, match.start())
        found.append(value)
    return found


def _ints(text: str) -> list[int]:
    return list(map(int, re.findall(r"-?\d+", text)))


def _words(text: str) -> list[str]:
    return text.split(": ")[1].split(".")[0].split(", ")


def _person(text: str) -> object:
    found = re.search(r"\n\n(.+) is (\d+) years old, lives in (\w+) and works as a (\w+)\.", text)
    assert found is not None, text
    return {"name": found[1], "age": int(found[2]), "city": found[3], "job": found[4]}


def _goods(text: str) -> object:
    lines = re.findall(r"- (\w+), (\d+) euros, (available|sold out)", text)
    return [
        {"in_stock": state == "available", "item": item, "price": int(price)}
        for item, price, state in lines
    ]


def _split(text: str) -> object:
    numbers = _ints(text.split("in their order:")[1])
    return {"even": [n for n in numbers if not n & 1], "odd": [n for n in numbers if n & 1]}


def _update(text: str) -> object:
    (value,) = _values(text)
    found = re.search(r'Set "colour" to "(\w+)" and add "(\w+)"', text)
    assert found is not None, text
    value["colour"] = found[1]
    value["tags"].append(found[2])
    return value


def _rename(text: str) -> object:
    (value,) = _values(text)
    value["quantity"] = value.pop("qty")
    del value["note"]
    return value


def _nested(text: str) -> object:
    name, street, place = text.split("\n\n")[1].split("\n")
    road, _, number = street.rpartition(" ")
    code, _, city = place.partition(" ")
    address = {"street": road, "number": int(number), "code": code, "city": city}
    return {"address": address, "name": name}


def _grouped(text: str) -> object:
    pairs = re.findall(r"^(\w+): (\w+)$", text, re.MULTILINE)
    return {city: [name for name, at in pairs if at == city] for _, city in pairs}


def _schedule(text: str) -> object:
    found = re.search(r"We meet on (\w+) at (\d+):00 in (.+?)\. (.+)", text)
    assert found is not None, text
    speaker = re.search(r"The speaker is (\w+)", found[4])
    told = speaker[1] if speaker else None
    return {"day": found[1], "hour": int(found[2]), "place": found[3], "speaker": told}


def _table(text: str) -> object:
    rows = list(csv.DictReader(io.StringIO(text.split("\n\n")[1])))
    return [{**row, "min": int(row["min"]), "max": int(row["max"])} for row in rows]


def _flags(text: str) -> object:
    words = text.split("the words ")[1].split(". The")[0].split(", ")
    return {word: list(word) == list(reversed(word)) for word in words}


def _truth(text: str) -> object:
    names = _QUOTED.findall(text)
    return {name: f"{name} is on" in text for name in names}


def _sentence(text: str) -> object:
    found = re.search(r"(\w+) saw (\d+)", text)
    assert found is not None, text
    return {"count": int(found[2]), "who": found[1]}


def _added(text: str) -> object:
    (value,) = _values(text)
    return {**value, "colour": _QUOTED.findall(text).pop()}


def _removed(text: str) -> object:
    (value,) = _values(text)
    value.pop(_QUOTED.findall(text).pop())
    return value


def _picked(text: str) -> object:
    (value,) = _values(text)
    return value[text.split("“")[1].split("”")[0]]


def _column(text: str) -> object:
    (value,) = _values(text)
    return [row[_QUOTED.findall(text).pop()] for row in value]


def _sorted(text: str) -> object:
    numbers = sorted(_ints(text))
    return numbers[::-1] if "from the largest" in text else numbers


def _counted(text: str) -> object:
    words = re.findall(r"\w+", text.split("as a number. ")[1].split(".")[0])
    return {word: words.count(word) for word in words}


def _filtered(text: str) -> object:
    (value,) = _values(text)
    bound = int(text.split("greater than ")[1].split(",")[0])
    return [row for row in value if row["people"] > bound]


def _turned(text: str) -> object:
    (value,) = _values(text)
    return {other: one for one, other in value.items()}


def _merged(text: str) -> object:
    one, other = _values(text)
    one.update(other)
    return one


def _totals(text: str) -> object:
    found: dict[str, int] = {}
    for who, paid in re.findall(r"(\w+) paid (\d+) euros", text):
        found[who] = found.get(who, 0) + int(paid)
    return found


_BY_SORT: Mapping[str, Callable[[str], object]] = {
    "person": _person,
    "goods": _goods,
    "split": _split,
    "update": _update,
    "rename": _rename,
    "nested": _nested,
    "grouped": _grouped,
    "schedule": _schedule,
    "table": _table,
    "flags": _flags,
    "single": lambda text: dict([_QUOTED.findall(text)]),
    "pair": lambda text: {"number": _ints(text)[0], "town": _QUOTED.findall(text)[1]},
    "words": _words,
    "numbers": lambda text: _ints(text),
    "truth": _truth,
    "sentence": _sentence,
    "added": _added,
    "removed": _removed,
    "picked": _picked,
    "column": _column,
    "sorted": _sorted,
    "counted": _counted,
    "filtered": _filtered,
    "turned": _turned,
    "merged": _merged,
    "totals": _totals,
}


def solved(sort: str, prompt: str) -> str:
    """The answer to a question, as JSON."""
    return json.dumps(_BY_SORT[sort](prompt))
