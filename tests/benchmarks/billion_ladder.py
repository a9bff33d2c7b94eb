"""(zk) A ladder of a model shaped like one of a billion weights: which part takes how long."""

from __future__ import annotations

import os
import resource
import time
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.verdict import Limits
from app.lab.works.ladders.run import LadderOrder, LadderRun
from app.store.paths import Paths
from tests.benchmarks.asking import ONE_BILLION
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.random_model import ensure_random_model

if TYPE_CHECKING:
    from app.lab.ladder.progress import LadderProgress

LETTER = "zk"
MOST_MINUTES = 12
LEVELS = ("F16", "Q8_0", "Q4_K_M", "Q2_K")
# Of the token that ends an answer: answers are some forty tokens long, in the mean.
_END_SCALE = 4.0
HOW = """Four levels of a model with a billion random weights whose answers end by themselves, quick
profile, with nothing known before, measured by the program's own ladder in this process. Parts are
by the clock; processor time is that of all engines together, starts included, and tells what the
clock would where other programs were at work."""


def measure(run: Run) -> list[Figure]:
    """Run it once."""
    shape = replace(ONE_BILLION, end_scale=_END_SCALE)
    files = [ensure_random_model(level, shape) for level in LEVELS[: run.count(4, 2)]]
    paths = Paths.below(run.home)
    paths.create()
    every = [candidate_of(path) for path in files]
    order = LadderOrder(every[0], every, Limits(), threads=run.threads)
    parts: dict[str, float] = defaultdict(float)
    now: list[tuple[str, float]] = []

    def note(progress: LadderProgress) -> None:
        at_s = time.monotonic()
        name = "" if progress.step is None else progress.step.kind.value
        if now and now[-1][0] != name:
            before, since_s = now.pop()
            parts[before] += at_s - since_s
            tell(f"  {before} {at_s - since_s:.0f} s")
        if name and not now:
            now.append((name, at_s))

    begin_s, begin_cpu_s = time.monotonic(), _engines_s()
    view = LadderRun(order, paths).measure(None, note)
    minutes = (time.monotonic() - begin_s) / 60
    # Its vocabulary makes a token of two letters: the questions about long texts do not fit it.
    missing = [row for row in view.rows if row.tasks is None or not row.tasks.outcomes]
    if missing:
        raise RuntimeError(str(missing[0].error))
    errors = {str(row.error) for row in view.rows if row.error}
    used = (_engines_s() - begin_cpu_s) / 60
    name = f"ladder of {len(files)} levels, 1 B"
    return [
        limit_figure(LETTER, name, minutes, MOST_MINUTES, "min"),
        fact(LETTER, f"processor time of its engines, {name}", f"{used:.1f} min"),
        fact(LETTER, "load of the PC at its end", f"{os.getloadavg()[1]:.1f}"),
        *(fact(LETTER, "not measured", error) for error in errors),
        *(fact(LETTER, f"{part}, {name}", f"{seconds:.0f} s") for part, seconds in parts.items()),
    ]


def _engines_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
