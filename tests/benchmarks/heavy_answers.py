"""(r) The window's event loop while answers of a megabyte are opened, formatted and grow."""

from __future__ import annotations

from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.stalls import demo_files
from tests.benchmarks.windows import WindowProcess
from tests.helpers.heavy_texts import HEAVY_TEXTS

CHARACTERS = 1_000_000
WORST_MS = 100
FEW = ("prose", "open brackets", "list", "long table", "one line of code", "directions")
LETTER = "r"
HOW = f"""For each of {len(HEAVY_TEXTS)} constructs an answer of {CHARACTERS:,} characters that is
nothing else. The real window opens a stored chat with it, shows it formatted, goes to its end and
is made narrower; then the same answer grows in a pane, a hundredth 25 times a second. The worst gap
between two ticks of a timer that is due every millisecond, over all of that."""


def measure(run: Run) -> list[Figure]:
    """Measure each construct."""
    names = list(HEAVY_TEXTS) if run.count(1, 0) else list(FEW)
    worst: list[tuple[float, float, str]] = []
    with WindowProcess(run, demo_files(run)[:1]) as window:
        window.call("heavy", name="prose", characters=CHARACTERS)
        for name in names:
            gaps = window.call("heavy", name=name, characters=CHARACTERS)
            wall_ms = max(gaps["worst_ms"].values())
            own_ms = max(gaps["own_ms"].values())
            worst.append((wall_ms, own_ms, name))
            steps = ", ".join(f"{step} {ms:.0f}" for step, ms in gaps["worst_ms"].items())
            tell(f"  heavy answers, {name}: {steps} ms; own processor time {own_ms:.0f} ms")
    worst.sort(reverse=True)
    wall_ms, _own_ms, name = worst[0]
    return [
        limit_figure(LETTER, "worst gap, any answer of 1 MB", wall_ms, WORST_MS, "ms", name),
        fact(
            LETTER,
            "the window's own processor time in a gap",
            f"worst {max(own for _wall, own, _name in worst):.0f} ms",
        ),
        fact(
            LETTER,
            "the heaviest constructs",
            "; ".join(f"{name} {wall:.0f} ms" for wall, _own, name in worst[:5]),
        ),
    ]
