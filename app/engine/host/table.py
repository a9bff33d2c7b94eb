"""What is done for each command: the step it begins with, and who carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama import native
from app.engine.host.loading.predict import predict
from app.engine.host.making.quantize import quantize
from app.engine.host.measuring.kernels import measure_kernels
from app.engine.host.process.hardening import limit_private_memory
from app.engine.protocol.answering import AnswerMany, Generate, SetThreads, ThreadsSet
from app.engine.protocol.loading import Load, Predict, Reopen
from app.engine.protocol.making import (
    CollectImportance,
    CountExperts,
    Heal,
    HoldTensors,
    InspectTensor,
    MeasureErrors,
    MeasureLayers,
    Quantize,
)
from app.engine.protocol.measuring import Bench, CheckType, MeasureKernels, MeasurePasses
from app.engine.protocol.messages import Command, Event
from app.engine.protocol.reading import (
    ChatRendered,
    CountPicture,
    Detokenize,
    PictureCounted,
    RenderChat,
    Tokenize,
)
from app.engine.protocol.running import FailureKind, Step
from app.engine.protocol.scoring import (
    ContinueText,
    KeepReference,
    LikelyText,
    MeasureText,
    ScoreChunk,
)

if TYPE_CHECKING:
    from app.engine.host.held import Held
    from app.engine.host.measuring.score import TextCommand

Carry = Callable[["Held", Any], Event | None]
"""Carries a command out; gives the event that closes it, None where that was told already.

Raises:
    Aborted: Stopped.
    EngineError: It cannot be done.
"""

# Modules that are imported inside a function are imported when they are first needed: engines that
# are asked other things do without their memory.


# --- with what is loaded ----------------------------------------------------------------------


def _generate(held: Held, command: Generate) -> None:
    generator = held.ready(FailureKind.GENERATE).generator
    if generator is None:
        raise EngineError(FailureKind.GENERATE, say("engine.no_model_loaded_engine"))
    generator.answer(command, held.writer(command.id, command.template))


def _answer_many(held: Held, command: AnswerMany) -> None:
    from app.engine.host.answering.beside import Beside
    from app.engine.host.loading.sequences import Sequences

    ready = held.ready(FailureKind.GENERATE)
    context, alone = ready.context, ready.generator
    if context is None or alone is None:
        raise EngineError(FailureKind.GENERATE, say("engine.no_model_loaded_engine"))

    def make(places: int, place_tokens: int, has_beginning: bool) -> Sequences:
        return Sequences(
            ready.model,
            held.abort,
            places=places,
            place_tokens=place_tokens,
            threads=context.threads,
            engine=ready.load.engine,
            has_beginning=has_beginning,
        )

    writer = held.writer(command.id, command.template)
    repacked = held.repacked_bytes
    beside = Beside(held.channel, ready.model, held.abort, alone, writer, make, repacked)
    beside.answer(command)


def _set_threads(held: Held, command: SetThreads) -> Event:
    held.set_threads(command.threads)
    return ThreadsSet(command.id, command.threads)


def _render(held: Held, command: RenderChat) -> Event:
    held.ready(FailureKind.TEMPLATE)
    prompt = held.writer(command.id, command.template).write(
        command.id,
        command.messages,
        thinking=False,
        opens_answer=command.opens_answer,
        day=command.day,
    )
    return ChatRendered(command.id, prompt.text, prompt.tokens)


def _count_picture(held: Held, command: CountPicture) -> Event:
    eyes, width, height = held.ready(FailureKind.TEMPLATE).model.eyes, command.width, command.height
    if eyes is None:
        raise EngineError(FailureKind.PICTURE, say("pictures.cannot_see"))
    return PictureCounted(command.id, width, height, eyes.count(width, height))


def _read(held: Held, command: TextCommand) -> Event | None:
    return held.scorer().carry_out(command)


def _bench(held: Held, command: Bench) -> Event:
    return held.ready(FailureKind.BENCH).speed.repetition(command)


def _measure_passes(held: Held, command: MeasurePasses) -> Event:
    from app.engine.host.measuring.passes import measure_passes

    ready = held.ready(FailureKind.BENCH)
    return measure_passes(
        command,
        ready.model,
        held.abort,
        ready.load.engine,
        ready.load.threads,
        on_processor=not any("gpu" in device.kind for device in held.devices),
    )


def _collect_importance(held: Held, command: CollectImportance) -> Event:
    model = held.ready(FailureKind.SCORE).model
    from app.engine.host.making.importance import collect_importance

    return collect_importance(command, model, held.abort, held.channel.emit)


def _measure_layers(held: Held, command: MeasureLayers) -> Event:
    model = held.ready(FailureKind.SCORE).model
    from app.engine.host.making.influence import measure_layers

    return measure_layers(command, model, held.abort, held.channel.emit)


def _count_experts(held: Held, command: CountExperts) -> Event:
    model = held.ready(FailureKind.SCORE).model
    from app.engine.host.making.usage import count_experts

    return count_experts(command, model, held.abort, held.channel.emit)


def _heal(held: Held, command: Heal) -> Event:
    model = held.ready(FailureKind.SCORE).model
    from app.engine.host.making.healing import heal

    return heal(command, model, held.abort, held.channel.emit)


def _hold_tensors(held: Held, command: HoldTensors) -> Event:
    model = held.ready(FailureKind.SCORE).model
    from app.engine.host.making.holding import hold_tensors

    return hold_tensors(command, model, held.abort)


# --- without a model --------------------------------------------------------------------------


def _quantize(held: Held, command: Quantize) -> None:
    quantize(command, held.channel, held.log)


def _inspect_tensor(held: Held, command: InspectTensor) -> Event:
    from app.engine.host.making.inspecting import inspect_tensor

    return inspect_tensor(command, held.abort)


def _measure_errors(held: Held, command: MeasureErrors) -> Event:
    from app.engine.host.making.sensitivity import measure_errors

    return measure_errors(command, held.abort)


def _predict(held: Held, command: Predict) -> Event:
    return predict(command, held.abort, held.log, native.devices())


def _measure_kernels(held: Held, command: MeasureKernels) -> Event:
    return measure_kernels(command, held.abort)


def _check_type(held: Held, command: CheckType) -> Event:
    from app.engine.host.measuring.self_check import check_type

    limit_private_memory(command.memory_limit_bytes)
    return check_type(command, held.abort)


TABLE: dict[type[Command], tuple[Step | None, Carry]] = {
    Load: (Step.LOAD, lambda held, command: held.load(command)),
    Reopen: (Step.LOAD, lambda held, command: held.reopen(command)),
    # Those of messages begin with their template.
    Generate: (None, _generate),
    AnswerMany: (None, _answer_many),
    RenderChat: (None, _render),
    CountPicture: (None, _count_picture),
    SetThreads: (None, _set_threads),
    Tokenize: (Step.TOKENIZE, _read),
    Detokenize: (Step.SCORE, _read),
    ContinueText: (Step.SCORE, _read),
    MeasureText: (Step.SCORE, _read),
    LikelyText: (Step.SCORE, _read),
    KeepReference: (Step.SCORE, _read),
    ScoreChunk: (Step.SCORE, _read),
    Bench: (Step.BENCH, _bench),
    MeasurePasses: (Step.BENCH, _measure_passes),
    CollectImportance: (Step.IMPORTANCE, _collect_importance),
    MeasureLayers: (Step.IMPORTANCE, _measure_layers),
    CountExperts: (Step.IMPORTANCE, _count_experts),
    Heal: (Step.HEAL, _heal),
    HoldTensors: (Step.QUANTIZE, _hold_tensors),
    Quantize: (Step.QUANTIZE, _quantize),
    InspectTensor: (Step.INSPECT, _inspect_tensor),
    MeasureErrors: (Step.QUANTIZE, _measure_errors),
    Predict: (Step.PREDICT, _predict),
    MeasureKernels: (Step.KERNELS, _measure_kernels),
    CheckType: (Step.CHECK, _check_type),
}
"""Every command but Stop, which the channel's reader thread takes."""
