"""What the quantizer would make of each tensor, and how large the file would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from msgspec import structs

from app.core.gguf import TensorInfo
from app.core.models.levels import TENSOR_TYPES
from app.core.models.model_file import ModelFile
from app.engine.api import EngineEvent
from app.engine.protocol.making import Quantize, Quantized, TensorPlanned
from app.lab.engines.calls import EngineCalls

_ALIGNMENT = 32
_TYPES = {each.name: each for each in TENSOR_TYPES.values()}


def plan_of(engine: EngineCalls, command: Quantize) -> dict[str, TensorPlanned]:
    """Ask the quantizer what it would make of each tensor, by name in the new file.

    Raises:
        EngineFailed: It refuses.
    """
    planned: dict[str, TensorPlanned] = {}

    def listen(event: EngineEvent) -> None:
        if isinstance(event, TensorPlanned):
            planned[event.name] = event

    plan = structs.replace(command, id=engine.next_id(), is_plan=True)
    engine.call(plan, Quantized, listen)
    return planned


def turned(tensors: Iterable[TensorInfo], planned: Mapping[str, TensorPlanned]) -> list[TensorInfo]:
    """The tensors as the new file will have them; their places in it are not known."""
    found: list[TensorInfo] = []
    for info in tensors:
        plan = planned.get(info.name)
        kind = _TYPES.get(plan.turned.upper()) if plan else None
        if kind is None:
            found.append(info)
            continue
        size = info.n_elements // kind.block_elements * kind.block_bytes
        found.append(replace(info, type_id=kind.type_id, n_bytes=size))
    return found


def file_bytes(model: ModelFile, tensors: Iterable[TensorInfo]) -> int:
    """About how many bytes a file of these tensors has: its header is about the source's."""
    header = max(0, model.file_bytes - model.tensor_bytes)
    return header + sum(-(-info.n_bytes // _ALIGNMENT) * _ALIGNMENT for info in tensors)
