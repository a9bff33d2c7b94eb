"""What a model file will need and how fast it will be on this PC, from its header alone.

llama.cpp says what it would allocate, in an engine process of its own that stays for the next
question; this PC's measured speeds say the rest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from app.core.errors import PersonError
from app.core.fit import (
    DeviceShare,
    Judgement,
    Needs,
    Verdict,
    judge,
    judge_devices,
    layer_bytes,
    layers_that_fit,
    overhead_bytes,
    share_out,
)
from app.core.model_file import ModelFile
from app.core.settings import DEFAULT_CONTEXT_TOKENS, FlashAttention, KvType
from app.core.speed import MeasuredRun, SpeedPrediction, predict_speed, token_work
from app.engine import messages as m
from app.lab.bandwidth import MachineSpeed
from app.lab.calls import EngineCalls
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from app.core.fit import LayerBytes
    from app.core.gguf import TensorInfo
    from app.lab.bench import BenchResult
    from app.store.speeds import SpeedStore

log = logging.getLogger(__name__)

# llama.cpp prints sizes from one GiB on with two digits behind the point.
_ROUNDING_BYTES = 6 << 20
_ALL_LAYERS = -1


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer about one model file.

    Attributes:
        model: Its facts.
        context_tokens: Size of the context that was asked about, within what the model allows.
        needs: Part by part.
        available_bytes: What engines may use of the PC's memory now.
        judgement: Whether it fits, and why.
        devices: Who would hold what.
        gpu_layers: How many layers to put on a GPU; None where there is none.
        speed: While generating; None where this PC could not be measured.
    """

    model: ModelFile
    context_tokens: int
    kv_type: KvType
    needs: Needs
    available_bytes: int
    judgement: Judgement
    devices: tuple[DeviceShare, ...]
    gpu_layers: int | None
    speed: SpeedPrediction | None


class Fitter:
    """Answers for one file after the other; a context manager, for one thread.

    Args:
        folder: Working folder of its engine.
        available_bytes: What engines may use of the PC's memory now.
        speeds: This PC's measured speeds.
        threads: That an engine will have alone.
    """

    def __init__(
        self,
        folder: Path,
        available_bytes: Callable[[], int],
        speeds: SpeedStore,
        threads: int,
    ) -> None:
        self._folder = folder
        self._available_bytes = available_bytes
        self._speeds = speeds
        self._machine = MachineSpeed(speeds)
        self._threads = threads
        self._engine: EngineCalls | None = None

    def __enter__(self) -> Self:
        """The engine starts with the first question."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the engine."""
        self.close()

    def close(self) -> None:
        """End the engine; the next question starts another."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def fit(
        self,
        path: Path,
        context_tokens: int | None = None,
        kv_type: KvType = KvType.F16,
        flash_attention: FlashAttention = FlashAttention.AUTO,
    ) -> Fit:
        """Say what a model file will need and how fast it will be.

        Args:
            path: The file, or the first shard; its weights may be a hole in it.
            context_tokens: Size of the context; what candidates get by default when left out.
            kv_type: Number format of keys and values.
            flash_attention: As it will be loaded.

        Raises:
            PersonError: The header is broken, or llama.cpp refuses it; the sentence says why.
        """
        shards = read_shards(path)
        model = ModelFile.from_headers(shards)
        tensors = [tensor for shard in shards for tensor in shard.header.tensors]
        question = _Question(
            model, layer_bytes(tensors, model.block_count), kv_type, flash_attention
        )
        wanted = context_tokens or DEFAULT_CONTEXT_TOKENS
        plan = self._plan(question, wanted, _ALL_LAYERS)
        needs = _needs(model, plan)
        shares = _shares(question, plan, needs)
        gpu_layers = _gpu_layers(question, plan, needs, shares)
        if gpu_layers is not None and gpu_layers <= model.block_count:
            plan = self._plan(question, wanted, gpu_layers)
            needs = _needs(model, plan)
            shares = _shares(question, plan, needs)
        available = self._available_bytes()
        return Fit(
            model=model,
            context_tokens=plan.context_tokens,
            kv_type=kv_type,
            needs=needs,
            available_bytes=available,
            judgement=judge_devices(needs, shares, available),
            devices=tuple(shares),
            gpu_layers=gpu_layers,
            speed=None if gpu_layers else self._speed(model, tensors, kv_type),
        )

    def _speed(
        self, model: ModelFile, tensors: list[TensorInfo], kv_type: KvType
    ) -> SpeedPrediction | None:
        work = token_work(tensors, model, str(kv_type))
        try:
            rates = self._machine.rates(work.bytes_by_type.keys(), self._threads, self._running())
        except PersonError as error:
            log.warning("this PC's speed was not measured: %s %s", error, error.detail)
            self.close()
            return None
        return predict_speed(work, model, rates, self._speeds.runs())

    def _plan(self, question: _Question, context_tokens: int, gpu_layers: int) -> m.Predicted:
        engine = self._running()
        command = m.Predict(
            id=engine.next_id(),
            path=str(question.model.path.absolute()),
            context_tokens=context_tokens,
            threads=self._threads,
            gpu_layers=gpu_layers,
            kv_type=question.kv_type,
            flash_attention=question.flash_attention,
        )
        try:
            return engine.call(command, m.Predicted)
        except PersonError:
            self.close()  # it may be dead; the next file deserves a living one
            raise

    def _running(self) -> EngineCalls:
        if self._engine is None:
            self._engine = EngineCalls("fit", self._folder).__enter__()
        return self._engine


@dataclass(frozen=True, slots=True)
class _Question:
    """What stays the same while one file is asked about."""

    model: ModelFile
    weights: LayerBytes
    kv_type: KvType
    flash_attention: FlashAttention


def _needs(model: ModelFile, plan: m.Predicted) -> Needs:
    printed = plan.weights_bytes
    is_rounded = abs(printed - model.tensor_bytes) <= _ROUNDING_BYTES
    return Needs(
        weights_bytes=model.tensor_bytes if is_rounded else printed,
        kv_bytes=plan.kv_bytes,
        compute_bytes=plan.compute_bytes,
        output_bytes=plan.output_bytes,
        overhead_bytes=overhead_bytes(plan.vocabulary_size),
    )


def _shares(question: _Question, plan: m.Predicted, needs: Needs) -> list[DeviceShare]:
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


def _gpu_layers(
    question: _Question, plan: m.Predicted, needs: Needs, shares: list[DeviceShare]
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


def remember_bench(result: BenchResult, speeds: SpeedStore) -> None:
    """Keep the generation speeds of a measurement, so that later predictions are corrected."""
    for row in result.rows:
        if not row.test.startswith("tg") or row.mean is None:
            continue
        try:
            run = measured_run(row.file, row.threads, row.depth, row.test, row.mean)
        except PersonError as error:
            log.warning("a measured speed was not kept: %s", error)
            continue
        speeds.add_run(run)


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
