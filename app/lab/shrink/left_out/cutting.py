"""Which channels of the feed-forward and which experts are left out: those that do least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.cutting import (
    check_experts,
    check_narrowable,
    kept_width,
    most_used,
    strongest,
)
from app.core.shrink.plain import PLAIN, floats_of
from app.core.words.sentence import say
from app.lab.engines.opened import opened_file
from app.lab.shrink.left_out.slabs import slabs
from app.lab.shrink.left_out.usage import kept_usage

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.gguf import TensorInfo
    from app.core.models.model_file import ModelFile, Shard
    from app.core.shrink.cutting import Floats, Mask
    from app.core.shrink.importance import Importance
    from app.lab.engines.room import EngineRoom

_Told = Callable[[int, int], None]


def check_cut(model: ModelFile, shards: Sequence[Shard], width: float | None, experts: int) -> None:
    """Raise PersonError where channels or experts of a model cannot be left out."""
    tensors = [info for shard in shards for info in shard.header.tensors]
    if experts:
        check_experts(shards[0].header, tensors, experts, model.path.name)
    if width is not None:
        check_narrowable(tensors, model.expert_count, model.path.name, PLAIN)


def channels_that_stay(
    shards: Sequence[Shard], share: float, matrix: Importance | None, on_progress: _Told
) -> dict[int, Mask]:
    """The channels of each layer's feed-forward that stay, for :class:`Cut`.

    A channel counts by what it adds to the layer's output: the root of the mean square that comes
    through it (the importance matrix of the way down) times the norm of its column there. Without
    a matrix, the norms of its rows in gate and up stand for what comes.

    Args:
        shards: The model's files; checked by :func:`check_cut`.
        share: So much of them goes.
        matrix: Of the model; None for none.
        on_progress: Told layers done and in all.

    Raises:
        PersonError: A file cannot be read.
    """
    places = {info.name: (shard, info) for shard in shards for info in shard.header.tensors}
    name = shards[0].path.name
    widths = check_narrowable([info for _, info in places.values()], 0, name, PLAIN)
    found: dict[int, Mask] = {}
    for number, (layer, width) in enumerate(widths.items()):
        on_progress(number, len(widths))
        down = f"blk.{layer}.ffn_down.weight"
        entry = matrix.entries.get(down) if matrix is not None else None
        scores = np.sqrt(_squares(*places[down], axis=0))
        if entry is not None and entry.values.size == width:
            scores *= np.sqrt(entry.values)
        else:
            for kind in ("gate", "up"):
                there = places.get(f"blk.{layer}.ffn_{kind}.weight")
                if there is not None and _is_plain(there[1]):
                    squares = _squares(*there, axis=1).reshape(-1, width)
                    scores *= np.sqrt(squares.prod(axis=0))
        found[layer] = strongest(scores, kept_width(width, share))
    return found


def experts_that_stay(
    model: ModelFile,
    shards: Sequence[Shard],
    count: int,
    cache: Path,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: _Told,
) -> dict[int, Mask]:
    """The experts of each layer that stay, for :class:`Cut`: all but those that work least.

    Args:
        model: The mixture; checked by :func:`check_cut`.
        shards: Its files.
        count: So many of each layer go.
        cache: This program's cache folder, where what was counted is kept.
        threads: Of the engine that counts.
        room: Where it runs.
        on_progress: Told chunks done and in all.

    Raises:
        PersonError: It does not show which of them work.
    """
    usage = kept_usage(
        opened_file(model), cache, threads=threads, room=room, on_progress=on_progress
    )
    header = shards[0].header
    groups = header.count(f"{model.architecture}.expert_group_count") or 1
    counted = {each.layer: most_used(each.counts, count, groups) for each in usage.layers}
    tensors = (info for shard in shards for info in shard.header.tensors)
    routers = sum(info.name.endswith(".ffn_gate_inp.weight") for info in tensors)
    if routers > len(counted):
        raise PersonError(say("shrink.experts_not_shown"))
    return counted


def _squares(shard: Shard, info: TensorInfo, axis: int) -> Floats:
    """Sums of squares of a plain tensor: of its columns (0) or of its rows (1).

    Raises:
        PersonError: The file cannot be read.
    """
    kind = TENSOR_TYPES[info.type_id].name
    start = shard.header.data_offset + info.offset
    sums: list[Floats] = []
    try:
        with shard.path.open("rb") as file:
            for _, raw in slabs(file, start, info, ()):
                numbers = floats_of(raw, kind)
                sums.append(np.einsum("ij,ij->j" if axis == 0 else "ij,ij->i", numbers, numbers))
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(say("shrink.not_copied", name=shard.path.name, reason=reason)) from error
    return np.sum(sums, axis=0) if axis == 0 else np.concatenate(sums)


def _is_plain(info: TensorInfo) -> bool:
    return TENSOR_TYPES[info.type_id].name in PLAIN
