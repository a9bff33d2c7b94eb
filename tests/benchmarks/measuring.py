"""(w) Processor time that the window takes from a measurement."""

from __future__ import annotations

import time

import psutil

from tests.benchmarks.figures import Figure, Run, fact, limit_figure
from tests.benchmarks.idle import cpu_s
from tests.benchmarks.stalls import demo_files
from tests.benchmarks.windows import WindowProcess

SECONDS, QUICK_SECONDS = 40, 20
SETTLE_S = 10.0
MOST_SEEN_PERCENT, MOST_HIDDEN_PERCENT = 1.0, 0.3
LETTER = "w"
HOW = f"""The demo's first versions are measured in the window, first with the page in view, then
with the window minimised, {SECONDS} s each after {SETTLE_S:.0f} s: processor time of the window's
thread, in per cent of one core. What the measurement computes by itself, in other threads of the
process, stands beside."""


def measure(run: Run) -> list[Figure]:
    """Begin to measure, and count."""
    with WindowProcess(run, demo_files(run)) as window:
        window.call("measure")
        seen, beside = _shares(run, window)
        window.call("minimise")
        hidden, _ = _shares(run, window)
        over = not window.call("measured")["at_work"]
    figures = [
        limit_figure(LETTER, "measuring in view, of a core", seen, MOST_SEEN_PERCENT, "%"),
        limit_figure(LETTER, "measuring, minimised, of a core", hidden, MOST_HIDDEN_PERCENT, "%"),
        fact(LETTER, "what the measurement computes, of a core", f"{beside:.1f} %"),
    ]
    return [*figures, fact(LETTER, "the measurement", "had ended before")] if over else figures


def _shares(run: Run, window: WindowProcess) -> tuple[float, float]:
    """Of the window's thread, and of all others, in per cent of a core."""
    time.sleep(SETTLE_S)
    process = psutil.Process(window.pid)
    before, begin_s = _times_s(process), time.monotonic()
    time.sleep(run.count(SECONDS, QUICK_SECONDS))
    after, passed_s = _times_s(process), time.monotonic() - begin_s
    own, all_of_it = (100 * (after[i] - before[i]) / passed_s for i in range(2))
    return own, all_of_it - own


def _times_s(process: psutil.Process) -> tuple[float, float]:
    threads = {each.id: each.user_time + each.system_time for each in process.threads()}
    return threads[process.pid], cpu_s(process)
