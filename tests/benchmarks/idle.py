"""(s) Processor time of the window while nothing happens."""

from __future__ import annotations

import contextlib
import time

import psutil

from tests.benchmarks.figures import Figure, Run, fact, limit_figure
from tests.benchmarks.stalls import DEMO_PROMPTS, demo_files
from tests.benchmarks.windows import WindowProcess

SECONDS, QUICK_SECONDS = 60, 15
SETTLE_S = 5.0
MOST_PERCENT = 0.5
LETTER = "s"
HOW = f"""Four demo panes have answered and stay loaded; nothing is touched for {SECONDS} s. The
window's processor time of user and system over that time, in per cent of one core, and that of its
engines together."""


def measure(run: Run) -> list[Figure]:
    """Ask once, wait, and count."""
    with WindowProcess(run, demo_files(run)) as window:
        window.call("ask", prompt=DEMO_PROMPTS[0], max_tokens=32, mode="race", new_chat=True)
        time.sleep(SETTLE_S)
        process = psutil.Process(window.pid)
        before = cpu_s(process), _engines_cpu_s(process)
        begin_s = time.monotonic()
        time.sleep(run.count(SECONDS, QUICK_SECONDS))
        passed_s = time.monotonic() - begin_s
        own = 100 * (cpu_s(process) - before[0]) / passed_s
        after = _engines_cpu_s(process)
        theirs = 100 * sum(after[pid] - before[1].get(pid, 0.0) for pid in after) / passed_s
    return [
        limit_figure(LETTER, "the window at rest, of a core", own, MOST_PERCENT, "%"),
        fact(LETTER, f"its {len(after)} processes at rest, of a core", f"{theirs:.2f} %"),
    ]


def _engines_cpu_s(window: psutil.Process) -> dict[int, float]:
    found: dict[int, float] = {}
    for engine in window.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # one that has made its part and ended
            found[engine.pid] = cpu_s(engine)
    return found


def cpu_s(process: psutil.Process) -> float:
    """Processor time of a process so far, of user and system."""
    times = process.cpu_times()
    return times.user + times.system
