"""The header of a GGUF file: bytes in, facts out, bounded in memory and in time.

Nothing in the bytes is trusted. Long arrays (vocabulary, merges, scores) are stepped over and
kept as a summary, so that a header of many megabytes costs little memory. What llama.cpp would
refuse in a header is refused here too, with a sentence for the person.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from app.core.models.foreign_types import is_foreign, refusal
from app.core.models.gguf_reader import (
    ArraySummary,
    GgufError,
    GgufReader,
    GgufType,
    NeedMoreBytes,
    Value,
    damaged,
    quotable,
)
from app.core.models.levels import TENSOR_TYPES
from app.core.words.sentence import Sentence, say

__all__ = [
    "MAX_COUNT",
    "MAX_TOKENS",
    "ArraySummary",
    "GgufError",
    "GgufHeader",
    "GgufType",
    "NeedMoreBytes",
    "TensorInfo",
    "Value",
    "parse_header",
]

_SUPPORTED_VERSIONS = (2, 3)
_DEFAULT_ALIGNMENT = 32
_ALIGNMENT_KEY = "general.alignment"
_MAX_KEYS = 65_536
_MAX_TENSORS = 100_000
_MAX_KEY_BYTES = 65_535
# llama.cpp reads 63 at most; files of image models have longer ones, and are to be told as such.
_MAX_TENSOR_NAME_BYTES = 1_024
_MAX_DIMENSIONS = 4
# Far beyond any model, and far within 64 bits: sums and products of what a header says stay there.
_MAX_ELEMENTS = 2**48
_MAX_DATA_BYTES = 2**56
MAX_COUNT = 2**24
"""More layers, heads, experts or elements of a row than this has no model."""
MAX_TOKENS = 2**31 - 1
"""llama.cpp counts the tokens of a context in 31 bits."""

_PREFIX = struct.Struct("<4sIQQ")
_UINT32 = struct.pack("<I", GgufType.UINT32)


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor as the header describes it.

    Attributes:
        dimensions: Elements per dimension, the contiguous one first.
        type_id: A key of ``app.core.models.levels.TENSOR_TYPES``.
        offset: Start of its data, in bytes from the start of the data section.
        n_bytes: Length of its data.
    """

    name: str
    dimensions: tuple[int, ...]
    type_id: int
    offset: int
    n_bytes: int

    @property
    def n_elements(self) -> int:
        """How many numbers the tensor holds."""
        return prod(self.dimensions)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """All that the header says.

    Attributes:
        version: Version of the container, 2 or 3.
        metadata: The key-value pairs in file order, read only.
        tensors: The tensors in file order.
        header_bytes: Length of the header without padding.
        data_offset: Where the data section starts, in bytes from the start of the file.
    """

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[TensorInfo, ...]
    header_bytes: int
    data_offset: int

    @property
    def end_bytes(self) -> int:
        """Where the last tensor ends: the least size that a complete file has."""
        if not self.tensors:
            return self.header_bytes
        return self.data_offset + max(tensor.offset + tensor.n_bytes for tensor in self.tensors)

    def text(self, key: str) -> str | None:
        """Return a string value, or None where there is none."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def integer(self, key: str) -> int | None:
        """Return an integer value, or None where there is none."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def count(self, key: str) -> int | None:
        """Return of how many something is said to be, or None where that is not said.

        Raises:
            GgufError: It is more than any model has.
        """
        value = self.integer(key)
        return None if value is None or value < 0 else _possible(key, value)

    def counts(self, key: str) -> tuple[int, ...] | None:
        """Return an array of counts or flags, negative ones as 0; None where there is none.

        Raises:
            GgufError: One of them is more than any model has.
        """
        value = self.metadata.get(key)
        if not isinstance(value, tuple):
            return None
        numbers = tuple(int(item) for item in value if isinstance(item, int))
        if len(numbers) != len(value):
            return None
        return tuple(_possible(key, max(0, number)) for number in numbers)

    def tokens(self, key: str) -> int | None:
        """Return a number of tokens; None where it is not said or beyond what llama.cpp counts.

        Some converters write −1 as an unsigned number where they mean that there is no limit.
        """
        value = self.integer(key)
        return value if value is not None and 0 <= value <= MAX_TOKENS else None

    def length(self, key: str) -> int | None:
        """Return how many elements an array has, or None where there is no array."""
        value = self.metadata.get(key)
        if isinstance(value, ArraySummary):
            return value.count
        return len(value) if isinstance(value, tuple) else None


def parse_header(data: bytes | bytearray | memoryview) -> GgufHeader:
    """Parse the header of a GGUF file.

    Args:
        data: The start of the file, as much of it as there is at hand.

    Raises:
        NeedMoreBytes: The header goes on behind the end of ``data``.
        GgufError: This is not a usable GGUF header, and more bytes would not help.
    """
    reader = GgufReader(data)
    version, n_tensors, n_keys = _prefix(reader)
    metadata = _metadata(reader, n_keys)
    alignment = _alignment(metadata)
    tensors = _tensors(reader, n_tensors, alignment, metadata)
    header_bytes = reader.position
    data_offset = _padded(header_bytes, alignment) if tensors else header_bytes
    return GgufHeader(version, MappingProxyType(metadata), tensors, header_bytes, data_offset)


def _possible(key: str, value: int) -> int:
    if value > MAX_COUNT:
        damaged(say("models.entry_impossible", key=quotable(key), value=value))
    return value


def _prefix(reader: GgufReader) -> tuple[int, int, int]:
    start = reader.peek(_PREFIX.size)
    if start[:4] != b"GGUF"[: len(start)]:
        raise GgufError(_what_else(start), detail=f"the file starts with {start[:16]!r}")
    reader.skip(_PREFIX.size)
    _, version, n_tensors, n_keys = _PREFIX.unpack(start)
    _check_version(version)
    if n_tensors > _MAX_TENSORS:
        damaged(say("models.claims_hold_tensors", n_tensors=n_tensors))
    if n_keys > _MAX_KEYS:
        damaged(say("models.claims_hold_metadata_entries", n_keys=n_keys))
    return version, n_tensors, n_keys


def _metadata(reader: GgufReader, n_keys: int) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for index in range(n_keys):
        key = reader.name(_MAX_KEY_BYTES, "metadata entry", index)
        if not key:
            damaged(say("models.metadata_entry_no_name", index=index))
        if key in found:
            damaged(say("models.metadata_entry_twice", key=quotable(key)))
        kind = reader.peek(4)
        found[key] = reader.value(key)
        if key == _ALIGNMENT_KEY and kind != _UINT32:
            raise GgufError(
                say("models.model_file_states_alignment_form"),
                detail=f"{key} has the type {int.from_bytes(kind, 'little')}",
            )
    return found


def _tensors(
    reader: GgufReader, n_tensors: int, alignment: int, metadata: Mapping[str, Value]
) -> tuple[TensorInfo, ...]:
    """Read the tensor descriptions; their data must lie without gaps, as llama.cpp demands."""
    found: list[TensorInfo] = []
    names: set[str] = set()
    expected_offset = 0
    for index in range(n_tensors):
        tensor = _tensor(reader, index, metadata)
        if tensor.name in names:
            damaged(say("models.tensor_twice", name=quotable(tensor.name)))
        if tensor.offset != expected_offset:
            damaged(
                say("models.tensor_not_where_should", name=quotable(tensor.name)),
                detail=f"offset {tensor.offset}, expected {expected_offset}",
            )
        expected_offset += _padded(tensor.n_bytes, alignment)
        if expected_offset > _MAX_DATA_BYTES:
            damaged(say("models.tensors_claim_impossible_size"))
        names.add(tensor.name)
        found.append(tensor)
    return tuple(found)


def _tensor(reader: GgufReader, index: int, metadata: Mapping[str, Value]) -> TensorInfo:
    name = reader.name(_MAX_TENSOR_NAME_BYTES, "tensor", index)
    n_dimensions = reader.u32()
    if n_dimensions > _MAX_DIMENSIONS:
        damaged(
            say("models.tensor_claims_dimensions", name=quotable(name), n_dimensions=n_dimensions)
        )
    dimensions = tuple(reader.u64() for _ in range(n_dimensions))
    # Each dimension by itself too: a zero elsewhere must not hide an impossible one.
    if max(dimensions, default=0) > _MAX_ELEMENTS or prod(dimensions) > _MAX_ELEMENTS:
        damaged(say("models.tensor_claims_impossible_size", name=quotable(name)))
    type_id = reader.u32()
    if type_id not in TENSOR_TYPES or is_foreign(type_id, metadata):
        raise refusal(type_id, name, metadata)
    n_bytes = _tensor_bytes(name, dimensions, type_id)
    return TensorInfo(name, dimensions, type_id, reader.u64(), n_bytes)


def _padded(n_bytes: int, alignment: int) -> int:
    return -(-n_bytes // alignment) * alignment


def _check_version(version: int) -> None:
    if version in _SUPPORTED_VERSIONS:
        return
    detail = f"GGUF version field {version:#010x}"
    if version == 1:
        raise GgufError(say("models.model_file_gguf_version_1"), detail)
    if version and version & 0xFFFF == 0:
        raise GgufError(_BIG_ENDIAN, detail)
    if version == 0 or version > 1_000:
        raise GgufError(say("models.model_file_damaged_version_impossible"), detail)
    raise GgufError(say("models.model_file_gguf_version_newer", version=version), detail)


def _alignment(metadata: Mapping[str, Value]) -> int:
    value = metadata.get(_ALIGNMENT_KEY, _DEFAULT_ALIGNMENT)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0 or value & (value - 1):
        damaged(say("models.alignment_not_power_two"), detail=f"{_ALIGNMENT_KEY} = {value!r:.80}")
    return value


def _tensor_bytes(name: str, dimensions: tuple[int, ...], type_id: int) -> int:
    tensor_type = TENSOR_TYPES[type_id]
    row_elements = dimensions[0] if dimensions else 1
    if row_elements % tensor_type.block_elements:
        damaged(
            say("models.tensor_does_not_divide_into", name=quotable(name)),
            detail=f"rows of {row_elements}, blocks of {tensor_type.block_elements}",
        )
    return prod(dimensions) // tensor_type.block_elements * tensor_type.block_bytes


_BIG_ENDIAN = say("models.model_file_made_big_endian")
_OTHER_FILES: tuple[tuple[tuple[bytes, ...], Sentence], ...] = (
    ((b"ggml", b"ggjt", b"ggmf", b"ggla", b"lmgg", b"tjgg", b"fmgg"),
     say("models.model_file_old_ggml_format")),
    ((b"FUGG",), _BIG_ENDIAN),
    ((b"PK\x03\x04", b"\x80\x02", b"\x80\x04"),
     say("models.pytorch_file_archive_not_gguf")),
    ((b"version https:/",), say("models.only_git_lfs_pointer_not")),
    ((b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML"),
     say("models.web_page_not_gguf_model")),
    ((b"\x7fELF", b"MZ"),
     say("models.program_perhaps_llamafile_not_gguf")),
    ((b"\x00" * 16,), say("models.file_starts_zeros_download_never")),
)  # fmt: skip


def _what_else(start: bytes) -> Sentence:
    for signatures, sentence in _OTHER_FILES:
        if start.lstrip().startswith(signatures):
            return sentence
    if start[8:10] == b'{"':
        return say("models.safetensors_file_not_gguf_model")
    if start.strip() and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start):
        return say("models.text_not_gguf_model_file")
    return say("models.not_gguf_model_file")
