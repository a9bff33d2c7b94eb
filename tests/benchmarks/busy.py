"""(p) Generation while other programs keep every core busy, and of four engines together."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.engine.local.client import LocalEngines
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.measuring import Bench, BenchSample
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineCalls
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, ratio_figure, tell
from tests.benchmarks.random_model import ensure_random_model

LETTER = "p"
BUSY_GOAL = 0.35
TOGETHER_GOAL = 0.9
TOGETHER = 4
SECONDS = 4.0
NICENESS = 5
_TOKENS = 16
HOW = f"""Engines generate random tokens for {SECONDS:.0f} s: one alone with the PC's physical cores
as threads, then the same beside one busy loop a core of niceness {NICENESS}, which is that of
engines; then {TOGETHER} engines together with the threads that the program gives each. In turns;
the ratios are to the engine alone of the same turn. The demo's F16 and the random model of 0.43
billion parameters at Q4_K_M."""


def measure(run: Run) -> list[Figure]:
    """Measure both models in turns."""
    figures: list[Figure] = []
    for name, path in (("demo F16", demo_base()), ("0.43 B Q4_K_M", ensure_random_model())):
        busy: list[float] = []
        together: list[float] = []
        with contextlib.ExitStack() as stack:
            folder = Paths.below(run.home).state
            engines = [_loaded(stack, folder, path, run.threads) for _ in range(TOGETHER)]
            for turn in range(run.count(7, 2)):
                alone = _speed(engines[:1], run.threads)
                with _busy_loops():
                    busy.append(_speed(engines[:1], run.threads) / alone)
                each = max(1, run.threads // TOGETHER)
                together.append(_speed(engines, each) / alone)
                tell(f"  {name}, turn {turn + 1}: {busy[-1]:.2f} busy, {together[-1]:.2f} together")
        figures.append(
            ratio_figure(LETTER, f"{name}, a busy loop a core over alone", busy, BUSY_GOAL)
        )
        figures.append(
            ratio_figure(LETTER, f"{name}, {TOGETHER} engines over one", together, TOGETHER_GOAL)
        )
    return figures


def _loaded(stack: contextlib.ExitStack, folder: Path, path: Path, threads: int) -> EngineCalls:
    engine = stack.enter_context(EngineCalls("busy", LocalEngines(folder)))
    engine.call(Load(engine.next_id(), str(path), 0, threads), Loaded)
    return engine


def _speed(engines: Sequence[EngineCalls], threads: int) -> float:
    """Tokens per second of all together."""
    speeds = [0.0] * len(engines)
    end = time.monotonic() + SECONDS

    def generate(place: int) -> None:
        engine, tokens, begin = engines[place], 0, time.monotonic()
        while time.monotonic() < end:
            test = Bench(engine.next_id(), 0, _TOKENS, 0, threads, warmup=False)
            engine.call(test, BenchSample)
            tokens += _TOKENS
        speeds[place] = tokens / (time.monotonic() - begin)

    workers = [threading.Thread(target=generate, args=(place,)) for place in range(len(engines))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(speeds)


@contextlib.contextmanager
def _busy_loops() -> Iterator[None]:
    code = f"import os; hasattr(os, 'nice') and os.nice({NICENESS})\nwhile True: pass"
    loops = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
