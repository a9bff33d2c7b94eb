"""(q) The engine's check of itself: how long it takes, and what of it the processor computes."""

from __future__ import annotations

import resource
from pathlib import Path

from app.core.statistics.describe import median
from app.lab.demo.demo import demo_base
from app.lab.engines.self_check import check_engine
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell

LIMIT_S = 5.0
LETTER = "q"
HOW = """An engine is started and checks every tensor type with the demo model, as the window
lets it once for each engine build and processor. The time is from the start of the process to the
last type's answer."""


def measure(run: Run) -> list[Figure]:
    """Check again and again; nothing is remembered."""
    times = run.count(5, 2)
    state = Paths.below(run.home).state
    state.mkdir(parents=True, exist_ok=True)
    before = _processor_seconds()
    checks = [check_engine(state, Path(demo_base())) for _ in range(times)]
    processor = (_processor_seconds() - before) / times
    seconds = [check.elapsed_ns / 1e9 for check in checks]
    tell("  self-check, s: " + " ".join(f"{value:.2f}" for value in seconds))
    remark = f"median of {times}, {min(seconds):.2f} to {max(seconds):.2f}"
    types = len(checks[0].findings)
    right = sum(check.is_right for check in checks)
    return [
        limit_figure("q", f"self-check of {types} types", median(seconds), LIMIT_S, "s", remark),
        fact("q", "of the processor, one thread", f"{processor:.2f} s"),
        Figure("q", "sound engines found right", "all", f"{right} of {times}", right == times),
    ]


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
