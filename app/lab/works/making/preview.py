"""What each level of a model would be on this PC, before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS
from app.core.memory.estimate import estimated_needs
from app.core.memory.speed import predict_speed
from app.core.memory.token_work import token_work
from app.core.models.levels import LEVELS
from app.core.models.model_file import ModelFile
from app.core.shrink.pace import making_seconds
from app.engine.protocol.making import Quantize
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.planning import file_bytes, plan_of, turned
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.core.gguf import TensorInfo
    from app.core.models.levels import Level
    from app.lab.engines.room import EngineRoom
    from app.store.small.speeds import SpeedStore

_NOWHERE = "nothing-is-written.gguf"
# A level for mixtures alone makes Q8_0 of any other model.
_FOR_EXPERTS = frozenset({"MXFP4_MOE"})


@dataclass(frozen=True, slots=True)
class Preview:
    """A level as it would be.

    Attributes:
        level: What would be made.
        file_bytes: About the size of its file.
        needed_bytes: Memory, with the context that candidates get by default.
        tokens_per_second: While generating; by the memory's bandwidth alone, where no more of this
            PC was measured.
        seconds: Of making it, without its importance matrix.
        bits_per_weight: Of this model, not of a usual one.
        fallen: Tensors whose rows do not fit the level's types, and get larger ones.
    """

    level: Level
    file_bytes: int
    needed_bytes: int
    tokens_per_second: float
    seconds: float
    bits_per_weight: float
    fallen: int = 0


def previews(
    source: Path,
    room: EngineRoom,
    speeds: SpeedStore,
    threads: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Preview]:
    """Each level that can be made of a model and is smaller, from the least to the most shrunken.

    The quantizer itself says what it would make of each tensor, in an engine; nothing is written.

    Args:
        source: The model.
        room: Where the engine runs.
        speeds: This PC's measured speeds.
        threads: That an engine, and the quantizer, will have alone.
        cancelled: Asked before each; once it says True, the rest is left out.

    Raises:
        PersonError: The file cannot be read, or the engine fails.
    """
    shards = read_shards(source)
    model = ModelFile.from_headers(shards)
    tensors = [info for shard in shards for info in shard.header.tensors]
    rates, runs = MachineSpeed(speeds).memory(threads), speeds.runs()
    with room.calls("shrink") as engine:
        for level in LEVELS:
            if cancelled():
                return
            if not level.can_be_made or (level.name in _FOR_EXPERTS and not model.expert_count):
                continue
            command = Quantize(
                engine.next_id(),
                str(source.resolve()),
                str(source.resolve().with_name(_NOWHERE)),
                level.ftype,
                threads,
                requantizes=not is_full(model),
            )
            plan = plan_of(engine, command)
            made = turned(tensors, plan)
            smaller = _as_made(model, level, made)
            if smaller.tensor_bytes >= model.tensor_bytes:
                continue
            speed = predict_speed(token_work(made, smaller), smaller, rates, runs)
            context = min(DEFAULT_CONTEXT_TOKENS, model.context_length or DEFAULT_CONTEXT_TOKENS)
            yield Preview(
                level,
                smaller.file_bytes,
                estimated_needs(smaller, context).total_bytes,
                speed.tokens_per_second,
                making_seconds(level, model.parameters, threads),
                smaller.bits_per_weight,
                sum(bool(each.wanted) for each in plan.values()),
            )


def _as_made(model: ModelFile, level: Level, tensors: list[TensorInfo]) -> ModelFile:
    return replace(
        model,
        level_name=level.name,
        file_bytes=file_bytes(model, tensors),
        tensor_bytes=sum(info.n_bytes for info in tensors),
        type_ids=tuple(sorted({info.type_id for info in tensors})),
    )
