"""A copy of a model with weights set to zero, slab by slab: what is quantized then."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from app.core.errors import PersonError
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.importance import Importance, is_weighted
from app.core.shrink.plain import PLAIN, floats_of
from app.core.shrink.sparsity import TWO_OF_FOUR, zeroed
from app.core.words.sentence import say
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.model_file import Shard

_SLAB_BYTES = 16 << 20


def write_pruned(
    path: Path,
    folder: Path,
    sparsity: float | str,
    matrix: Importance | None,
    on_progress: Callable[[int, int], None],
) -> Path:
    """Copy a model's files and set weights of its layers to zero on the way.

    Args:
        path: The model.
        folder: Where the copies get the same names.
        sparsity: How many.
        matrix: What goes into each weight: small weights with much to carry stay.
        on_progress: Told bytes done and in all.

    Returns:
        The copy's first file.

    Raises:
        PersonError: Its weights are quantized, or a file cannot be read or written.
    """
    shards = read_shards(path)
    for shard in shards:
        for info in shard.header.tensors:
            if is_weighted(info) and TENSOR_TYPES[info.type_id].name not in PLAIN:
                raise PersonError(say("shrink.zeros_need_full", name=path.name))
    total = sum(shard.file_bytes for shard in shards)
    done = 0

    def tell(n_bytes: int) -> None:
        nonlocal done
        done += n_bytes
        on_progress(min(done, total), total)

    try:
        for shard in shards:
            with (
                shard.path.open("rb") as source,
                (folder / shard.path.name).open("wb") as target,
            ):
                _copy(shard, source, target, sparsity, matrix, tell)
    except OSError as error:
        raise PersonError(
            say("shrink.not_copied", name=path.name, reason=error.strerror or str(error))
        ) from error
    return folder / shards[0].path.name


def _copy(
    shard: Shard,
    source: BinaryIO,
    target: BinaryIO,
    sparsity: float | str,
    matrix: Importance | None,
    tell: Callable[[int], None],
) -> None:
    at = 0
    for info in shard.header.tensors:
        start = shard.header.data_offset + info.offset
        _pass(source, target, start - at, tell)
        at = start + info.n_bytes
        columns = info.dimensions[0] if info.dimensions else 1
        if is_weighted(info) and not (sparsity == TWO_OF_FOUR and columns % 4):
            _prune(info, source, target, sparsity, matrix, tell)
        else:
            _pass(source, target, info.n_bytes, tell)
    _pass(source, target, shard.file_bytes - at, tell)


def _pass(source: BinaryIO, target: BinaryIO, n_bytes: int, tell: Callable[[int], None]) -> None:
    while n_bytes > 0:
        piece = source.read(min(n_bytes, _SLAB_BYTES))
        if not piece:
            raise OSError(errno.EIO, str(say("shrink.ends_early")))
        target.write(piece)
        n_bytes -= len(piece)
        tell(len(piece))


def _prune(
    info: TensorInfo,
    source: BinaryIO,
    target: BinaryIO,
    sparsity: float | str,
    matrix: Importance | None,
    tell: Callable[[int], None],
) -> None:
    kind = TENSOR_TYPES[info.type_id]
    columns = info.dimensions[0]
    count = info.n_elements // columns
    slab = max(1, _SLAB_BYTES // (4 * columns))
    entry = matrix.entries.get(info.name) if matrix else None
    by_expert = None
    if entry is not None and entry.values.size % columns == 0:
        by_expert = entry.values.reshape(-1, columns)
    for first in range(0, count, slab):
        rows = min(slab, count - first)
        data = source.read(rows * columns * kind.block_bytes)
        if len(data) < rows * columns * kind.block_bytes:
            raise OSError(errno.EIO, str(say("shrink.ends_early")))
        raw = np.frombuffer(bytearray(data), PLAIN[kind.name]).reshape(rows, columns)
        weights = None
        if by_expert is not None:
            weights = by_expert[np.arange(first, first + rows) * len(by_expert) // count]
        raw[zeroed(floats_of(raw, kind.name), weights, sparsity)] = 0
        target.write(raw.tobytes())
        tell(len(data))
