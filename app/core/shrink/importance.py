"""Importance matrices: how much each input of a weight matters, as files and as numbers.

A file is GGUF as llama-imatrix writes it, or of its earlier form; either is read, GGUF is written.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.gguf import (
    GgufError,
    GgufHeader,
    GgufType,
    NeedMoreBytes,
    TensorInfo,
    parse_header,
)
from app.core.words.sentence import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Floats = NDArray[np.float32]

_SUMS, _COUNTS = ".in_sum2", ".counts"
_DATASETS, _CHUNK_COUNT, _CHUNK_SIZE = (
    "imatrix.datasets", "imatrix.chunk_count", "imatrix.chunk_size",
)  # fmt: skip
_MODEL = "general.name"
_ALIGNMENT = 32
_F32 = 0
_MOST_NAME_BYTES = 1_024


class NoMatrixError(PersonError):
    """The bytes are no importance matrix that can be used."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(say("shrink.no_matrix", name=name), detail)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one tensor's inputs.

    Attributes:
        sums: Squared inputs, summed: one row for each matrix (expert) of the tensor, or all in one.
        counts: Over how many inputs, for each row.
    """

    sums: _Floats
    counts: _Floats

    @property
    def values(self) -> _Floats:
        """The mean squares, as the quantizer takes them; 1 for experts that were never used."""
        counts = np.rint(self.counts).astype(np.float32)[:, None]
        rows = self.sums.reshape(len(counts), -1)
        with np.errstate(all="ignore"):
            return np.where(counts > 0, rows / counts, np.float32(1)).ravel()


@dataclass(frozen=True, slots=True)
class Importance:
    """A whole matrix, by the names of the model's tensors.

    Attributes:
        datasets: Names of the texts.
        chunks: Of them that were read.
        chunk_tokens: Tokens in one; 0 where it does not say so.
        model: The name of the model's file; empty where it does not say so, as llama-imatrix.
    """

    entries: Mapping[str, Entry]
    datasets: Sequence[str] = ()
    chunks: int = 0
    chunk_tokens: int = 0
    model: str = ""

    @property
    def of_experts(self) -> int:
        """Matrices of experts: each expert of a tensor has its own."""
        counts = (len(entry.counts) for entry in self.entries.values())
        return sum(each for each in counts if each > 1)

    @property
    def unused(self) -> int:
        """Matrices (experts) that no token came to."""
        return sum(int((entry.counts <= 0).sum()) for entry in self.entries.values())

    def covers(self, tensors: Sequence[TensorInfo]) -> float:
        """The share of a model's matrices in its layers that this one knows with the right size."""
        wanted = [each for each in tensors if is_weighted(each)]
        known = sum(
            each.name in self.entries
            and self.entries[each.name].sums.size == input_size(each.dimensions)
            for each in wanted
        )
        return known / len(wanted) if wanted else 0.0


def is_weighted(tensor: TensorInfo) -> bool:
    """Whether a tensor is one that matrices tell of: a matrix of a layer that gets quantized."""
    name = tensor.name
    return (
        name.startswith("blk.")
        and name.endswith(".weight")
        and len(tensor.dimensions) > 1
        and "_norm." not in name
        and "ffn_gate_inp" not in name
        and "conv1d" not in name
    )


def input_size(dimensions: Sequence[int]) -> int:
    """How many values the quantizer wants for a tensor: one an input, for each expert."""
    return dimensions[0] * (dimensions[2] if len(dimensions) > 2 else 1)


def to_bytes(importance: Importance) -> bytes:
    """The file as llama-imatrix writes it: GGUF, tensors in the order of their names."""
    strings = list(importance.datasets)
    keys = [
        _text("general.type") + struct.pack("<I", GgufType.STRING) + _text("imatrix"),
        _text(_DATASETS)
        + struct.pack("<IIQ", GgufType.ARRAY, GgufType.STRING, len(strings))
        + b"".join(map(_text, strings)),
        _text(_CHUNK_COUNT) + struct.pack("<II", GgufType.UINT32, importance.chunks),
        _text(_CHUNK_SIZE) + struct.pack("<II", GgufType.UINT32, importance.chunk_tokens),
    ]
    if importance.model:
        keys.append(_text(_MODEL) + struct.pack("<I", GgufType.STRING) + _text(importance.model))
    infos: list[bytes] = []
    data = bytearray()
    for name in sorted(importance.entries):
        entry = importance.entries[name]
        rows = entry.sums.reshape(len(entry.counts), -1)
        for suffix, values, width in (
            (_SUMS, rows, rows.shape[1]),
            (_COUNTS, entry.counts, 1),
        ):
            shape = struct.pack("<IQQ", 2, width, len(entry.counts))
            infos.append(_text(name + suffix) + shape + struct.pack("<IQ", _F32, len(data)))
            data += np.ascontiguousarray(values, "<f4").tobytes()
            data += bytes(-len(data) % _ALIGNMENT)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(keys)) + b"".join(keys + infos)
    return head + bytes(-len(head) % _ALIGNMENT) + bytes(data)


def from_bytes(data: bytes, name: str) -> Importance:
    """Read a file of either form.

    Args:
        data: All of it.
        name: What it is called, for sentences.

    Raises:
        NoMatrixError: It is none, or damaged.
    """
    try:
        found = _from_gguf(data, name) if data[:4] == b"GGUF" else _from_legacy(data)
    except (GgufError, NeedMoreBytes, ValueError, struct.error) as error:
        raise NoMatrixError(name, repr(error)) from error
    if not found.entries:
        raise NoMatrixError(name, "no entries")
    if not all(np.isfinite(each.sums).all() for each in found.entries.values()):
        raise PersonError(say("shrink.matrix_no_numbers", name=name))
    return found


def _from_gguf(data: bytes, name: str) -> Importance:
    header = parse_header(data)
    if header.end_bytes > len(data):
        raise NoMatrixError(name, "truncated")
    by_name = {tensor.name: tensor for tensor in header.tensors}
    entries: dict[str, Entry] = {}
    for tensor in header.tensors:
        if not tensor.name.endswith(_SUMS):
            continue
        own = tensor.name.removesuffix(_SUMS)
        counts = by_name.get(own + _COUNTS)
        if counts is None or tensor.n_elements % max(1, counts.n_elements):
            raise NoMatrixError(name, f"sums and counts of {own} do not fit")
        entries[own] = Entry(_floats(data, header, tensor), _floats(data, header, counts))
    return replace(said_in(header), entries=entries)


def said_in(header: GgufHeader) -> Importance:
    """What a file says of itself, without its numbers: its entries are empty ones."""
    none = Entry(np.empty(0, np.float32), np.empty(0, np.float32))
    names = (each.name for each in header.tensors if each.name.endswith(_SUMS))
    datasets = header.metadata.get(_DATASETS)
    return Importance(
        {name.removesuffix(_SUMS): none for name in names},
        tuple(str(each) for each in datasets) if isinstance(datasets, tuple) else (),
        header.integer(_CHUNK_COUNT) or 0,
        header.integer(_CHUNK_SIZE) or 0,
        header.text(_MODEL) or "",
    )


def _floats(data: bytes, header: GgufHeader, tensor: TensorInfo) -> _Floats:
    if tensor.type_id != _F32:
        raise ValueError(f"{tensor.name} is no F32")
    return np.frombuffer(data, "<f4", tensor.n_elements, header.data_offset + tensor.offset)


def _from_legacy(data: bytes) -> Importance:
    """The form before GGUF: means times the calls that they come from."""
    (count,) = struct.unpack_from("<i", data, 0)
    at = 4
    entries: dict[str, Entry] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<i", data, at)
        if not 0 < length <= _MOST_NAME_BYTES:
            raise ValueError(f"a name of {length} bytes")
        tensor = data[at + 4 : at + 4 + length].decode("utf-8", "replace")
        at += 4 + length
        calls, size = struct.unpack_from("<ii", data, at)
        at += 8
        if size < 1:
            raise ValueError(f"{size} values")
        sums = np.frombuffer(data, "<f4", size, at)
        at += 4 * size
        entries[tensor] = Entry(sums, np.array([max(calls, 1)], np.float32))
    chunks, datasets = 0, ()
    if len(data) >= at + 8:
        chunks, length = struct.unpack_from("<ii", data, at)
        if 0 < length <= len(data) - at - 8:
            datasets = (data[at + 8 : at + 8 + length].decode("utf-8", "replace"),)
    return Importance(entries, datasets, chunks)


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogateescape")
    return struct.pack("<Q", len(raw)) + raw
