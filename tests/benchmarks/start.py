"""(e) Start to the first painted window, and what the window's process imports."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path

from app.core.statistics.describe import median
from app.store.paths import Paths
from tests.benchmarks.commands import PROGRAM, ROOT, environment
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell

LIMIT_S = 1.2
FORBIDDEN = ("llama_cpp", "huggingface_hub")
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 60
# Imports that take as long are named when the start is too slow.
HEAVY_MS = 15.0
LETTER = "e"
HOW = """`python -m app` is started with everything in the page cache, the demo model's levels
made and a chat to come back to; the time ends at the program's own log line after the window's
first Expose event was handled, which is when Qt has painted it. A further start under `-X
importtime` lists what was imported."""

_FIRST_PAINT = re.compile(r"^(\S+ \S+) \w+ \S+: first paint", re.MULTILINE)
_IMPORT = re.compile(r"^import time: +(\d+) \| +(\d+) \| ( *)(\S+)$", re.MULTILINE)


class StartFailedError(Exception):
    """No window came; the message holds what the program said."""


def measure(run: Run) -> list[Figure]:
    """Start the program again and again."""
    ensure_demo_levels(run)
    _start(run)  # compiles modules, fills the page cache, makes the store
    times = run.count(9, 3)
    seconds = [_start(run)[0] for _ in range(times)]
    tell("  start, s: " + " ".join(f"{value:.2f}" for value in seconds))
    _, log = _start(run, "-X", "importtime")
    names = {name for _, _, _, name in _IMPORT.findall(log)}
    found = sorted(name for name in names if name.partition(".")[0] in FORBIDDEN)
    tell("  imports by their own time, ms: " + _heaviest(log))
    remark = f"median of {times}, {min(seconds):.2f} to {max(seconds):.2f}"
    return [
        limit_figure("e", "start to first paint, warm", median(seconds), LIMIT_S, "s", remark),
        Figure(
            "e",
            "llama_cpp, huggingface_hub in the window's process",
            "not imported",
            ", ".join(found[:4]) or f"neither ({len(names)} modules)",
            not found,
        ),
        fact("e", "imports at start, under importtime", f"{_total_ms(log):.0f} ms"),
    ]


def _start(run: Run, *options: str) -> tuple[float, str]:
    """Start the window, wait for its first paint, close it; (seconds, what it wrote to stderr)."""
    log = Paths.below(run.home).log
    log.unlink(missing_ok=True)
    errors_path = run.home / "start-stderr.txt"
    with errors_path.open("w") as errors:
        begin_s = time.time()
        process = subprocess.Popen(
            [PROGRAM[0], *options, *PROGRAM[1:]],
            cwd=ROOT,
            env=environment(run.home) | run.display.environment(),
            stdin=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            painted_s = _first_paint(log, process)
        except StartFailedError as error:
            raise StartFailedError(f"{error}\n{errors_path.read_text()[-2000:]}") from error
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
    return painted_s - begin_s, errors_path.read_text()


def _first_paint(log: Path, process: subprocess.Popen[bytes]) -> float:
    never = threading.Event()
    end_s = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end_s and process.poll() is None:
        never.wait(LOOK_SECONDS)
        if log.exists() and (match := _FIRST_PAINT.search(log.read_text())):
            # The plots and the monitor come after: they belong to what is imported.
            never.wait(1.0)
            stamp = match[1].replace(",", ".")
            return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S.%f").astimezone().timestamp()
    raise StartFailedError(f"the window was not painted; status {process.poll()}")


def _heaviest(log: str) -> str:
    own: dict[str, float] = {}
    for self_us, _total, _indent, name in _IMPORT.findall(log):
        head = ".".join(name.split(".")[:2])
        own[head] = own.get(head, 0.0) + int(self_us) / 1000
    heavy = sorted(((ms, name) for name, ms in own.items() if ms >= HEAVY_MS), reverse=True)
    return ", ".join(f"{name} {ms:.0f}" for ms, name in heavy)


def _total_ms(log: str) -> float:
    return sum(int(self_us) for self_us, *_ in _IMPORT.findall(log)) / 1000
