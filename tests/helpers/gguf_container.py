"""Writes the GGUF container by hand, the broken ones too."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.gguf import GgufType
from app.core.models.levels import TENSOR_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

F32 = 0
F16 = 1

_FORMATS = {
    GgufType.UINT8: "B", GgufType.INT8: "b", GgufType.UINT16: "H", GgufType.INT16: "h",
    GgufType.UINT32: "I", GgufType.INT32: "i", GgufType.FLOAT32: "f", GgufType.BOOL: "?",
    GgufType.UINT64: "Q", GgufType.INT64: "q", GgufType.FLOAT64: "d",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """A metadata value with its exact type; ``array`` makes it an array of that type."""

    type: GgufType
    value: Any
    array: bool = False


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor to write; zeros where ``data`` is None."""

    name: str
    dimensions: tuple[int, ...]
    type_id: int = F32
    data: bytes | None = None

    @property
    def n_bytes(self) -> int:
        elements = 1
        for dimension in self.dimensions:
            elements *= dimension
        stored = TENSOR_TYPES[self.type_id]
        return elements // stored.block_elements * stored.block_bytes


def text(value: str | bytes) -> bytes:
    """A length-prefixed string."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def scalar(value_type: GgufType, value: Any) -> bytes:
    """A value without its type."""
    if value_type is GgufType.STRING:
        return text(value)
    return struct.pack(f"<{_FORMATS[value_type]}", value)


def entry(key: str | bytes, value: Any) -> bytes:
    """A key-value pair; plain Python values get the type that converters usually give them."""
    typed = value if isinstance(value, Typed) else _typed(value)
    if not typed.array:
        return text(key) + struct.pack("<I", typed.type) + scalar(typed.type, typed.value)
    items = b"".join(scalar(typed.type, item) for item in typed.value)
    prefix = struct.pack("<IIQ", GgufType.ARRAY, typed.type, len(typed.value))
    return text(key) + prefix + items


def tensor_info(name: str | bytes, dimensions: Sequence[int], type_id: int, offset: int) -> bytes:
    """The description of one tensor."""
    shape = struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
    return text(name) + shape + struct.pack("<IQ", type_id, offset)


def container(
    n_tensors: int, n_keys: int, *parts: bytes, version: int = 3, magic: bytes = b"GGUF"
) -> bytes:
    """A header out of parts that need not fit its counts."""
    return magic + struct.pack("<IQQ", version, n_tensors, n_keys) + b"".join(parts)


def header(
    metadata: Mapping[str, Any],
    tensors: Iterable[Tensor] = (),
    *,
    version: int = 3,
    alignment: int = 32,
) -> bytes:
    """A whole header, padded up to the data section."""
    entries = [entry(key, value) for key, value in metadata.items()]
    infos: list[bytes] = []
    offset = 0
    for tensor in tensors:
        infos.append(tensor_info(tensor.name, tensor.dimensions, tensor.type_id, offset))
        offset += padded(tensor.n_bytes, alignment)
    made = container(len(infos), len(entries), *entries, *infos, version=version)
    return made.ljust(padded(len(made), alignment), b"\0") if infos else made


def file_bytes(
    metadata: Mapping[str, Any],
    tensors: Sequence[Tensor] = (),
    *,
    version: int = 3,
    alignment: int = 32,
) -> bytes:
    """A whole file."""
    made = bytearray(header(metadata, tensors, version=version, alignment=alignment))
    for tensor in tensors:
        size = padded(tensor.n_bytes, alignment)
        made += (tensor.data or b"").ljust(size, b"\0")
    return bytes(made)


def padded(n_bytes: int, alignment: int) -> int:
    """The next multiple of the alignment."""
    return -(-n_bytes // alignment) * alignment


def _typed(value: Any) -> Typed:
    if isinstance(value, (list, tuple)):
        return Typed(_scalar_type(value[0]), value, array=True)
    return Typed(_scalar_type(value), value)


def _scalar_type(value: Any) -> GgufType:
    if isinstance(value, bool):
        return GgufType.BOOL
    if isinstance(value, int):
        return GgufType.UINT32 if value >= 0 else GgufType.INT32
    return GgufType.FLOAT32 if isinstance(value, float) else GgufType.STRING
