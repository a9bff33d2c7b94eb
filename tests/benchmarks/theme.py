"""(v) How long a change of the theme holds the window."""

from __future__ import annotations

from app.core.statistics.describe import median
from tests.benchmarks.figures import Figure, Run, fact, limit_figure
from tests.benchmarks.stalls import demo_files
from tests.benchmarks.windows import WindowProcess

TURNS = 12
CHANGES, QUICK_CHANGES = 10, 4
MOST_MS = 150
LETTER = "v"
HOW = f"""Four demo panes with a chat of {TURNS} turns, whose answers have prose, lists, tables and
code;
every page was looked at once. The theme goes from light to dark and back, {CHANGES} times: the
processor time of the window's thread until it has shown the change and rests, median and worst."""


def measure(run: Run) -> list[Figure]:
    """Change it again and again."""
    with WindowProcess(run, demo_files(run)) as window:
        window.call("long_chat", turns=TURNS)
        window.call("look_around")
        taken = window.call("theme", times=run.count(CHANGES, QUICK_CHANGES))
    own_ms: list[float] = taken["own_ms"]
    words = f"{max(own_ms):.0f} ms"
    return [
        limit_figure(LETTER, "a change of the theme", median(own_ms), MOST_MS, "ms"),
        fact(LETTER, "the slowest of these", words),
        fact(LETTER, "widgets in the window", str(taken["widgets"])),
    ]
