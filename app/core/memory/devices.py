"""Who holds what of a model by llama.cpp's plan, and how much of it a GPU takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from app.core.memory.fit import (
    DeviceShare,
    LayerBytes,
    Verdict,
    judge,
    layers_that_fit,
    share_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.candidates.settings import EngineSettings
    from app.core.memory.estimate import Needs
    from app.core.models.model_file import ModelFile


class PlannedDevice(msgspec.Struct, frozen=True):
    """A device's part in a load that was not made.

    Attributes:
        compute_bytes: Scratch memory of the graph on it.
        available_bytes: Free on it now.
        layers: Layers that it would hold, from 0; the layer after the last is the output.
    """

    name: str
    kind: str
    compute_bytes: int
    available_bytes: int
    layers: list[int]


class Plan(msgspec.Struct, frozen=True):
    """What a load would take, in llama.cpp's own figures.

    Attributes:
        context_tokens: Size of the context it would make.
        weights_bytes: All tensors, printed with five digits or fewer from one GiB on.
        kv_bytes: KV cache and recurrent states.
        compute_bytes: Scratch memory of the graph, all devices.
        devices: Those that would take part.
    """

    context_tokens: int
    vocabulary_size: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    output_bytes: int
    devices: list[PlannedDevice]


@dataclass(frozen=True, slots=True)
class Question:
    """What stays the same while one file is asked about."""

    model: ModelFile
    weights: LayerBytes
    engine: EngineSettings


@dataclass(frozen=True, slots=True)
class Sharing:
    """How devices would share a load.

    Attributes:
        needs: Of the whole engine.
        shares: Of each device.
        gpu_layers: How many layers GPUs would hold; None without a GPU of its own memory.
    """

    needs: Needs
    shares: list[DeviceShare]
    gpu_layers: int | None


def settle(
    question: Question, ask: Callable[[int | None], Plan], needs_of: Callable[[Plan], Needs]
) -> tuple[Plan, Sharing]:
    """Have a load planned; where the settings say nothing, with as many layers on GPUs as fit.

    Args:
        question: About what.
        ask: Plans with so many layers on GPUs, or with all.
        needs_of: What a plan needs.
    """
    layers = question.engine.gpu_layers
    plan = ask(layers)
    needs = needs_of(plan)
    shares = _shares_of(question, plan, needs)
    if layers is None:
        layers = _layers_on_gpus(question, plan, needs, shares)
        while layers is not None and layers <= question.model.block_count:
            # Another split has other buffers: it is planned too, and taken if it holds.
            plan = ask(layers)
            needs = needs_of(plan)
            shares = _shares_of(question, plan, needs)
            if layers == 0 or _fit(shares):
                break
            layers -= 1 + layers // 16
    return plan, Sharing(needs, shares, layers)


def _shares_of(question: Question, plan: Plan, needs: Needs) -> list[DeviceShare]:
    """Divide a plan among its devices."""
    devices = [
        (
            DeviceShare(
                name=device.name,
                kind=device.kind,
                weights_bytes=0,
                kv_bytes=0,
                compute_bytes=device.compute_bytes,
                available_bytes=device.available_bytes,
                layers=len(device.layers),
            ),
            device.layers,
        )
        for device in plan.devices
    ]
    shares = share_out(needs, question.weights, question.model, plan.context_tokens, devices)
    if not question.engine.kv_on_cpu:
        return shares
    return [
        replace(share, kv_bytes=needs.kv_bytes if share.kind == "cpu" else 0) for share in shares
    ]


def _fit(shares: list[DeviceShare]) -> bool:
    gpus = [share for share in shares if share.kind == "gpu"]
    judged = (judge(gpu.total_bytes, gpu.available_bytes) for gpu in gpus)
    return all(found.verdict is not Verdict.NO for found in judged)


def _layers_on_gpus(
    question: Question, plan: Plan, needs: Needs, shares: list[DeviceShare]
) -> int | None:
    """Layers that GPUs can take; None without a GPU."""
    gpus = [share for share in shares if share.kind == "gpu" and share.layers]
    if not gpus:
        return None
    if _fit(gpus):
        return question.model.block_count + 1
    if question.engine.kv_on_cpu:
        needs = replace(needs, kv_bytes=0)
    return sum(
        layers_that_fit(needs, question.weights, question.model, plan.context_tokens, gpu)
        for gpu in gpus
    )


def with_room(share: DeviceShare, available_bytes: int) -> DeviceShare:
    """What shares the PC's memory has what engines may use of that."""
    return share if share.kind == "gpu" else replace(share, available_bytes=available_bytes)
