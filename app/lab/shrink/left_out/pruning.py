"""A copy of a model without what is left out, slab by slab: what is quantized then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from app.core.errors import PersonError
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.importance import Importance, is_weighted
from app.core.shrink.plain import PLAIN, floats_of
from app.core.shrink.rewriting import alignment_of, rewritten
from app.core.shrink.sparsity import TWO_OF_FOUR, zeroed
from app.core.words.sentence import say
from app.lab.shrink.left_out.slabs import slabs

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.model_file import Shard
    from app.core.shrink.cutting import Cut
    from app.lab.shrink.left_out.slabs import Raw


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is left out.

    Attributes:
        cut: Layers, channels and experts.
        sparsity: How many of the weights that stay are set to zero; None for none.
        matrix: What goes into each weight, by the new names: small weights with much to carry
            stay.
    """

    cut: Cut
    sparsity: float | str | None = None
    matrix: Importance | None = None


def write_pruned(
    shards: Sequence[Shard],
    target: Path,
    pruning: Pruning,
    on_progress: Callable[[int, int], None],
) -> None:
    """Copy a model into one file, without what is left out.

    Args:
        shards: The model's files.
        target: The copy; of its whole only a slab is in memory at a time.
        pruning: What is left out.
        on_progress: Told bytes done and in all.

    Raises:
        PersonError: Its weights are quantized where single ones are to go, or a file cannot be
            read or written.
    """
    name = shards[0].path.name
    pieces = [
        (shard, info, new)
        for shard in shards
        for info in shard.header.tensors
        if (new := pruning.cut.tensor(info)) is not None
    ]
    if pruning.sparsity is not None:
        for _, info, _ in pieces:
            if is_weighted(info) and TENSOR_TYPES[info.type_id].name not in PLAIN:
                raise PersonError(say("shrink.zeros_need_full", name=name))
    header = shards[0].header
    total = sum(new.n_bytes for *_, new in pieces)
    done = 0
    try:
        with ExitStack() as files, target.open("wb") as out:
            opened = {shard.path: files.enter_context(shard.path.open("rb")) for shard in shards}
            old = opened[shards[0].path].read(header.header_bytes)
            changes = pruning.cut.metadata(header)
            out.write(rewritten(old, header, changes, (new for *_, new in pieces)))
            for shard, info, new in pieces:
                start = shard.header.data_offset + info.offset
                for rows in _left(opened[shard.path], start, info, new, pruning):
                    out.write(rows.data)
                    done += rows.nbytes
                    on_progress(done, total)
                out.write(bytes(-new.n_bytes % alignment_of(header)))
    except OSError as error:
        raise PersonError(
            say("shrink.not_copied", name=name, reason=error.strerror or str(error))
        ) from error


def _left(
    source: BinaryIO, start: int, info: TensorInfo, new: TensorInfo, pruning: Pruning
) -> Iterator[Raw]:
    """What stays of a tensor, some rows at a time."""
    sparsity, kind = pruning.sparsity, TENSOR_TYPES[info.type_id].name
    columns = new.dimensions[0] if new.dimensions else 1
    prunes = is_weighted(new) and not (sparsity == TWO_OF_FOUR and columns % 4)
    entry = pruning.matrix.entries.get(new.name) if pruning.matrix else None
    inputs = None
    if entry is not None and entry.values.size % columns == 0:
        inputs = entry.values.reshape(-1, columns)
    for matrix, raw in slabs(source, start, info, pruning.cut.kept(info)):
        if sparsity is not None and prunes:
            weights = None if inputs is None else inputs[min(matrix, len(inputs) - 1)]
            raw[zeroed(floats_of(raw, kind), weights, sparsity)] = 0
        yield np.ascontiguousarray(raw)
