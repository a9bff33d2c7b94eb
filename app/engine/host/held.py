"""What an engine has loaded: a model, its contexts, and what works with them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.chats.template_facts import template_facts
from app.core.chats.templates import PLAIN_ID, template_by_id
from app.core.words.sentence import say
from app.engine.host.answering.drafting import Drafting, ModelDrafts
from app.engine.host.answering.generator import Generator
from app.engine.host.answering.prompt import PromptWriter
from app.engine.host.answering.proposing import TextDrafts
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.loading.context import Context, context_for
from app.engine.host.loading.draft import DraftModel, check_takes_back, drafting_price
from app.engine.host.loading.fitting import fitted
from app.engine.host.loading.load_log import LoadSizes
from app.engine.host.loading.model import Model
from app.engine.host.measuring.bench import SpeedTester
from app.engine.host.process.hardening import limit_private_memory
from app.engine.host.process.memory import own_memory
from app.engine.protocol.loading import Device, Load, Loaded, LoadProgress, Reopen, Reopened
from app.engine.protocol.running import FailureKind, Step, Working

if TYPE_CHECKING:
    from app.core.candidates.drafts import Draft
    from app.engine.host.llama.native import NativeLog
    from app.engine.host.measuring.score import Scorer
    from app.engine.host.process.abort import AbortFlag
    from app.engine.host.process.channel import Channel

_PROGRESS_STEP = 0.01


@dataclass(frozen=True, slots=True)
class Ready:
    """A model that commands can be carried out with.

    Attributes:
        load: How it was loaded.
        context: What answers; None where it was loaded without one.
        generator: Answers in that.
        speed: Tests how fast it is, in contexts of its own.
    """

    load: Load
    model: Model
    context: Context | None
    generator: Generator | None
    speed: SpeedTester


class Held:
    """Owns the model and its contexts; everything runs on the worker's thread.

    Args:
        channel: Where events go.
        abort: Ends what is under way.
        log: llama.cpp's.

    Attributes:
        devices: Of this PC, as they were when the engine started.
        repacked_bytes: Copies of weights, left out of needed memory.
    """

    def __init__(self, channel: Channel, abort: AbortFlag, log: NativeLog) -> None:
        self.channel = channel
        self.abort = abort
        self.log = log
        self.devices: list[Device] = []
        self.repacked_bytes = 0
        self._model: Model | None = None
        self._context: Context | None = None
        self._draft: DraftModel | None = None
        self._ready: Ready | None = None
        self._scorer: Scorer | None = None
        self._writers: dict[str | None, PromptWriter] = {}

    @property
    def is_adapted(self) -> bool:
        """Whether adapters change what the model says."""
        return self._model is not None and bool(self._model.adapters.strengths)

    def ready(self, kind: FailureKind) -> Ready:
        """What is loaded; raises EngineError of this kind where nothing is."""
        if self._ready is None:
            raise EngineError(kind, say("engine.no_model_loaded_engine"))
        return self._ready

    def writer(self, command_id: int, template: str | None) -> PromptWriter:
        """Writes prompts by a template, None for the model's own; a model must be loaded."""
        assert self._model is not None
        if template not in self._writers:
            text = template if template is not None else self._model.chat_template()
            if text is None:  # a base model goes on with what it is given
                text = template_by_id(PLAIN_ID).jinja
            self.channel.emit(Working(command_id, Step.RENDER))
            self._writers[template] = PromptWriter(self._model, text, self.channel.emit)
        return self._writers[template]

    def scorer(self) -> Scorer:
        """Reads texts with what is loaded; raises EngineError where nothing is."""
        ready = self.ready(FailureKind.SCORE)
        if self._scorer is None:
            # Imported when it is needed: an engine that only answers does without its memory.
            from app.engine.host.measuring.score import Scorer

            engine = ready.load.engine
            self._scorer = Scorer(ready.model, self.abort, engine, self.channel.emit)
        return self._scorer

    def set_threads(self, threads: int) -> None:
        """Let so many compute, from the next pass on."""
        if self._context is not None:
            self._context.set_threads(threads)
        if self._draft is not None:
            self._draft.context.set_threads(threads)

    # --- loading --------------------------------------------------------------------------

    def load(self, command: Load) -> Loaded:
        """Load a model in the place of another.

        Raises:
            Aborted: Stopped; nothing is loaded.
            EngineError: It cannot be loaded so; nothing is.
        """
        begin_ns = time.perf_counter_ns()
        self._unload()
        limit_private_memory(command.memory_limit_bytes)
        command = replace(command, engine=fitted(command, self.abort, self.log))
        lines = self.log.collect()
        shown = 0.0

        def on_progress(fraction: float) -> None:
            nonlocal shown
            if fraction - shown >= _PROGRESS_STEP or fraction >= 1:
                shown = fraction
                self.channel.emit(LoadProgress(command.id, fraction))

        model = Model(
            command.path, command.engine, self.abort, on_progress, adapters=command.adapters
        )
        self._model = model
        try:
            model.check_writes()
            _check_lock(command, lines)
            sizes, drafting = self._opened(model, command, lines)
        except (EngineError, Aborted, MemoryError):
            self._unload()
            raise
        self.repacked_bytes = sizes.repacked_bytes
        self._begin(model, command, drafting)
        template = model.chat_template()
        facts = template_facts(template or "")
        return Loaded(
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
            devices=sizes.by_device(self.devices),
            memory=own_memory(sizes.repacked_bytes),
            sees=model.eyes is not None,
            projector_bytes=sizes.projector_bytes,
            draft_is_idle=command.draft is not None
            and self._context is not None
            and drafting is None,
        )

    def reopen(self, command: Reopen) -> Reopened:
        """Give the model another context; errors as of :meth:`load`."""
        ready = self.ready(FailureKind.LOAD)
        self._close_contexts()
        load = replace(
            ready.load,
            id=command.id,
            context_tokens=command.context_tokens,
            threads=command.threads,
        )
        try:
            _, drafting = self._opened(ready.model, load, self.log.collect())
        except (EngineError, Aborted, MemoryError):
            self._unload()
            raise
        self._begin(ready.model, load, drafting)
        return Reopened(command.id, self._context.size_tokens if self._context is not None else 0)

    def _opened(
        self, model: Model, command: Load, lines: list[str]
    ) -> tuple[LoadSizes, Drafting | None]:
        """Make the contexts of a load, if any; ``lines`` tell of what they took."""
        draft = command.draft
        rows = 1 if draft is None else 1 + draft.most_tokens
        drafting: Drafting | None = None
        if command.context_tokens > 0:
            self._open_eyes(model, command)
            self._context = context_for(model, command, self.abort, rows)
        sizes = LoadSizes(lines, maps_file=command.engine.maps_file)
        if draft is not None and self._context is not None:
            drafting = self._load_draft(self._context, command, draft, sizes)
        return sizes, drafting

    def _begin(self, model: Model, command: Load, drafting: Drafting | None) -> None:
        """Make ready what works with the contexts."""
        own = self._draft.context if self._draft is not None else None
        speed = SpeedTester(model, self.abort, command.engine, own)
        generator: Generator | None = None
        if self._context is not None:
            generator = Generator(self.channel, self._context, self.repacked_bytes, drafting)
        self._ready = Ready(command, model, self._context, generator, speed)
        if self._context is not None:
            _warm_up(self._context)

    def _load_draft(
        self, context: Context, command: Load, draft: Draft, sizes: LoadSizes
    ) -> Drafting | None:
        """What proposes tokens, where that can pay; its memory is added to the sizes."""
        check_takes_back(context, command.path)
        drafts, own = TextDrafts(), None
        if draft.path:
            lines = self.log.collect()
            self._draft = DraftModel(command, self.abort)
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

            model.eyes = Eyes(model, command, self.log)

    def _close_contexts(self) -> None:
        """Give back all but the weights."""
        if self._scorer is not None:
            self._scorer.free()
        if self._ready is not None:
            self._ready.speed.free()
        if self._draft is not None:
            self._draft.free()
        if self._context is not None:
            self._context.free()
        self._scorer = self._ready = self._draft = self._context = None

    def _unload(self) -> None:
        self._close_contexts()
        if self._model is not None:
            self._model.free()
        self._model = None
        self._writers.clear()


def _check_lock(command: Load, lines: list[str]) -> None:
    if command.engine.locks_memory and LoadSizes(lines).lock_failed:
        raise EngineError(FailureKind.LOAD, say("engine.weights_not_locked"))


def _warm_up(context: Context) -> None:
    """Let what is done once fall into the load and not into an answer."""
    _ = context.model.own_marks
    context.decode([0])
    context.synchronize()
    context.clear()
