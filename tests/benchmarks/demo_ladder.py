"""(n) The whole ladder of the demo model's five levels, and whether its verdict is right."""

from __future__ import annotations

import time

from tests.benchmarks.commands import run_program
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, fact, limit_figure

MOST_SECONDS, _PATIENCE_SECONDS = 20, 600
LETTER = "n"
HOW = """`ladder --demo` as a command of its own, quick profile, with nothing known before but the
levels themselves: speed in empty and filled contexts, memory, quality, tasks, verdict."""


def measure(run: Run) -> list[Figure]:
    """Run it once."""
    ensure_demo_levels(run)
    begin = time.monotonic()
    words = ["ladder", "--demo", "--threads", str(run.threads)]
    document = run_program(run.home, words, patience_seconds=_PATIENCE_SECONDS)
    seconds = time.monotonic() - begin
    names = {row["file"]: row["name"] for row in document["candidates"]}
    states = {names[one["file"]]: one["state"] for one in document["verdicts"]}
    right = states["TQ1_0"] == "loses" and "loses" not in (states["Q8_0"], states["Q4_K_M"])
    said = ", ".join(f"{name} {state}" for name, state in states.items())
    recommended = document["recommendation"]["file"]
    return [
        limit_figure("n", "ladder of the demo's five levels", seconds, MOST_SECONDS, "s"),
        Figure("n", "its verdict", "TQ1_0 loses, Q8_0 and Q4_K_M do not", said, right),
        fact("n", "recommended", names.get(recommended, "none")),
    ]
