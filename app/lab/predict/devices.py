"""Who would hold what of a model by llama.cpp's plan, and how much of it a GPU takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.memory.fit import DeviceShare, LayerBytes, Verdict, judge, layers_that_fit, share_out

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings
    from app.core.memory.estimate import Needs
    from app.core.models.model_file import ModelFile
    from app.engine.protocol.loading import Predicted


@dataclass(frozen=True, slots=True)
class Question:
    """What stays the same while one file is asked about."""

    model: ModelFile
    weights: LayerBytes
    engine: EngineSettings


def shares_of(question: Question, plan: Predicted, needs: Needs) -> list[DeviceShare]:
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
    return share_out(needs, question.weights, question.model, plan.context_tokens, devices)


def layers_on_gpus(
    question: Question, plan: Predicted, needs: Needs, shares: list[DeviceShare]
) -> int | None:
    """Layers that GPUs can take; None without a GPU."""
    gpus = [share for share in shares if share.kind == "gpu" and share.layers]
    if not gpus:
        return None
    judged = [judge(gpu.total_bytes, gpu.available_bytes) for gpu in gpus]
    if all(found.verdict is not Verdict.NO for found in judged):
        return question.model.block_count + 1
    return sum(
        layers_that_fit(needs, question.weights, question.model, plan.context_tokens, gpu)
        for gpu in gpus
    )


def with_room(share: DeviceShare, available_bytes: int) -> DeviceShare:
    """What shares the PC's memory has what engines may use of that."""
    return share if share.kind == "gpu" else replace(share, available_bytes=available_bytes)
