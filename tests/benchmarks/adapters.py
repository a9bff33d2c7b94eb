"""(x) What a LoRA adapter costs: time of a token, memory beside what is predicted."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile
from app.engine.protocol.measuring import Bench, BenchSample
from app.lab.engines.adapters import adapter_bytes
from app.lab.engines.loading import NO_CONTEXT
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.ladder.memory import measure_memory
from app.lab.predict.fit import Fitter
from app.library.model_files import open_model_file
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls

RANK = 16
ATTENTION = ("attn_q", "attn_k", "attn_v", "attn_output")
EVERY = (*ATTENTION, "ffn_gate", "ffn_up", "ffn_down")
FORMS = (
    ("the attention, F32", ATTENTION, False),
    ("the attention, F16", ATTENTION, True),
    ("all matrices, F32", EVERY, False),
    ("all matrices, F16", EVERY, True),
)
GENERATED_TOKENS = 48
CONTEXT_TOKENS = 1024
GOAL = 0.90
MOST_OFF, LEAST_MB = 0.05, 40
LETTER = "x"
HOW = f"""An adapter of rank {RANK} with random numbers on the random-weight model (0.43 B, Q4_K_M):
beside the four matrices of the attention, and beside all seven of a layer. Two engines, with and
without it, generate {GENERATED_TOKENS} tokens with one thread each, in turns and random order
within a pair; the ratio is of the processor time without it over that with it. Beside a quantized
model an adapter lies in memory as Q8_0 (`core.models.adapter_form` says why). Memory is what a
ladder measures over a context of {CONTEXT_TOKENS:,} tokens, beside what it predicts; it may be off
by {MOST_OFF:.0%} or {LEAST_MB} MB, whichever is more."""


def measure(run: Run) -> list[Figure]:
    """Make the adapters, and measure with and without."""
    model = ensure_random_model()
    paths = Paths.below(run.home)
    room, plain = EngineRoom(paths.state), Candidate(LocalFile(str(model)))
    adapted, figures = plain, list[Figure]()
    for name, tensors, half in FORMS:
        target = run.home / "adapter.gguf"
        file = write_adapter(target, model, rank=RANK, tensors=tensors, half=half)
        adapted = replace(plain, adapters=(Adapter(str(file)),))
        ratios = _ratios(name, run, room, plain, adapted)
        what = f"generation with an adapter of rank {RANK} on {name}, over without"
        figures.append(ratio_figure(LETTER, what, ratios, GOAL))
    size = Path(adapted.adapters[0].path).stat().st_size
    what = f"an adapter of {size / 1e6:.0f} MB"
    return [*figures, memory_figure(LETTER, what, paths, room, adapted)]


def _ratios(
    name: str, run: Run, room: EngineRoom, plain: Candidate, adapted: Candidate
) -> list[float]:
    """Speeds with an adapter over those without, by processor time."""
    with contextlib.ExitStack() as stack:

        def engine_of(candidate: Candidate) -> EngineCalls:
            engine = stack.enter_context(room.calls("adapters"))
            room.load(engine, opened(candidate, open_model_file), 1, NO_CONTEXT)
            _cpu_seconds(engine)  # its memory is warm
            return engine

        without, beside = engine_of(plain), engine_of(adapted)
        pairs = alternate(
            f"adapter on {name}",
            run.pairs,
            lambda: _cpu_seconds(beside),
            lambda: _cpu_seconds(without),
        )
    ratios = [theirs / ours for ours, theirs in pairs]
    tell(f"  {name}: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    return ratios


def _cpu_seconds(engine: EngineCalls) -> float:
    process = psutil.Process(engine.pid)
    before = sum(process.cpu_times()[:2])
    engine.call(Bench(engine.next_id(), 0, GENERATED_TOKENS, 0, 1, warmup=False), BenchSample)
    return sum(process.cpu_times()[:2]) - before


def memory_figure(
    letter: str, what: str, paths: Paths, room: EngineRoom, candidate: Candidate
) -> Figure:
    """How far what a candidate needs is from what was predicted of it."""
    with Fitter(room, speed_store(paths), 1) as fitter:
        own = open_model_file(candidate.file)
        how = (CONTEXT_TOKENS, candidate.engine, adapter_bytes(candidate, own))
        predicted = fitter.memory(candidate.file, *how).needs.total_bytes
    loaded = opened(candidate, open_model_file)
    found, _ = measure_memory(loaded, CONTEXT_TOKENS, 1, room, predicted)
    name = f"memory with {what}, off by"
    if found.needed_bytes is None:
        return Figure(letter, name, "", "not told by this system", None)
    most_mb = max(MOST_OFF * found.needed_bytes / 1e6, LEAST_MB)
    off_mb = abs(predicted - found.needed_bytes) / 1e6
    remark = f"predicted {predicted / 1e6:.0f}, needed {found.needed_bytes / 1e6:.0f} MB"
    return limit_figure(letter, name, off_mb, round(most_mb), "MB", remark)
