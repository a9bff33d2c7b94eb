"""What is predicted of a model from its header, against what is then measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.chat import Message, Role
from app.core.settings import KvType, SamplingSettings
from app.core.speed import predict_speed
from app.core.token_work import token_work
from app.engine import messages as m
from app.lab.bandwidth import MachineSpeed
from app.lab.bench import Bench, BenchPlan
from app.lab.calls import EngineCalls
from app.lab.fit import Fitter, measured_run
from app.lab.quantize import quantize
from app.lab.speeds import speed_store
from app.library.model_files import open_model_file, read_shards
from app.monitor.machine import available_memory_bytes, physical_core_count
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, limit_figure, tell
from tests.benchmarks.llama_tools import cache_dir
from tests.helpers.architectures import USEFUL, Size, write_architecture

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.speed import MeasuredRun

LETTER = "h"
HOW = (
    "random-weight models in llama.cpp's own architectures. Memory: the plan from the header alone "
    "(its weights a hole) against the needed memory of an engine whose context is full. Speed: the "
    "prediction from the header and this PC's kernels against tg64 of `bench`, before any "
    "measurement, and after one run of the family's Q8_0."
)

_DESIGNS = ("llama", "qwen2", "gemma3", "mixtral", "qwen2moe", "mamba", "jamba", "falcon-h1")
_QUICK = ("llama", "gemma3", "mamba")
_CONTEXTS = (1024, 4096)
_LEVELS = ("F16", "Q4_K_M", "Q2_K", "IQ4_XS")
_MEMORY_SHARE, _MEMORY_BYTES = 0.05, 40_000_000
_SPEED_BEFORE, _SPEED_AFTER = 0.25, 0.10
# Digits are tokens by themselves.
_DIGIT = "7"
_TEMPLATE_TOKENS, _ANSWER_TOKENS = 64, 16


def measure(run: Run) -> list[Figure]:
    """Take all models; memory first."""
    names = _QUICK if run.quick else _DESIGNS
    figures: list[Figure] = []
    for name in names:
        figures.append(_memory(run, name))
        figures += _speed(run, name)
    return figures


def size_of(name: str) -> Size:
    """Large enough to be timed; a mixture of large experts gets fewer layers."""
    return replace(USEFUL, layers=4) if name == "mixtral" else USEFUL


def model_at(name: str, level: str, folder: Path) -> Path:
    """The random model at one level, made where it is missing."""
    source = cache_dir() / f"fit-{name}-F16.gguf"
    if not source.exists():
        partial = source.with_suffix(".part")
        write_architecture(partial, name, size_of(name)).replace(source)
    target = cache_dir() / f"fit-{name}-{level}.gguf"
    if not target.exists():
        quantize(
            source,
            target,
            level,
            threads=physical_core_count(),
            folder=folder,
            on_progress=lambda _done, _total: None,
        )
    return target


def needed_bytes(
    path: Path, context: int, kv_type: KvType, threads: int, folder: Path
) -> int | None:
    """What an engine with a full context was measured to need."""
    with EngineCalls("fit-errors", folder) as engine:
        load = m.Load(engine.next_id(), str(path), context, threads, kv_type=kv_type)
        engine.call(load, m.Loaded)
        prompt = _DIGIT * (context - _TEMPLATE_TOKENS - _ANSWER_TOKENS)
        generate = m.Generate(
            engine.next_id(),
            [Message(Role.USER, prompt)],
            SamplingSettings(max_tokens=_ANSWER_TOKENS),
        )
        return engine.call(generate, m.Finished).memory.needed_bytes


def _memory(run: Run, name: str) -> Figure:
    paths = Paths.below(run.home)
    paths.create()
    model = model_at(name, "Q4_K_M", paths.state)
    header = _header_of(model, run.home / f"{name}.gguf")
    worst = 0.0
    with Fitter(paths.state, available_memory_bytes, speed_store(paths), run.threads) as fitter:
        for context in _CONTEXTS[:1] if run.quick else _CONTEXTS:
            for kv_type in (KvType.F16, KvType.Q8_0):
                needs = fitter.fit(header, context, kv_type).needs
                measured = needed_bytes(model, context, kv_type, run.threads, paths.state)
                if measured is None:
                    return Figure(LETTER, f"memory, {name}", "", "not told by this system", None)
                error = needs.total_bytes - measured
                allowed = max(_MEMORY_SHARE * measured, _MEMORY_BYTES)
                worst = max(worst, abs(error) / allowed)
                tell(
                    f"  {name} ctx {context} KV {kv_type}: predicted "
                    f"{needs.total_bytes / 1e6:.1f}, measured {measured / 1e6:.1f} MB, "
                    f"error {error / 1e6:+.1f} MB ({error / measured:+.1%})"
                )
    title = f"predicted memory, {name}: worst error, in shares of what is allowed"
    return limit_figure(LETTER, title, worst, 1.0, "")


def _header_of(model: Path, target: Path) -> Path:
    """The header alone in a file of the same size, as the Models page lays it out."""
    [shard] = read_shards(model)
    with model.open("rb") as source, target.open("wb") as file:
        file.write(source.read(shard.header.data_offset))
        file.truncate(shard.file_bytes)
    return target


def _speed(run: Run, name: str) -> list[Figure]:
    paths = Paths.below(run.home)
    threads = run.threads
    levels = ("Q8_0", *(_LEVELS[1:2] if run.quick else _LEVELS))
    files = [model_at(name, level, paths.state) for level in levels]
    errors: list[tuple[float, float]] = []
    known: list[MeasuredRun] = []
    speeds = MachineSpeed(speed_store(paths))
    for level, path in zip(levels, files, strict=True):
        model = open_model_file(path)
        work = token_work([t for s in read_shards(path) for t in s.header.tensors], model)
        with EngineCalls("fit-kernels", paths.state) as engine:
            rates = speeds.rates(work.bytes_by_type.keys(), threads, engine)
        plan = BenchPlan(0, 64, 0, run.count(5, 2), threads)
        row = Bench(plan, paths.state, available_memory_bytes, lambda *_: None).run([path]).rows[0]
        if row.mean is None:
            tell(f"  {name} {level}: {row.error}")
            continue
        first = predict_speed(work, model, rates, (), 32).tokens_per_second
        second = predict_speed(work, model, rates, known, 32).tokens_per_second
        before, after = first / row.mean - 1, second / row.mean - 1
        tell(
            f"  {name} {level}: measured {row.mean:.1f} tok/s, predicted {first:.1f} "
            f"({before:+.1%}), after one run {second:.1f} ({after:+.1%})"
        )
        errors.append((before, after))
        if not known:
            known.append(measured_run(str(path), threads, 0, row.test, row.mean))
    if len(errors) < 2:
        return []
    worst = max(abs(before) for before, _ in errors)
    worst_after = max(abs(after) for _, after in errors[1:])
    title = f"predicted speed, {name}: worst error"
    return [
        limit_figure(LETTER, title, 100 * worst, 100 * _SPEED_BEFORE, "%"),
        limit_figure(LETTER, f"{title} after one run", 100 * worst_after, 100 * _SPEED_AFTER, "%"),
    ]
