"""Weights of a tensor piece by piece, so that no tensor has to be in memory as a whole."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.plain import PLAIN
from app.core.words.sentence import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.gguf import TensorInfo
    from app.core.shrink.cutting import Places

    Raw = NDArray[np.unsignedinteger[Any]]

# As single floats: what is computed of them takes a few times as much.
_SLAB_BYTES = 16 << 20


def slabs(
    file: BinaryIO, start: int, tensor: TensorInfo, kept: Sequence[Places | None]
) -> Iterator[tuple[int, Raw]]:
    """What stays of a tensor, some rows at a time.

    Args:
        file: Where it lies.
        start: Of its data.
        tensor: As the file has it.
        kept: What stays along each of its dimensions, ascending; None for all. Columns can be
            left out of plain formats alone.

    Yields:
        Which of the matrices that stay the rows belong to, and the rows: weights of a plain
        format, else the bytes of blocks.

    Raises:
        OSError: The file cannot be read, or ends early.
    """
    columns, count, *_ = (*tensor.dimensions, 1, 1)
    all_matrices = tensor.n_elements // max(1, columns * count)
    of_columns, of_rows, of_matrices, *_ = (*kept, None, None, None)
    kind = PLAIN.get(TENSOR_TYPES[tensor.type_id].name, np.dtype(np.uint8))
    row_bytes = tensor.n_bytes // max(1, count * all_matrices)
    most = max(1, _SLAB_BYTES // (4 * max(1, columns)))
    matrices = range(all_matrices) if of_matrices is None else of_matrices
    for place, matrix in enumerate(matrices):
        for first in range(0, count, most):
            end = min(count, first + most)
            at: slice | Places = slice(None)
            if of_rows is not None:
                begin, stop = np.searchsorted(of_rows, (first, end))
                if begin == stop:
                    continue
                at = of_rows[begin:stop] - first
            file.seek(start + (int(matrix) * count + first) * row_bytes)
            data = file.read((end - first) * row_bytes)
            if len(data) < (end - first) * row_bytes:
                raise OSError(errno.EIO, str(say("shrink.ends_early")))
            rows = np.frombuffer(bytearray(data), kind).reshape(end - first, -1)[at]
            yield place, rows if of_columns is None else rows[:, of_columns]
