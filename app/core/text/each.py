"""Every text in a value of any shape, changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TypeVar, cast

import msgspec

T = TypeVar("T")


def with_each_text(value: T, change: Callable[[str], str], exact: Collection[str] = ()) -> T:
    """A value with every text in it changed, in values of its fields too.

    Args:
        value: Of dataclasses, structs, mappings, tuples, lists and plain values.
        change: What becomes of a text.
        exact: Fields whose values stay as they are: others refer to them, or they are quoted.
    """
    return cast("T", _Changing(change, frozenset(exact)).of(value))


class _Changing:
    def __init__(self, change: Callable[[str], str], exact: frozenset[str]) -> None:
        self._change = change
        self._exact = exact
        self._known: dict[int, tuple[object, object]] = {}  # what several values share stays one

    def of(self, value: object) -> object:
        if value is None or isinstance(value, Enum | int | float | bytes):
            return value
        if isinstance(value, str):
            return self._change(value)
        if isinstance(value, Mapping):
            parts = cast("Mapping[object, object]", value)
            return {self.of(name): self.of(part) for name, part in parts.items()}
        if isinstance(value, tuple | list):
            found = [self.of(part) for part in cast("Sequence[object]", value)]
            return found if isinstance(value, list) else tuple(found)
        if id(value) not in self._known:
            self._known[id(value)] = value, self._object(value)
        return self._known[id(value)][1]

    def _object(self, value: object) -> object:
        if isinstance(value, msgspec.Struct):
            names = value.__struct_fields__
        elif is_dataclass(value):
            names = tuple(field.name for field in fields(value) if field.init)
        else:
            return value
        parts = {name: getattr(value, name) for name in names}
        changed = {
            name: part if name in self._exact else self.of(part) for name, part in parts.items()
        }
        return cast("type[object]", type(value))(**changed)
