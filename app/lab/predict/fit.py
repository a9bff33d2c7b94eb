"""What a model file will need and how fast it will be on this PC, from its header alone.

llama.cpp says what it would allocate, in an engine process of its own that stays for the next
question; this PC's measured speeds say the rest.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from dataclasses import replace as replace_fit
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, USUAL_ENGINE, EngineSettings
from app.core.errors import PersonError
from app.core.memory.devices import Question, settle, with_room
from app.core.memory.fit import (
    DeviceShare,
    FitJudgement,
    judge_devices,
    kept_tensors,
    layer_bytes,
)
from app.core.memory.speed import (
    Basis,
    MachineRates,
    MeasuredRun,
    SpeedPrediction,
    bytes_from_disk,
    expected_speed,
    predict_speed,
    slowed_by_disk,
)
from app.core.memory.token_work import TokenWork, token_work
from app.core.models.experts import as_run
from app.core.models.model_file import ModelFile
from app.core.statistics.describe import mean
from app.engine.protocol.loading import Predict, Predicted
from app.lab.engines.plans import needs_of
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.predict.disk import disk_rate
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.memory.estimate import Needs
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom
    from app.lab.speed.bench import BenchResult, BenchRow
    from app.lab.speed.calm import Calm
    from app.store.small.speeds import SpeedStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer about one model file.

    Attributes:
        model: Its facts.
        context_tokens: Size of the context that was asked about, within what the model allows.
        engine: As it will be loaded.
        needs: Part by part.
        available_bytes: What engines may use of the PC's memory now.
        judgement: Whether it fits, and why.
        devices: Who would hold what.
        gpu_layers: How many layers to put on a GPU; None where there is none.
        speed: While generating; None where this PC could not be measured, or was not asked yet.
        work: What a token takes of the processor, from which the speed follows; None where GPUs
            take all of it.
        disk_bytes: How much of the weights each token reads from disk: what does not fit runs so.
        parts_bytes: What adapters, a projector and a draft have of ``needs.weights_bytes``.
        rates: How fast this PC reads such weights; None where that was not asked.
    """

    model: ModelFile
    context_tokens: int
    engine: EngineSettings
    needs: Needs
    available_bytes: int
    judgement: FitJudgement
    devices: tuple[DeviceShare, ...]
    gpu_layers: int | None
    speed: SpeedPrediction | None
    work: TokenWork | None = None
    disk_bytes: float = 0.0
    parts_bytes: int = 0
    rates: MachineRates | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Predicted for generating; None where it could not be."""
        return None if self.speed is None else self.speed.tokens_per_second

    @property
    def tokens_per_second_when_full(self) -> float | None:
        """The same with the whole context in use; None also where weights come from disk."""
        known, work, rates = self.tokens_per_second, self.work, self.rates
        if known is None or work is None or rates is None or self.disk_bytes:
            return None
        slower = expected_speed(work, rates, self.context_tokens) / expected_speed(work, rates)
        return known * slower


class Fitter:
    """Answers for one file after the other; a context manager, for one thread.

    Args:
        room: Where its engine is, with what llama.cpp said before; where the room knows nothing
            of that, every question is put to an engine.
        speeds: This PC's measured speeds.
        threads: That an engine will have alone.
        patience_s: Of one answer: after this time nothing more of the PC is measured for it, and
            the rest is left for the next one. None measures all that is missing.
        calm: Judges whether other programs disturb what is measured of the PC.
    """

    def __init__(
        self,
        room: EngineRoom,
        speeds: SpeedStore,
        threads: int,
        patience_s: float | None = None,
        calm: Calm | None = None,
    ) -> None:
        self._room = room
        self._speeds = speeds
        self._machine = MachineSpeed(speeds, calm)
        self._threads = threads
        self._patience_s = patience_s
        self._engine: EngineCalls | None = None
        self._is_borrowed = False

    def __enter__(self) -> Self:
        """The engine starts with the first question that needs it."""
        return self

    def prepare(self) -> None:
        """Start the engine for a question that will come; returns at once.

        Raises:
            PersonError: The operating system refuses.
        """
        self._running().start()

    def borrow(self, engine: EngineCalls) -> None:
        """Ask an engine of somebody else's, which goes on whatever happens here."""
        self.close()
        self._engine, self._is_borrowed = engine, True

    def __exit__(self, *_error: object) -> None:
        """End the engine."""
        self.close()

    def close(self) -> None:
        """End the engine; the next question starts another."""
        engine, self._engine = self._engine, None
        if engine is not None and not self._is_borrowed:
            engine.close()
        self._is_borrowed = False

    def fit(
        self,
        path: Path,
        context_tokens: int | None = None,
        engine: EngineSettings = USUAL_ENGINE,
        parts_bytes: int = 0,
    ) -> Fit:
        """Say what a model file will need and how fast it will be.

        Args:
            path: The file, or the first shard; its weights may be a hole in it.
            context_tokens: Size of the context; what candidates get by default when left out.
            engine: As it will be loaded.
            parts_bytes: What its adapters, its projector and its draft take beside its weights.

        Raises:
            NoCandidateError: It is no language model.
            PersonError: The header is broken, or llama.cpp refuses it; the sentence says why.
        """
        begin_s = time.monotonic()
        return self.with_speed(self.memory(path, context_tokens, engine, parts_bytes), begin_s)

    def memory(
        self,
        path: Path,
        context_tokens: int | None = None,
        engine: EngineSettings = USUAL_ENGINE,
        parts_bytes: int = 0,
    ) -> Fit:
        """Say what a model file will need: at once, nothing of this PC is measured for it.

        Args and errors are those of :meth:`fit`.
        """
        shards = read_shards(path)
        model = ModelFile.from_headers(shards)
        model.check_answers()
        model = as_run(model, engine)
        tensors = [tensor for shard in shards for tensor in shard.header.tensors]
        weights = layer_bytes(tensors, model.block_count, engine.cpu_experts, parts_bytes)
        question = Question(model, weights, engine)
        wanted = context_tokens or DEFAULT_CONTEXT_TOKENS
        plan, sharing = settle(
            question,
            lambda layers: self._plan(question, wanted, layers),
            lambda plan: needs_of(model, plan, parts_bytes),
        )
        needs, gpu_layers = sharing.needs, sharing.gpu_layers
        available = self._room.budget_bytes()
        judgement = judge_devices(needs, sharing.shares, available)
        # A GPU's kernels are not measured: beside them the processor's layers are what takes long.
        on_gpus = sum(share.layers for share in sharing.shares if share.kind == "gpu")
        kept = kept_tensors(tensors, model.block_count, on_gpus) if on_gpus else tensors
        work = token_work(kept, model, engine) if kept else None
        disk_bytes = 0.0
        if work is not None and engine.maps_file and not on_gpus:
            disk_bytes = bytes_from_disk(work, model, judgement, needs.weights_bytes)
        return Fit(
            model=model,
            context_tokens=plan.context_tokens,
            engine=engine,
            needs=needs,
            available_bytes=available,
            judgement=replace_fit(judgement, from_disk=disk_bytes > 0),
            devices=tuple(with_room(share, available) for share in sharing.shares),
            gpu_layers=gpu_layers,
            speed=None,
            work=work,
            disk_bytes=disk_bytes,
            parts_bytes=parts_bytes,
        )

    def with_speed(self, fit: Fit, begin_s: float | None = None) -> Fit:
        """The same answer with the speed; measures what is not known of this PC yet.

        Args:
            fit: What :meth:`memory` said.
            begin_s: Since when somebody waits, of the monotonic clock; from now on when left out.
        """
        if fit.work is None:
            return fit
        begin_s = time.monotonic() if begin_s is None else begin_s
        on_gpu = any(share.layers for share in fit.devices if share.kind == "gpu")
        plain = not fit.disk_bytes and not on_gpu
        rates = self.rates(fit.work, begin_s)
        if rates is None:
            return fit
        # Runs of what was read from disk would count the disk twice, those on a GPU its part.
        runs = self._speeds.runs() if plain else ()
        speed: SpeedPrediction | None = predict_speed(fit.work, fit.model, rates, runs)
        if on_gpu:
            speed = replace_fit(speed, basis=Basis.PARTLY_GPU)
        if fit.disk_bytes:
            rate = disk_rate(fit.model.path, self._speeds)
            speed = slowed_by_disk(speed, fit.disk_bytes, rate) if rate else None
        return replace_fit(fit, speed=speed, rates=rates)

    def rates(self, work: TokenWork, begin_s: float) -> MachineRates | None:
        """How fast this PC's processor reads such weights; measures what is not known yet.

        Args:
            work: What a token takes.
            begin_s: Since when somebody waits, of the monotonic clock.

        Returns:
            None where that cannot be measured.
        """
        types = sorted(work.bytes_by_type, key=lambda type_id: -work.bytes_by_type[type_id])

        def enough() -> bool:
            waited_s = time.monotonic() - begin_s
            return self._patience_s is not None and waited_s > self._patience_s

        try:
            # An engine is not started only to measure again what was spoilt before.
            again = self._engine is not None
            engine = self._running()
            return self._machine.rates(types, self._threads, engine, enough, again=again)
        except PersonError as error:
            log.warning("this PC's speed was not measured: %s %s", error, error.detail)
            self.close()
            return None

    def _plan(self, question: Question, context_tokens: int, gpu_layers: int | None) -> Predicted:
        plans = self._room.plans
        if plans is None or gpu_layers is not None:
            return self._asked(question, context_tokens, gpu_layers)
        how = (question.model, context_tokens, question.engine)
        plan = plans.find(*how)
        if plan is None:
            plan = self._asked(question, context_tokens, gpu_layers)
            plans.keep(*how, plan)
        return plan

    def _asked(self, question: Question, context_tokens: int, gpu_layers: int | None) -> Predicted:
        engine = self._running()
        command = Predict(
            id=engine.next_id(),
            path=str(question.model.path.absolute()),
            context_tokens=context_tokens,
            threads=self._threads,
            engine=replace(question.engine, gpu_layers=gpu_layers),
        )
        try:
            return engine.call(command, Predicted)
        except PersonError:
            self.close()  # it may be dead; the next file deserves a living one
            raise

    def _running(self) -> EngineCalls:
        if self._engine is None:
            self._engine = self._room.calls("fit")
        return self._engine


def remember_bench(result: BenchResult, speeds: SpeedStore) -> list[BenchRow]:
    """Keep the generation speeds of a measurement, so that later predictions are corrected.

    Repetitions count during which other programs left the engine its cores.

    Returns:
        The rows of which no repetition counts.
    """
    disturbed: list[BenchRow] = []
    for row in result.rows:
        if not row.test.startswith("tg") or not row.samples or not _is_usual(row.candidate):
            continue
        if not row.calm_samples:
            disturbed.append(row)
            continue
        speed = mean(row.calm_samples)
        try:
            run = measured_run(row.file, row.threads, row.depth, row.test, speed)
        except PersonError as error:
            log.warning("a measured speed was not kept: %s", error)
            continue
        speeds.add_run(run)
    return disturbed


def _is_usual(candidate: Candidate) -> bool:
    """Whether it was loaded as those are whose speed is predicted."""
    engine = replace(candidate.engine, context_tokens=None, threads=None)
    return engine == EngineSettings() and candidate.draft is None


def measured_run(
    path: str, threads: int, depth_tokens: int, test: str, tokens_per_second: float
) -> MeasuredRun:
    """A generation test as a run to remember.

    Raises:
        PersonError: The file's header cannot be read any more.
    """
    shards = read_shards(path)
    model = ModelFile.from_headers(shards)
    tensors = [tensor for shard in shards for tensor in shard.header.tensors]
    generated = int(test.removeprefix("tg"))
    return MeasuredRun(
        family_key=model.family_key,
        level_name=model.level_name,
        work=token_work(tensors, model),
        depth_tokens=depth_tokens + generated // 2,
        threads=threads,
        tokens_per_second=tokens_per_second,
    )
