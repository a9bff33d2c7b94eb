"""The demo model at any tensor type, whole or cut down to its first layers, as a file."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.gguf import TensorInfo, parse_header
from app.engine.host.llama.blocks import F16, F32, from_blocks, to_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIGNMENT = 32
_LAYERS_KEY = b"llama.block_count"
_LAYER = re.compile(r"blk\.(\d+)\.")
# Quantizing takes long for some types: so many rows of a matrix are, and repeated. A prime, so that
# rows that a kernel mixes up differ.
_ROWS = 67


class DemoCut:
    """The demo model's first layers, to be written at one tensor type after the other.

    Args:
        source: The demo model's F16 file.
        layers: How many; all where it has no more.
    """

    def __init__(self, source: Path, layers: int) -> None:
        data = source.read_bytes()
        header = parse_header(data)
        self._pairs = _with_layers(data[: header.header_bytes], header.tensors, layers)
        self._keys = len(header.metadata)
        self._tensors = [
            tensor
            for tensor in header.tensors
            if (found := _LAYER.match(tensor.name)) is None or int(found[1]) < layers
        ]
        self._values = {
            tensor.name: from_blocks(
                data[header.data_offset + tensor.offset :][: tensor.n_bytes], tensor.type_id
            ).reshape(tensor.dimensions[::-1])
            for tensor in self._tensors
        }

    def matrices(self, type_id: int) -> dict[str, bytes]:
        """Every matrix at a tensor type: its first rows, over and over."""
        found: dict[str, bytes] = {}
        for name, values in self._values.items():
            if values.ndim == 2:
                rows = len(values)
                whole = type_id in (F32, F16)
                data = to_blocks(values if whole else values[:_ROWS], type_id)
                row_bytes = len(data) // (rows if whole else min(rows, _ROWS))
                found[name] = (data * -(-rows * row_bytes // len(data)))[: rows * row_bytes]
        return found

    def write(self, target: Path, type_id: int, matrices: dict[str, bytes]) -> None:
        """Write a model file with these matrices, which are of this type."""
        infos, contents, offset = b"", list[bytes](), 0
        for tensor in self._tensors:
            matrix = matrices.get(tensor.name)
            kind = F32 if matrix is None else type_id
            content = self._values[tensor.name].tobytes() if matrix is None else matrix
            content += bytes(-len(content) % _ALIGNMENT)
            infos += _info(tensor, kind, offset)
            contents.append(content)
            offset += len(content)
        start = struct.pack("<4sIQQ", b"GGUF", 3, len(self._tensors), self._keys)
        head = start + self._pairs + infos
        target.write_bytes(head + bytes(-len(head) % _ALIGNMENT) + b"".join(contents))

    @staticmethod
    def as_numbers(
        matrices: dict[str, bytes], type_id: int, number_type_id: int
    ) -> dict[str, bytes]:
        """The same weights as plain numbers, of type F32 or F16."""
        return {
            name: _plain(from_blocks(data, type_id), number_type_id)
            for name, data in matrices.items()
        }


def _plain(values: NDArray[np.float32], type_id: int) -> bytes:
    return (values if type_id == F32 else values.astype(np.float16)).tobytes()


def _with_layers(head: bytes, tensors: tuple[TensorInfo, ...], layers: int) -> bytes:
    """The metadata of a header as it stands, but for the number of layers."""
    pairs = bytearray(head[24 : len(head) - sum(len(_info(t, 0, 0)) for t in tensors)])
    at = pairs.index(_LAYERS_KEY) + len(_LAYERS_KEY) + 4
    (all_layers,) = struct.unpack_from("<I", pairs, at)
    struct.pack_into("<I", pairs, at, min(layers, all_layers))
    return bytes(pairs)


def _info(tensor: TensorInfo, type_id: int, offset: int) -> bytes:
    name = tensor.name.encode()
    sizes = tensor.dimensions
    return struct.pack(
        f"<Q{len(name)}sI{len(sizes)}QIQ", len(name), name, len(sizes), *sizes, type_id, offset
    )
