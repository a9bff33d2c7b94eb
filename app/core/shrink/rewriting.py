"""A header of a GGUF file again, with some entries changed and other tensors."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from app.core.gguf import GgufHeader, GgufType, TensorInfo, Value
from app.core.models.gguf_reader import FORMATS, GgufReader, Scalar

_PREFIX = struct.Struct("<4sIQQ")
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_MOST_KEY_BYTES = 65_535
# Of a model that is in one file now.
_OF_SHARDS = "split."
_ALIGNMENT = 32


def alignment_of(header: GgufHeader) -> int:
    """At multiples of how many bytes the data of tensors begin."""
    return header.integer("general.alignment") or _ALIGNMENT


def rewritten(
    data: bytes, header: GgufHeader, changes: Mapping[str, Value], tensors: Iterable[TensorInfo]
) -> bytes:
    """The new header, padded up to where the data begin; all other entries keep their bytes.

    Args:
        data: The old header.
        header: What was read of it.
        changes: New values of entries that are there, of the same kinds.
        tensors: Those of the new file in their order; where they lie in it follows.
    """
    reader = GgufReader(data)
    reader.skip(_PREFIX.size)
    entries: list[bytes] = []
    for index in range(len(header.metadata)):
        begin = reader.position
        key = reader.name(_MOST_KEY_BYTES, "metadata entry", index)
        value_at = reader.position
        reader.value(key)
        if key in changes:
            kinds = data[value_at : value_at + 12]
            entries.append(data[begin:value_at] + _value(kinds, changes[key]))
        elif not key.startswith(_OF_SHARDS):
            entries.append(data[begin : reader.position])
    alignment = alignment_of(header)
    infos: list[bytes] = []
    offset = 0
    for tensor in tensors:
        name, lengths = tensor.name.encode(), tensor.dimensions
        infos.append(
            _U64.pack(len(name))
            + name
            + struct.pack(f"<I{len(lengths)}Q", len(lengths), *lengths)
            + struct.pack("<IQ", tensor.type_id, offset)
        )
        offset += -(-tensor.n_bytes // alignment) * alignment
    prefix = _PREFIX.pack(b"GGUF", header.version, len(infos), len(entries))
    head = b"".join((prefix, *entries, *infos))
    return head + bytes(-len(head) % alignment)


def _value(kinds: bytes, value: Value) -> bytes:
    """Type and value of an entry, of the type that it had."""
    if isinstance(value, tuple):
        inner = GgufType(_U32.unpack_from(kinds, 4)[0])
        return kinds[:8] + _U64.pack(len(value)) + _packed(inner, value)
    assert isinstance(value, (bool, int, float))
    return kinds[:4] + _packed(GgufType(_U32.unpack_from(kinds, 0)[0]), (value,))


def _packed(kind: GgufType, values: tuple[Scalar, ...]) -> bytes:
    if kind is GgufType.STRING:
        texts = [str(each).encode() for each in values]
        return b"".join(_U64.pack(len(text)) + text for text in texts)
    return struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
