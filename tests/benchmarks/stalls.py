"""(c) How long the window's event loop keeps the person waiting while four panes stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.statistics.describe import median, percentile
from app.lab.demo.demo import FIRST_PANES, DemoFiles
from app.store.paths import Paths
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.markdown_model import ensure_markdown_model
from tests.benchmarks.windows import WindowProcess

PANES = 4
MARKDOWN_TOKENS = 300
DEMO_TURNS = 5
REST_MS = 1500
WORST_MS = 50
HIGH_MS = 20
HIGH_PERCENT = 99.9
DEMO_PROMPTS = ("What is 37 + 25?", "Spell the word yellow.", "Say hello.", "What is Q4_K_M?")
LETTER = "c"
HOW = f"""A timer in the window's process is due every millisecond; a gap is the time between two
of its ticks. Two cases, each 5 times, the worst gap of a run, and of these the median.
*Markdown*: four engines write {MARKDOWN_TOKENS} tokens each of prose, lists, tables and code
together (a real model file whose weights are made to say that page). *Demo*: the four levels of
the demo model answer {DEMO_TURNS} prompts in one chat together, each asked {REST_MS / 1000} s
after the answers before have ended."""


@dataclass(slots=True)
class Gaps:
    """The gaps of one run, and in each of them the window's thread.

    Attributes:
        wall_ns: How long they were.
        own_ns: Its processor time.
        queued_ns: How long it waited for a core; empty where the system does not tell.
    """

    wall_ns: list[int]
    own_ns: list[int]
    queued_ns: list[int]

    @classmethod
    def of(cls, answer: Mapping[str, list[int]]) -> Gaps:
        """As the window tells them."""
        return cls(answer["gaps_ns"], answer["own_ns"], answer["queued_ns"])

    @property
    def without_queue_ms(self) -> float:
        """The worst one, had there been a core at once."""
        queued = self.queued_ns or [0] * len(self.wall_ns)
        return max(gap - wait for gap, wait in zip(self.wall_ns, queued, strict=True)) / 1e6


def measure(run: Run) -> list[Figure]:
    """Measure both cases."""
    runs = run.count(5, 2)
    return [*_markdown(run, runs), *_demo(run, runs)]


def _markdown(run: Run, runs: int) -> list[Figure]:
    gaps: list[Gaps] = []
    with WindowProcess(run, [ensure_markdown_model()] * PANES) as window:
        _ask(window, "Warm up.", 8, new_chat=True)
        for number in range(runs):
            answer = _ask(window, "How do I sum a list?", MARKDOWN_TOKENS, new_chat=True)
            gaps.append(Gaps.of(answer))
            speed = sum(answer["tokens_per_second"])
            tell(f"  stalls, Markdown: run {number + 1} of {runs}, {speed:.0f} tokens/s in all")
    return gap_figures(LETTER, "Markdown", gaps)


def _demo(run: Run, runs: int) -> list[Figure]:
    gaps: list[Gaps] = []
    with WindowProcess(run, demo_files(run)) as window:
        _ask(window, "Say hello.", 8, new_chat=True)
        for number in range(runs):
            seen = Gaps([], [], [])
            for turn in range(DEMO_TURNS):
                prompt = DEMO_PROMPTS[turn % len(DEMO_PROMPTS)]
                answer = _ask(window, prompt, 64, new_chat=turn == 0, rest_ms=REST_MS)
                turn_gaps = Gaps.of(answer)
                seen.wall_ns += turn_gaps.wall_ns
                seen.own_ns += turn_gaps.own_ns
                seen.queued_ns += turn_gaps.queued_ns
            gaps.append(seen)
            tell(f"  stalls, demo model: run {number + 1} of {runs}")
    return gap_figures(LETTER, "demo model", gaps)


def demo_files(run: Run) -> list[Path]:
    """The four levels that the window opens with, made if need be."""
    ensure_demo_levels(run)
    files = DemoFiles.below(Paths.below(run.home).demo)
    return [files.path(level) for level in FIRST_PANES]


def _ask(
    window: WindowProcess, prompt: str, tokens: int, *, new_chat: bool, rest_ms: int = 0
) -> dict[str, list]:
    arguments = {"prompt": prompt, "max_tokens": tokens, "mode": "together", "watch": True}
    return window.call("ask", new_chat=new_chat, rest_ms=rest_ms, **arguments)


def gap_figures(letter: str, case: str, gaps: Sequence[Gaps]) -> list[Figure]:
    """The worst and the 99.9th percentile of each run, and of these the median."""
    worst_ms = [max(run.wall_ns) / 1e6 for run in gaps]
    high_ms = [percentile(run.wall_ns, HIGH_PERCENT) / 1e6 for run in gaps]
    tell("  worst, ms: " + " ".join(f"{value:.0f}" for value in worst_ms))
    runs = f"median of {len(gaps)} runs"
    late = [sum(gap for gap in run.wall_ns if gap > 20e6) / sum(run.wall_ns) for run in gaps]
    own_ms = [max(run.own_ns) / 1e6 for run in gaps]
    high_own_ms = [percentile(run.own_ns, HIGH_PERCENT) / 1e6 for run in gaps]
    own_words = f"worst {median(own_ms):.0f} ms, 99.9th percentile {median(high_own_ms):.0f} ms"
    alone_ms = median([run.without_queue_ms for run in gaps])
    return [
        limit_figure(letter, f"worst gap, {case}", median(worst_ms), WORST_MS, "ms", runs),
        limit_figure(letter, f"99.9th percentile, {case}", median(high_ms), HIGH_MS, "ms", runs),
        fact(letter, f"share of time in gaps above 20 ms, {case}", f"{100 * median(late):.1f} %"),
        fact(letter, f"the window's own processor time in a gap, {case}", own_words),
        fact(letter, f"worst gap less its wait for a core, {case}", f"{alone_ms:.0f} ms"),
    ]
