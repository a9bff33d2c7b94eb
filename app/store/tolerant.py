"""Reading structs that another version wrote, or a person edited.

Unknown fields are passed over, missing ones take their defaults, wrong ones take their
defaults and are reported. Text goes through Python's ``json``, which keeps file names that
are no valid UTF-8 (lone surrogates); msgspec's own encoder refuses them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
from msgspec import NODEFAULT
from msgspec.inspect import StructType, type_info

from app.core.words.sentence import dec_hook, enc_hook

T = TypeVar("T", bound=msgspec.Struct)


class NotReadable(Exception):
    """What is there cannot be made into the struct at all."""


class WrongValue(msgspec.Struct, frozen=True):
    """A field whose value could not be used.

    Attributes:
        field: Its name, with dots where structs are nested.
        value: What stood there.
        used: What it was replaced with.
    """

    field: str
    value: object
    used: object


def to_json(value: object) -> str:
    """Encode a struct, or lists and dicts of structs, as ASCII JSON."""
    return json.dumps(
        msgspec.to_builtins(value, enc_hook=enc_hook), separators=(",", ":"), ensure_ascii=True
    )


def from_json(text: str, kind: type[T]) -> T:
    """Decode a struct, replacing what cannot be used.

    Raises:
        NotReadable: Not JSON, not an object, or a field without a default is missing or wrong.
    """
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotReadable(str(error)) from error
    return convert(raw, kind)[0]


def look_up(kind: type[msgspec.Struct]) -> None:
    """Have msgspec look a type up that several threads will read.

    It does so at a type's first use, and two threads that do it at once can end the program: call
    this while a module is loaded, when there is but one.
    """
    msgspec.json.Decoder(kind, dec_hook=dec_hook)


def convert(raw: object, kind: type[T], within: str = "") -> tuple[T, list[WrongValue]]:
    """Make a struct of plain data, and list what had to be replaced by its default.

    Raises:
        NotReadable: Not an object, or a field without a default is missing or wrong.
    """
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(raw, kind, dec_hook=dec_hook), []
    if not isinstance(raw, dict):
        raise NotReadable(f"{within or kind.__name__}: not an object")
    given = cast("dict[str, object]", raw)
    values: dict[str, Any] = {}
    wrong: list[WrongValue] = []
    for field in msgspec.structs.fields(kind):
        name = f"{within}{field.encode_name}"
        if field.encode_name not in given:
            if field.required:
                raise NotReadable(f"{name}: missing")
            continue
        value: object = given[field.encode_name]
        nested = _struct_within(type_info(field.type))
        try:
            if nested is None or value is None:
                values[field.name] = msgspec.convert(value, field.type, dec_hook=dec_hook)
            else:
                values[field.name], more = convert(value, nested, f"{name}.")
                wrong += more
        except (msgspec.ValidationError, NotReadable) as error:
            if field.required:
                raise NotReadable(f"{name}: {error}") from error
            wrong.append(WrongValue(name, value, _default(field)))
    return kind(**values), wrong


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not NODEFAULT:
        return field.default
    make = cast("Callable[[], object]", field.default_factory)
    return make()


def _struct_within(info: msgspec.inspect.Type) -> type[msgspec.Struct] | None:
    """The struct that a field holds, also where it may be None instead."""
    if isinstance(info, StructType):
        return info.cls
    if isinstance(info, msgspec.inspect.UnionType):
        structs = [member for member in info.types if isinstance(member, StructType)]
        if len(structs) == 1:
            return structs[0].cls
    return None
