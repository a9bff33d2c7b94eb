"""The worker: carries out one command after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.chats.template_facts import template_facts
from app.core.chats.templates import PLAIN_ID, template_by_id
from app.core.words.sentence import say
from app.engine.host.answering.drafting import Drafting, ModelDrafts
from app.engine.host.answering.generator import Generator, failed
from app.engine.host.answering.prompt import PromptWriter
from app.engine.host.answering.proposing import TextDrafts
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama import native
from app.engine.host.llama.native import backend_names
from app.engine.host.llama.variants import loaded_variant
from app.engine.host.loading.context import Context, context_for
from app.engine.host.loading.draft import DraftModel, check_takes_back, drafting_price
from app.engine.host.loading.fitting import fitted
from app.engine.host.loading.load_log import LoadSizes
from app.engine.host.loading.model import Model
from app.engine.host.loading.predict import predict
from app.engine.host.making.quantize import quantize
from app.engine.host.measuring.bench import SpeedTester
from app.engine.host.measuring.kernels import measure_kernels
from app.engine.host.process.abort import AbortFlag
from app.engine.host.process.channel import Channel
from app.engine.host.process.crew import Crew
from app.engine.host.process.hardening import limit_private_memory
from app.engine.host.process.memory import own_memory
from app.engine.host.refusals import explained
from app.engine.protocol.answering import AnswerMany, Generate, SetThreads, ThreadsSet
from app.engine.protocol.loading import (
    Device,
    Hello,
    Load,
    Loaded,
    LoadProgress,
    Predict,
    Reopen,
    Reopened,
)
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
from app.engine.protocol.messages import PROTOCOL_VERSION, Command
from app.engine.protocol.reading import (
    ChatRendered,
    CountPicture,
    Detokenize,
    PictureCounted,
    RenderChat,
    Tokenize,
)
from app.engine.protocol.running import Failed, FailureKind, Step, Stop, Working
from app.engine.protocol.scoring import (
    ContinueText,
    KeepReference,
    LikelyText,
    MeasureText,
    ScoreChunk,
)

if TYPE_CHECKING:
    from app.core.candidates.drafts import Draft
    from app.engine.host.measuring.score import Scorer, TextCommand

_PROGRESS_STEP = 0.01
# What a command begins with; those of messages begin with their template.
_STEPS: dict[type[Command], Step] = {
    Load: Step.LOAD,
    Reopen: Step.LOAD,
    Bench: Step.BENCH,
    MeasurePasses: Step.BENCH,
    Quantize: Step.QUANTIZE,
    InspectTensor: Step.INSPECT,
    MeasureErrors: Step.QUANTIZE,
    CollectImportance: Step.IMPORTANCE,
    MeasureLayers: Step.IMPORTANCE,
    CountExperts: Step.IMPORTANCE,
    Heal: Step.HEAL,
    HoldTensors: Step.QUANTIZE,
    Predict: Step.PREDICT,
    MeasureKernels: Step.KERNELS,
    CheckType: Step.CHECK,
    Tokenize: Step.TOKENIZE,
    Detokenize: Step.SCORE,
    ContinueText: Step.SCORE,
    MeasureText: Step.SCORE,
    LikelyText: Step.SCORE,
    KeepReference: Step.SCORE,
    ScoreChunk: Step.SCORE,
}


class Worker:
    """Owns the model and the context; everything runs on the thread that calls serve()."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._abort = AbortFlag()
        self._channel = Channel(read_fd, write_fd, self._abort.stop)
        self._log = native.NativeLog()
        self._model: Model | None = None
        self._context: Context | None = None
        self._draft: DraftModel | None = None
        self._generator: Generator | None = None
        self._loaded: Load | None = None
        self._repacked_bytes = 0
        self._speed: SpeedTester | None = None
        self._scorer: Scorer | None = None
        self._make_scorer: Callable[[], Scorer] | None = None
        self._writers: dict[str | None, PromptWriter] = {}
        self._devices: list[Device] = []

    def serve(self, left_out: Collection[str] = (), *, is_steady: bool = False) -> None:
        """Say hello, then carry out commands until the process is ended.

        Args:
            left_out: Variants for this processor to do without.
            is_steady: Keep all threads at work, whatever other programs do.
        """
        lines = self._log.collect()
        native.start_native(left_out)
        # Without OpenMP threads that wait never sleep: they would stand in each other's way.
        Crew.is_steady = is_steady and "OPENMP = 1" in native.system_info()
        self._devices = native.devices()
        self._channel.emit(
            Hello(
                PROTOCOL_VERSION,
                os.getpid(),
                native.engine_version(),
                native.system_info(),
                self._devices,
                backend_names(),
                loaded_variant(lines),
            )
        )
        self._channel.start()
        while True:
            command = self._channel.next_command()
            self._abort.begin(command.id)
            self._log.collect()
            step = _STEPS.get(type(command))
            if step is not None:
                self._channel.emit(Working(command.id, step))
            try:
                self._carry_out(command)
            except Aborted:
                cancelled = Failed(command.id, FailureKind.CANCELLED, say("engine.stopped"))
                self._channel.emit(cancelled)
            except EngineError as error:
                self._channel.emit(failed(command.id, self._explained(error)))
            except MemoryError:
                short = EngineError(FailureKind.MEMORY, say("engine.memory_too_short_close_other"))
                self._channel.emit(failed(command.id, short))
            finally:
                self._abort.end()
                self._log.collect()

    def _explained(self, error: EngineError) -> EngineError:
        adapted = self._model is not None and self._model.adapters.strengths
        if error.kind is FailureKind.NUMBERS and adapted:  # without them its answers may be whole
            return EngineError(FailureKind.NUMBERS, say("adapters.computes_no_numbers"))
        return explained(error, self._log.lines)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Load() | Reopen():
                self._load(command)
            case Generate():
                self._generate(command)
            case AnswerMany():
                self._answer_many(command)
            case SetThreads():
                self._set_threads(command)
            case Bench() | MeasurePasses():
                self._bench(command)
            case (
                Quantize()
                | InspectTensor()
                | MeasureErrors()
                | Predict()
                | MeasureKernels()
                | CheckType()
            ):
                self._without_model(command)
            case RenderChat() | CountPicture():
                self._render(command)
            case (
                Tokenize()
                | Detokenize()
                | ContinueText()
                | MeasureText()
                | LikelyText()
                | KeepReference()
                | ScoreChunk()
                | CollectImportance()
                | MeasureLayers()
                | CountExperts()
                | Heal()
                | HoldTensors()
            ):
                self._read(command)
            case Stop():
                pass  # taken by the channel's reader thread

    def _set_threads(self, command: SetThreads) -> None:
        if self._context is not None:
            self._context.set_threads(command.threads)
        if self._draft is not None:
            self._draft.context.set_threads(command.threads)
        self._channel.emit(ThreadsSet(command.id, command.threads))

    def _without_model(
        self,
        command: Quantize | InspectTensor | MeasureErrors | Predict | MeasureKernels | CheckType,
    ) -> None:
        match command:
            case Quantize():
                quantize(command, self._channel, self._log)
            case InspectTensor():
                # Imported when it is needed, as below: other engines do without its memory.
                from app.engine.host.making.inspecting import inspect_tensor

                self._channel.emit(inspect_tensor(command, self._abort))
            case MeasureErrors():
                from app.engine.host.making.sensitivity import measure_errors

                self._channel.emit(measure_errors(command, self._abort))
            case Predict():
                planned = predict(command, self._abort, self._log, native.devices())
                self._channel.emit(planned)
            case MeasureKernels():
                self._channel.emit(measure_kernels(command, self._abort))
            case CheckType():
                # Imported when it is needed: other engines do without its memory.
                from app.engine.host.measuring.self_check import check_type

                limit_private_memory(command.memory_limit_bytes)
                self._channel.emit(check_type(command, self._abort))

    def _load(self, command: Load | Reopen) -> None:
        if isinstance(command, Reopen):
            self._reopen(command)
            return
        begin_ns = time.perf_counter_ns()
        self._unload()
        limit_private_memory(command.memory_limit_bytes)
        command = replace(command, engine=fitted(command, self._abort, self._log))
        lines = self._log.collect()
        shown = 0.0

        def on_progress(fraction: float) -> None:
            nonlocal shown
            if fraction - shown >= _PROGRESS_STEP or fraction >= 1:
                shown = fraction
                self._channel.emit(LoadProgress(command.id, fraction))

        model = Model(
            command.path, command.engine, self._abort, on_progress, adapters=command.adapters
        )
        self._model = model
        try:
            model.check_writes()
            _check_lock(command, lines)
            sizes, drafting = self._opened(model, command, lines)
        except (EngineError, Aborted):
            self._unload()
            raise
        self._repacked_bytes = sizes.repacked_bytes
        self._begin(model, command, drafting)
        template = model.chat_template()
        facts = template_facts(template or "")
        self._channel.emit(
            Loaded(
                id=command.id,
                load_ns=time.perf_counter_ns() - begin_ns,
                context_tokens=self._context.size_tokens if self._context else 0,
                trained_context_tokens=model.trained_context_tokens,
                vocabulary_size=model.vocabulary_size,
                parameters=model.parameters,
                has_template=template is not None,
                has_thinking_switch=facts.switch is not None,
                repacked_bytes=sizes.repacked_bytes,
                weights_bytes=sizes.weights_bytes,
                kv_bytes=sizes.kv_bytes,
                compute_bytes=sizes.compute_bytes,
                output_bytes=sizes.output_bytes,
                devices=sizes.by_device(self._devices),
                memory=own_memory(sizes.repacked_bytes),
                sees=model.eyes is not None,
                projector_bytes=sizes.projector_bytes,
                draft_is_idle=command.draft is not None
                and self._context is not None
                and drafting is None,
            )
        )

    def _opened(
        self, model: Model, command: Load, lines: list[str]
    ) -> tuple[LoadSizes, Drafting | None]:
        """Make the contexts of a load, if any; ``lines`` tell of what they took."""
        draft = command.draft
        rows = 1 if draft is None else 1 + draft.most_tokens
        drafting: Drafting | None = None
        if command.context_tokens > 0:
            self._open_eyes(model, command)
            self._context = context_for(model, command, self._abort, rows)
        sizes = LoadSizes(lines, maps_file=command.engine.maps_file)
        if draft is not None and self._context is not None:
            drafting = self._load_draft(self._context, command, draft, sizes)
        return sizes, drafting

    def _begin(self, model: Model, command: Load, drafting: Drafting | None) -> None:
        """Make ready what works with the contexts."""
        own = self._draft.context if self._draft is not None else None
        self._loaded = command
        self._speed = SpeedTester(model, self._abort, command.engine, own)
        self._make_scorer = lambda: _scorer(model, self._abort, command, self._channel)
        if self._context is not None:
            self._generator = Generator(
                self._channel, self._context, self._repacked_bytes, drafting
            )
            self._warm_up(self._context)

    def _reopen(self, command: Reopen) -> None:
        model, load = self._model, self._loaded
        if model is None or load is None:
            raise EngineError(FailureKind.LOAD, say("engine.no_model_loaded_engine"))
        self._close_contexts()
        load = replace(
            load, id=command.id, context_tokens=command.context_tokens, threads=command.threads
        )
        try:
            _, drafting = self._opened(model, load, self._log.collect())
        except (EngineError, Aborted):
            self._unload()
            raise
        self._begin(model, load, drafting)
        size = self._context.size_tokens if self._context is not None else 0
        self._channel.emit(Reopened(command.id, size))

    def _load_draft(
        self, context: Context, command: Load, draft: Draft, sizes: LoadSizes
    ) -> Drafting | None:
        """What proposes tokens, where that can pay; its memory is added to the sizes."""
        check_takes_back(context, command.path)
        drafts, own = TextDrafts(), None
        if draft.path:
            lines = self._log.collect()
            self._draft = DraftModel(command, self._abort)
            sizes.add(LoadSizes(lines))
            own = self._draft.context
            check_takes_back(own, draft.path)
            drafts = ModelDrafts(own)
        price = drafting_price(context, own)
        most = min(draft.most_tokens, context.batch_tokens - 1)
        return Drafting(drafts, price, most) if price < 1 and most > 0 else None

    def _open_eyes(self, model: Model, command: Load) -> None:
        if command.projector is not None and model.eyes is None:
            # Imported when it is needed: other engines do without its library.
            from app.engine.host.loading.eyes import Eyes

            model.eyes = Eyes(model, command, self._log)

    def _warm_up(self, context: Context) -> None:
        """Let what is done once fall into the load and not into an answer."""
        _ = context.model.own_marks
        context.decode([0])
        context.synchronize()
        context.clear()

    def _generate(self, command: Generate) -> None:
        if self._generator is None or self._model is None:
            raise EngineError(FailureKind.GENERATE, say("engine.no_model_loaded_engine"))
        self._generator.answer(command, self._writer(command.id, command.template))

    def _answer_many(self, command: AnswerMany) -> None:
        model, context, alone, load = self._model, self._context, self._generator, self._loaded
        if model is None or context is None or alone is None or load is None:
            raise EngineError(FailureKind.GENERATE, say("engine.no_model_loaded_engine"))
        # Imported when they are needed, as below.
        from app.engine.host.answering.beside import Beside
        from app.engine.host.loading.sequences import Sequences

        def make(places: int, place_tokens: int, has_beginning: bool) -> Sequences:
            return Sequences(
                model,
                self._abort,
                places=places,
                place_tokens=place_tokens,
                threads=context.threads,
                engine=load.engine,
                has_beginning=has_beginning,
            )

        writer = self._writer(command.id, command.template)
        beside = Beside(
            self._channel, model, self._abort, alone, writer, make, self._repacked_bytes
        )
        beside.answer(command)

    def _writer(self, command_id: int, template: str | None) -> PromptWriter:
        assert self._model is not None
        if template not in self._writers:
            text = template if template is not None else self._model.chat_template()
            if text is None:  # a base model goes on with what it is given
                text = template_by_id(PLAIN_ID).jinja
            self._channel.emit(Working(command_id, Step.RENDER))
            self._writers[template] = PromptWriter(self._model, text, self._channel.emit)
        return self._writers[template]

    def _bench(self, command: Bench | MeasurePasses) -> None:
        model, load = self._model, self._loaded
        if self._speed is None or model is None or load is None:
            raise EngineError(FailureKind.BENCH, say("engine.no_model_loaded_engine"))
        if isinstance(command, Bench):
            self._channel.emit(self._speed.repetition(command))
            return
        # Imported when it is needed, as below.
        from app.engine.host.measuring.passes import measure_passes

        self._channel.emit(
            measure_passes(
                command,
                model,
                self._abort,
                load.engine,
                load.threads,
                on_processor=not any("gpu" in device.kind for device in self._devices),
            )
        )

    def _render(self, command: RenderChat | CountPicture) -> None:
        if self._model is None:
            raise EngineError(FailureKind.TEMPLATE, say("engine.no_model_loaded_engine"))
        if isinstance(command, CountPicture):
            eyes, width, height = self._model.eyes, command.width, command.height
            if eyes is None:
                raise EngineError(FailureKind.PICTURE, say("pictures.cannot_see"))
            tokens = eyes.count(width, height)
            self._channel.emit(PictureCounted(command.id, width, height, tokens))
            return
        writer = self._writer(command.id, command.template)
        prompt = writer.write(
            command.id, command.messages, thinking=False, opens_answer=command.opens_answer
        )
        self._channel.emit(ChatRendered(command.id, prompt.text, prompt.tokens))

    def _read(
        self,
        command: TextCommand
        | CollectImportance
        | MeasureLayers
        | CountExperts
        | Heal
        | HoldTensors,
    ) -> None:
        if self._model is None or self._make_scorer is None:
            raise EngineError(FailureKind.SCORE, say("engine.no_model_loaded_engine"))
        if isinstance(command, CollectImportance):
            # Imported when it is needed, as the scorer is.
            from app.engine.host.making.importance import collect_importance

            tell = self._channel.emit
            tell(collect_importance(command, self._model, self._abort, tell))
            return
        if isinstance(command, MeasureLayers):
            from app.engine.host.making.influence import measure_layers

            self._channel.emit(
                measure_layers(command, self._model, self._abort, self._channel.emit)
            )
            return
        if isinstance(command, CountExperts):
            from app.engine.host.making.usage import count_experts

            self._channel.emit(count_experts(command, self._model, self._abort, self._channel.emit))
            return
        if isinstance(command, Heal):
            from app.engine.host.making.healing import heal

            self._channel.emit(heal(command, self._model, self._abort, self._channel.emit))
            return
        if isinstance(command, HoldTensors):
            from app.engine.host.making.holding import hold_tensors

            self._channel.emit(hold_tensors(command, self._model, self._abort))
            return
        if self._scorer is None:
            self._scorer = self._make_scorer()
        event = self._scorer.carry_out(command)
        if event is not None:
            self._channel.emit(event)

    def _close_contexts(self) -> None:
        """Give back all but the weights."""
        if self._scorer is not None:
            self._scorer.free()
        if self._speed is not None:
            self._speed.free()
        if self._draft is not None:
            self._draft.free()
        if self._context is not None:
            self._context.free()
        self._draft = self._context = self._generator = self._speed = None
        self._scorer = self._make_scorer = None

    def _unload(self) -> None:
        self._close_contexts()
        if self._model is not None:
            self._model.free()
        self._model = self._loaded = None
        self._writers.clear()


def _check_lock(command: Load, lines: list[str]) -> None:
    if command.engine.locks_memory and LoadSizes(lines).lock_failed:
        raise EngineError(FailureKind.LOAD, say("engine.weights_not_locked"))


def _scorer(model: Model, abort: AbortFlag, load: Load, channel: Channel) -> Scorer:
    # Imported when it is needed: an engine that only answers does without its memory.
    from app.engine.host.measuring.score import Scorer

    return Scorer(model, abort, load.engine, channel.emit)
