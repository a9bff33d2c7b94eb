"""What a version needs beside its weights while it runs, by llama.cpp's own plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.settings import EngineSettings
from app.engine.protocol.loading import Predict, Predicted
from app.lab.engines.plans import Plans, needs_of

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.core.shrink.recipe import MemoryTarget
    from app.lab.engines.calls import EngineCalls


def beside_weights_bytes(
    model: ModelFile,
    target: MemoryTarget,
    engine: EngineCalls,
    threads: int,
    *,
    plans: Plans | None = None,
    layers_left: int | None = None,
) -> int:
    """KV cache, buffers and the engine itself: all that ``fit`` counts but the weights.

    The original is planned: its versions differ from it by their weights alone.

    Args:
        model: The original.
        target: With which context, and which KV cache.
        engine: Plans; nothing is loaded.
        threads: Of the engine that will run it.
        plans: Where earlier plans are kept.
        layers_left: So many layers stay, each with its part of the KV cache; None for all.

    Raises:
        EngineFailed: llama.cpp refuses the model.
    """
    settings = EngineSettings(kv_type=target.kv_type)
    how = (model, target.context_tokens, settings)
    plan = plans.find(*how) if plans is not None else None
    if plan is None:
        path = str(model.path.absolute())
        command = Predict(engine.next_id(), path, target.context_tokens, threads, settings)
        plan = engine.call(command, Predicted)
        if plans is not None:
            plans.keep(*how, plan)
    needs = needs_of(model, plan)
    kv_bytes = needs.kv_bytes
    if layers_left is not None:
        kv_bytes = kv_bytes * layers_left // max(1, model.block_count)
    return needs.total_bytes - needs.weights_bytes - needs.kv_bytes + kv_bytes
