"""Untrusted bytes of a GGUF header, read with every length checked before it is believed."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

from app.core.errors import PersonError
from app.core.words.sentence import Sentence, say

MAX_HEADER_BYTES = 256 * 1024 * 1024
"""A header that claims to be longer is refused; real ones stay below 40 MiB."""

# All arrays of strings of one header together: bounds the time that stepping over them takes.
_MAX_STRINGS = 4 * 1024 * 1024
_MAX_KEPT_STRING_BYTES = 1024 * 1024
_MAX_KEPT_STRINGS = 64
_MAX_KEPT_NUMBERS = 1024
# What all kept strings and arrays of one header may take together.
_KEPT_BUDGET_BYTES = 16 * 1024 * 1024

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class GgufType(IntEnum):
    """The types that a metadata value can have."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


FORMATS: Mapping[GgufType, str] = {
    GgufType.UINT8: "B",
    GgufType.INT8: "b",
    GgufType.UINT16: "H",
    GgufType.INT16: "h",
    GgufType.UINT32: "I",
    GgufType.INT32: "i",
    GgufType.FLOAT32: "f",
    GgufType.BOOL: "?",
    GgufType.UINT64: "Q",
    GgufType.INT64: "q",
    GgufType.FLOAT64: "d",
}
"""How ``struct`` calls each of the types of numbers."""


class GgufError(PersonError):
    """These bytes are no GGUF header that can be used."""


class NeedMoreBytes(Exception):
    """The buffer ends inside the header.

    Attributes:
        at_least: Length that the buffer, from the start of the file, must reach for the parser to
            get further. More may be needed after that. Never above ``MAX_HEADER_BYTES``.
    """

    def __init__(self, at_least: int) -> None:
        super().__init__(at_least)
        self.at_least = at_least


@dataclass(frozen=True, slots=True)
class ArraySummary:
    """An array (or a very long string, as UINT8) that was stepped over.

    Attributes:
        element_type: Type of the elements.
        count: How many there are.
        offset: Where the first element starts, in bytes from the start of the file.
    """

    element_type: GgufType
    count: int
    offset: int


Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...] | ArraySummary


class GgufReader:
    """A position in untrusted bytes; every step checks first that the bytes are there.

    All methods raise ``NeedMoreBytes`` where the buffer ends and ``GgufError`` on nonsense.
    """

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data = memoryview(data).cast("B")[:MAX_HEADER_BYTES]
        self.position = 0
        self._strings_left = _MAX_STRINGS
        self._budget_bytes = _KEPT_BUDGET_BYTES

    def peek(self, n_bytes: int) -> bytes:
        """Return the next bytes, or fewer where there are not so many."""
        return bytes(self._data[self.position : self.position + n_bytes])

    def skip(self, n_bytes: int) -> None:
        """Step over some bytes."""
        self._need(n_bytes)
        self.position += n_bytes

    def value(self, key: str) -> Value:
        """Read the type and the value of the metadata entry ``key``."""
        value_type = self._type(key)
        if value_type is GgufType.ARRAY:
            return self._array(key)
        if value_type is GgufType.STRING:
            return self._string()
        return self._numbers(value_type, 1)[0]

    def _array(self, key: str) -> Value:
        element_type = self._type(key)
        if element_type is GgufType.ARRAY:
            damaged(say("models.metadata_entry_array_arrays", key=quotable(key)))
        count = self.u64()
        start = self.position
        if element_type is GgufType.STRING:
            return self._string_array(key, count)
        format_character = FORMATS[element_type]
        n_bytes = count * struct.calcsize(f"<{format_character}")
        self._need(n_bytes)
        # A Python number takes about 32 bytes.
        if count <= _MAX_KEPT_NUMBERS and self._afford(32 * count):
            return self._numbers(element_type, count)
        self.position = start + n_bytes
        return ArraySummary(element_type, count, start)

    def _string_array(self, key: str, count: int) -> Value:
        start = self.position
        if count > self._strings_left:
            damaged(say("models.metadata_entry_claims_hold_texts", key=quotable(key), count=count))
        self._strings_left -= count
        self._skip_strings(count)
        end = self.position
        if count <= _MAX_KEPT_STRINGS and self._afford(end - start):
            self.position = start
            return tuple(self._text() for _ in range(count))
        return ArraySummary(GgufType.STRING, count, start)

    def _skip_strings(self, count: int) -> None:
        # A vocabulary has up to some hundred thousand entries: keep this loop tight.
        data = self._data
        size = len(data)
        unpack = _U64.unpack_from
        position = self.position
        for index in range(count):
            if position + 8 > size:
                _run_short(position + 8 * (count - index))
            position += 8 + unpack(data, position)[0]
        if position > size:
            _run_short(position)
        self.position = position

    def _string(self) -> str | ArraySummary:
        start = self.position
        n_bytes = self.u64()
        self._need(n_bytes)
        if n_bytes <= _MAX_KEPT_STRING_BYTES and self._afford(n_bytes):
            self.position = start
            return self._text()
        self.position += n_bytes
        return ArraySummary(GgufType.UINT8, n_bytes, start + 8)

    def _text(self) -> str:
        n_bytes = self.u64()
        self._need(n_bytes)
        raw = self._data[self.position : self.position + n_bytes]
        self.position += n_bytes
        return str(raw, "utf-8", "replace")

    def name(self, max_bytes: int, what: str, index: int) -> str:
        """Read the name of the metadata entry or tensor number ``index``."""
        n_bytes = self.u64()
        if n_bytes > max_bytes:
            damaged(say("models.name_claims_bytes_long", what=what, index=index, n_bytes=n_bytes))
        self._need(n_bytes)
        if not self._afford(n_bytes):
            damaged(say("models.names_claim_impossible_size"))
        raw = self._data[self.position : self.position + n_bytes]
        self.position += n_bytes
        # Unlike “replace” this keeps different names different.
        return str(raw, "utf-8", "backslashreplace")

    def _numbers(self, number_type: GgufType, count: int) -> tuple[Scalar, ...]:
        layout = struct.Struct(f"<{count}{FORMATS[number_type]}")
        self._need(layout.size)
        numbers: tuple[Scalar, ...] = layout.unpack_from(self._data, self.position)
        self.position += layout.size
        return numbers

    def _type(self, key: str) -> GgufType:
        number = self.u32()
        try:
            return GgufType(number)
        except ValueError:
            damaged(say("models.metadata_entry_unknown_type", key=quotable(key), number=number))

    def u32(self) -> int:
        """Read an unsigned number of four bytes."""
        self._need(4)
        (number,) = _U32.unpack_from(self._data, self.position)
        self.position += 4
        return number

    def u64(self) -> int:
        """Read an unsigned number of eight bytes."""
        self._need(8)
        (number,) = _U64.unpack_from(self._data, self.position)
        self.position += 8
        return number

    def _need(self, n_bytes: int) -> None:
        if self.position + n_bytes > len(self._data):
            _run_short(self.position + n_bytes)

    def _afford(self, n_bytes: int) -> bool:
        if n_bytes > self._budget_bytes:
            return False
        self._budget_bytes -= n_bytes
        return True


def _run_short(at_least: int) -> NoReturn:
    if at_least > MAX_HEADER_BYTES:
        damaged(say("models.header_claims_impossible_size"), detail=f"at least {at_least} bytes")
    raise NeedMoreBytes(at_least)


def damaged(reason: Sentence, detail: str = "") -> NoReturn:
    """Raise the error for a file that cannot be what it claims to be."""
    raise GgufError(say("models.model_file_damaged", reason=reason), detail)


def quotable(name: str) -> str:
    """Return a name from a file as it may stand in a sentence: short and printable."""
    shown = name if name.isprintable() else ascii(name)[1:-1]
    return shown if len(shown) <= 80 else f"{shown[:80]}…"
