"""What is predicted of a model from its header, against what is then measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import EngineSettings, KvType, SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.memory.speed import predict_speed
from app.core.memory.token_work import token_work
from app.core.statistics.describe import median
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded
from app.lab.engines.calls import EngineCalls
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.predict.fit import Fitter, measured_run
from app.lab.shrink.quantize import quantize
from app.lab.speed.bench import Bench, BenchPlan
from app.library.model_files import open_model_file, read_shards
from app.monitor.machine import available_memory_bytes, physical_core_count
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore
from tests.benchmarks.figures import Figure, Run, limit_figure, tell
from tests.benchmarks.llama_tools import cache_dir
from tests.benchmarks.model_holes import hollow
from tests.helpers.architectures import USEFUL, Size, write_architecture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from app.core.memory.speed import MachineRates, MeasuredRun
    from app.core.memory.token_work import TokenWork
    from app.core.models.model_file import ModelFile

LETTER = "h"
HOW = (
    "random-weight models in llama.cpp's own architectures. Memory: the plan from the header alone "
    "(its weights a hole) against the needed memory of an engine whose context is full. Speed: the "
    "prediction from the header and this PC's kernels against tg64 of `bench`, before any "
    "measurement, and after one run of the family's Q8_0. Every design is visited five times, "
    "minutes apart: a round of the kernels, then the four levels' runs with their repetitions "
    "interleaved. Memory and cores of a shared PC change by a fifth within minutes, so each design "
    "measures its kernels for itself, close to its runs; of seven rounds and of five visits the "
    "medians count."
)

_FIRST = "llama"
_DESIGNS = (
    _FIRST,
    "qwen2",
    "gemma3",
    "mixtral",
    "qwen2moe",
    "mamba",
    "jamba",
    "falcon-h1",
    "deepseek2",
)
_QUICK = (_FIRST, "gemma3", "mamba")
_CONTEXTS = (1024, 8192)
LEVELS = ("Q8_0", "F16", "Q4_K_M", "Q2_K")
_QUICK_LEVELS = ("Q8_0", "Q4_K_M")
# A full context costs minutes in more layers than these, which hold each kind of layer.
_MEMORY_LAYERS = 6
_MEMORY_SHARE, _MEMORY_BYTES = 0.05, 40_000_000
_SPEED_BEFORE, _SPEED_AFTER = 0.25, 0.10
_VISITS, _LAST_ROUNDS, _REPETITIONS = 5, 2, 5
_GENERATED_TOKENS = 64
# What such a test's context holds on the average.
_DEPTH_TOKENS = _GENERATED_TOKENS // 2
# Digits are tokens by themselves.
_DIGIT = "7"
_TEMPLATE_TOKENS, _ANSWER_TOKENS = 64, 16


def measure(run: Run) -> list[Figure]:
    """Take all models; memory first."""
    names = _QUICK if run.quick else _DESIGNS
    return [*(_memory(run, name) for name in names), *_speeds(run, names)]


def size_of(name: str) -> Size:
    """Large enough to be timed; a mixture of large experts gets fewer layers."""
    if name == "mixtral":
        return replace(USEFUL, layers=4)
    if name in {"qwen2moe", "deepseek2"}:
        # Its experts are a third as wide, and their rows must suit every level.
        return replace(USEFUL, feed_forward=2304)
    return USEFUL


def model_at(name: str, level: str, folder: Path, size: Size | None = None) -> Path:
    """The random model at one level, made where it is missing."""
    size = size or size_of(name)
    stem = f"fit-{name}-{size.layers}x{size.feed_forward}"
    source = cache_dir() / f"{stem}-F16.gguf"
    if not source.exists():
        partial = source.with_suffix(".part")
        write_architecture(partial, name, size).replace(source)
    target = cache_dir() / f"{stem}-{level}.gguf"
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
    with EngineCalls("fit-errors", LocalEngines(folder)) as engine:
        load = Load(engine.next_id(), str(path), context, threads, EngineSettings(kv_type=kv_type))
        engine.call(load, Loaded)
        prompt = _DIGIT * (context - _TEMPLATE_TOKENS - _ANSWER_TOKENS)
        generate = Generate(
            engine.next_id(),
            [Message(Role.USER, prompt)],
            SamplingSettings(max_tokens=_ANSWER_TOKENS),
        )
        return engine.call(generate, Finished).memory.needed_bytes


def _memory(run: Run, name: str) -> Figure:
    paths = Paths.below(run.home)
    paths.create()
    size = replace(size_of(name), layers=min(size_of(name).layers, _MEMORY_LAYERS))
    model = model_at(name, "Q4_K_M", paths.state, size)
    header = hollow(model, run.home / f"{name}.gguf")
    worst = 0.0
    with Fitter(EngineRoom(paths.state), speed_store(paths), run.threads) as fitter:
        for context, kv_type in _cases(name, quick=run.quick):
            needs = fitter.fit(header, context, EngineSettings(kv_type=kv_type)).needs
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


def _cases(name: str, *, quick: bool) -> list[tuple[int, KvType]]:
    """Contexts and KV types; the long one at q8_0 takes a minute, and is taken of one model."""
    short, long = _CONTEXTS
    cases = [(short, KvType.F16), (short, KvType.Q8_0)]
    if not quick:
        cases.append((long, KvType.F16))
        if name == _FIRST:
            cases.append((long, KvType.Q8_0))
    return cases


def _speeds(run: Run, names: Sequence[str]) -> list[Figure]:
    """Visit every design more than once, minutes apart.

    Then predictions are held against the median of its visits.
    """
    visits: dict[tuple[str, str], list[float]] = {}
    visits_of_each = run.count(_VISITS, 1)
    for number in range(visits_of_each):
        for name in names:
            _measure_kernels(run, name, 1)
            speeds = _visit(run, name)
            for level, speed in speeds.items():
                visits.setdefault((name, level), []).append(speed)
            told = ", ".join(f"{level} {speed:.1f}" for level, speed in speeds.items())
            tell(f"  {name}, visit {number + 1} of {visits_of_each}: {told} tok/s")
    figures: list[Figure] = []
    for name in names:
        measured = {
            level: median(visits[name, level]) for level in _levels(run) if (name, level) in visits
        }
        figures += _errors(run, name, measured)
    return figures


def _errors(run: Run, name: str, measured: Mapping[str, float]) -> list[Figure]:
    """The worst level, before any run, and after one of the first level."""
    rates = _measure_kernels(run, name, _LAST_ROUNDS)
    before: list[float] = []
    after: list[float] = []
    known: list[MeasuredRun] = []
    for level, speed in measured.items():
        path = model_at(name, level, Paths.below(run.home).state)
        model = open_model_file(path)
        work = _work(path, model)
        first = predict_speed(work, model, rates, (), _DEPTH_TOKENS).tokens_per_second
        second = predict_speed(work, model, rates, known, _DEPTH_TOKENS).tokens_per_second
        before.append(first / speed - 1)
        after.append(second / speed - 1)
        tell(
            f"  {name} {level}: measured {speed:.1f} tok/s; predicted {first:.1f} "
            f"({before[-1]:+.1%}), after one run {second:.1f} ({after[-1]:+.1%})"
        )
        if not known:
            test = f"tg{_GENERATED_TOKENS}"
            known.append(measured_run(str(path), run.threads, 0, test, speed))
    if len(before) < 2:
        return []
    worst, worst_after = max(map(abs, before)), max(map(abs, after[1:]))
    title = f"predicted speed, {name}: worst error"
    return [
        limit_figure(LETTER, title, 100 * worst, 100 * _SPEED_BEFORE, "%"),
        limit_figure(LETTER, f"{title} after one run", 100 * worst_after, 100 * _SPEED_AFTER, "%"),
    ]


def _work(path: Path, model: ModelFile) -> TokenWork:
    tensors = [tensor for shard in read_shards(path) for tensor in shard.header.tensors]
    return token_work(tensors, model)


def _measure_kernels(run: Run, name: str, rounds: int) -> MachineRates:
    """The rates of this PC as a design knows them, after so many rounds more."""
    paths = Paths.below(run.home)
    types: dict[int, None] = {}
    for level in _levels(run):
        path = model_at(name, level, paths.state)
        types |= dict.fromkeys(_work(path, open_model_file(path)).bytes_by_type)
    # Each is measured with one thread too.
    left = 2 * len(types) * rounds

    def enough() -> bool:
        nonlocal left
        left -= 1
        return left <= 0

    store = SpeedStore(run.home / f"speeds-{name}.sqlite3", "this PC")
    with EngineCalls("fit-kernels", LocalEngines(paths.state)) as engine:
        return MachineSpeed(store).rates(types, run.threads, engine, enough)


def _visit(run: Run, name: str) -> dict[str, float]:
    """Tokens a second by level: medians of repetitions that interleave."""
    folder = Paths.below(run.home).state
    files = [model_at(name, level, folder) for level in _levels(run)]
    plan = BenchPlan(0, _GENERATED_TOKENS, 0, run.count(_REPETITIONS, 2), run.threads)
    bench = Bench(plan, EngineRoom(folder, available_memory_bytes), lambda *_: None).run(
        list(map(candidate_of, files))
    )
    for row in bench.rows:
        if not row.samples:
            tell(f"  {name} {row.level}: {row.error}")
    return {
        level: median(row.samples)
        for level, row in zip(_levels(run), bench.rows, strict=True)
        if row.samples
    }


def _levels(run: Run) -> tuple[str, ...]:
    return _QUICK_LEVELS if run.quick else LEVELS
