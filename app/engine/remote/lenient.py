"""Values out of JSON that others wrote: what is not there, or is of another kind, is None."""

from __future__ import annotations

import math
from typing import Any, cast

import msgspec

Document = dict[str, Any]


def read_json(data: bytes | str) -> object:
    """The value that JSON stands for.

    Raises:
        ValueError: It is none, or nested without end.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ValueError(str(error)) from error


def inside(value: object, *path: str | int) -> object:
    """What lies within an object or a list at these names and places."""
    for name in path:
        if isinstance(value, dict) and isinstance(name, str):
            value = cast("Document", value).get(name)
        elif isinstance(value, list) and isinstance(name, int) and name < len(cast("Any", value)):
            value = cast("list[object]", value)[name]
        else:
            return None
    return value


def document(value: object, *path: str | int) -> Document:
    """An object; empty where there is none."""
    found = inside(value, *path)
    return cast("Document", found) if isinstance(found, dict) else {}


def entries(value: object, *path: str | int) -> list[object]:
    """A list; empty where there is none."""
    found = inside(value, *path)
    return cast("list[object]", found) if isinstance(found, list) else []


def text(value: object, *path: str | int) -> str:
    """A text; empty where there is none."""
    found = inside(value, *path)
    return found if isinstance(found, str) else ""


def number(value: object, *path: str | int) -> float | None:
    """A finite number."""
    found = inside(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if abs(found) < 1e300 and math.isfinite(found) else None


def count(value: object, *path: str | int) -> int | None:
    """A whole number from 0 on."""
    found = number(value, *path)
    return int(found) if found is not None and 0 <= found < 2**63 else None


def nanoseconds(value: object, *path: str | int, unit_ns: float) -> int | None:
    """A duration that is told in another unit."""
    found = number(value, *path)
    return int(found * unit_ns) if found is not None and 0 <= found * unit_ns < 2**63 else None
