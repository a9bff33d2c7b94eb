"""(z) Memory, descriptors and threads while four demo panes are asked again and again."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure, Run, fact, tell
from tests.benchmarks.slopes import BLOCKS, slope_an_hour
from tests.benchmarks.stalls import DEMO_PROMPTS, demo_files
from tests.benchmarks.windows import WindowProcess

MINUTES = 20.0
QUICK_MINUTES = 3.0
TURNS = 4
TOKENS = 64
MOST_MB_AN_HOUR = 10.0
MOST_AN_HOUR = 2.0
TELL_EVERY_S = 30.0
LETTER = "z"
HOW = f"""The real window with the demo model's four first levels, its plots filled with an hour
of samples before. Over and over: a new chat, {TURNS} prompts answered by pane after pane, the last
chat deleted, Python's garbage collected, what the allocator keeps for later handed back, then one
sample of the window's process and of its engines. Each figure's slope over the second half of the
time, as a line through {BLOCKS} blocks, with its 95 % interval: flat where the interval ends below
the allowance ({MOST_MB_AN_HOUR:g} MB or {MOST_AN_HOUR:g} pieces an hour), growing where it begins
above, else too short to tell."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look.

    Attributes:
        tracked: Python's objects that its garbage collector knows, in the window.
        screen_mb: What the X server holds, pictures of this window among it; 0 without one.
    """

    seconds: float
    window_mb: float
    window_descriptors: int
    window_threads: int
    engines: int
    engines_mb: float
    engines_descriptors: int
    engines_threads: int
    tracked: int
    screen_mb: float


def measure(run: Run) -> list[Figure]:
    """Ask for as long as is wanted; the samples are left in a table beside."""
    minutes = run.minutes or (QUICK_MINUTES if run.quick else MINUTES)
    with WindowProcess(run, demo_files(run)) as window:
        window.call("feed_hour")
        _chat(window)
        before = window.call("qt_objects")
        samples = _samples(window, 60 * minutes, run.display.resident_bytes)
        after = window.call("qt_objects")
    path = Path("soak.csv").absolute()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Sample))
        writer.writerows(astuple(sample) for sample in samples)
    tell(f"  samples: {path}")
    half = [sample for sample in samples if sample.seconds >= 30 * minutes]
    if len(half) < BLOCKS:
        return [fact(LETTER, "soak", f"{len(half)} samples in the second half are too few")]
    figures = [_figure(half, field.name) for field in fields(Sample) if field.name != "seconds"]
    return [*figures, *(_count(name, before[name], after[name]) for name in ("objects", "widgets"))]


def _chat(window: WindowProcess) -> dict[str, int]:
    """A whole chat; returns what is counted at its end."""
    for turn in range(TURNS):
        prompt = DEMO_PROMPTS[turn % len(DEMO_PROMPTS)]
        window.call("ask", prompt=prompt, max_tokens=TOKENS, mode="race", new_chat=turn == 0)
    return window.call("census")


def _samples(
    window: WindowProcess, seconds: float, screen_bytes: Callable[[], int]
) -> list[Sample]:
    process = psutil.Process(window.pid)
    samples: list[Sample] = []
    begin, told = time.monotonic(), 0.0
    while time.monotonic() - begin < seconds:
        known = _chat(window)
        passed = time.monotonic() - begin
        samples.append(_sample(passed, process, known, screen_bytes()))
        if passed - told >= TELL_EVERY_S or len(samples) == 1:
            told = passed
            tell("  " + ", ".join(f"{n} {v:.0f}" for n, v in asdict(samples[-1]).items()))
    return samples


def _sample(
    seconds: float, window: psutil.Process, known: dict[str, int], screen_bytes: int
) -> Sample:
    engines = window.children(recursive=True)
    return Sample(
        round(seconds, 1),
        window.memory_info().rss / 1e6,
        _descriptors(window),
        window.num_threads(),
        len(engines),
        sum(engine.memory_info().rss for engine in engines) / 1e6,
        sum(map(_descriptors, engines)),
        sum(engine.num_threads() for engine in engines),
        known["tracked"],
        screen_bytes / 1e6,
    )


def _descriptors(process: psutil.Process) -> int:
    return process.num_fds() if sys.platform != "win32" else process.num_handles()


def _figure(half: Sequence[Sample], name: str) -> Figure:
    values = [float(getattr(sample, name)) for sample in half]
    slope = slope_an_hour([sample.seconds for sample in half], values)
    unit = "MB" if name.endswith("_mb") else ""
    allowed = MOST_MB_AN_HOUR if unit else MOST_AN_HOUR
    if name == "tracked":  # varies by what is on the screen; one an answer would be thousands
        allowed = 0.25 * max(values)
    met = slope.verdict(allowed)
    said = {True: "flat", False: "grows", None: "too short to tell"}[met]
    return Figure(
        LETTER,
        name.replace("_", " ").removesuffix(" mb"),
        f"≤ {allowed:,.0f} {unit} an hour".replace("  ", " "),
        f"{values[-1]:,.0f} {unit}: {slope.value:+,.1f} an hour ({slope.low:+,.1f} to "
        f"{slope.high:+,.1f}; {len(half)} samples): {said}",
        met,
    )


def _count(name: str, before: int, after: int) -> Figure:
    """Qt's objects after the first chat and after the last, which is shown as the first was."""
    most = round(1.02 * before)
    said = f"{before:,} before, {after:,} after"
    return Figure(LETTER, f"Qt's {name}", f"≤ {most:,}", said, after <= most)
