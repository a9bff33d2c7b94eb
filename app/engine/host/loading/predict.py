"""What a load would take, from llama.cpp itself: everything is laid out, nothing allocated."""

from __future__ import annotations

import time

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama.native import NativeLog
from app.engine.host.loading.context import context_for
from app.engine.host.loading.load_log import PlannedSizes
from app.engine.host.loading.model import Model
from app.engine.host.process.abort import AbortFlag
from app.engine.protocol.loading import Device, Predict, Predicted
from app.engine.protocol.running import FailureKind


def predict(command: Predict, abort: AbortFlag, log: NativeLog, devices: list[Device]) -> Predicted:
    """Lay a model and its context out as a load would, and read the sizes from the log.

    Recurrent states are the one thing that llama.cpp allocates all the same; they are given back.

    Raises:
        EngineError: llama.cpp refuses the file or the context; nothing is left of the attempt.
    """
    begin_ns = time.perf_counter_ns()
    lines = log.collect()
    model = Model(command.path, command.engine, abort, lambda _fraction: None, is_plan=True)
    try:
        model.check_writes()
        context = context_for(model, command, abort)
        try:
            context_tokens = context.size_tokens
        finally:
            context.free()
        vocabulary_size = model.vocabulary_size
    finally:
        model.free()
    sizes = PlannedSizes(lines)
    if not sizes.complete:
        raise EngineError(FailureKind.LOAD, say("engine.file_needs_cannot_predicted_load"))
    return Predicted(
        id=command.id,
        context_tokens=context_tokens,
        vocabulary_size=vocabulary_size,
        weights_bytes=sizes.weights_bytes,
        kv_bytes=sizes.kv_bytes,
        compute_bytes=sizes.compute_bytes,
        output_bytes=sizes.output_bytes,
        devices=sizes.by_device(devices),
        elapsed_ns=time.perf_counter_ns() - begin_ns,
    )
