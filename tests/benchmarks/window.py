"""(b) A chat in the real window, plots running, against ``bench``."""

from __future__ import annotations

import time
from typing import Any

from app.core.statistics.describe import median
from tests.benchmarks.compare import GENERATED_TOKENS, PROMPT, bench_at_depth
from tests.benchmarks.figures import Figure, Run, fact, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model
from tests.benchmarks.windows import WindowProcess

GOAL = 0.93
LETTER = "b"
HOW = f"""The same answer of {GENERATED_TOKENS} tokens in the real window with one pane, both
plots painting, the monitor sampling and the chat being stored, against `bench` at the same depth.
While `bench` runs, the window's process is stopped (SIGSTOP), so that an idle window takes
nothing from the reference. The share of a core that the window and the screen's server took
meanwhile stands beside."""


def measure(run: Run) -> list[Figure]:
    """Measure pairs of one answer in the window and one bench repetition."""
    cpu: list[float] = []
    with WindowProcess(run, [ensure_random_model()]) as window:
        prompt_tokens = int(_ask(run, window)["prompt_tokens"][0])

        def ours() -> float:
            begin_s, screen_s = time.monotonic(), run.display.cpu_seconds()
            answer = _ask(run, window)
            assert answer["prompt_tokens"] == [prompt_tokens], answer
            assert answer["generated_tokens"] == [GENERATED_TOKENS], answer
            taken_s = answer["cpu_s"] + run.display.cpu_seconds() - screen_s
            cpu.append(taken_s / (time.monotonic() - begin_s))
            return float(answer["tokens_per_second"][0])

        def theirs() -> float:
            with window.paused():
                return bench_at_depth(run, prompt_tokens, GENERATED_TOKENS - 1)

        pairs = alternate("window and bench", run.pairs, ours, theirs)
    ratios = [ours / theirs for ours, theirs in pairs]
    tell("  window: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    return [
        ratio_figure("b", "window over bench, generation", ratios, GOAL),
        fact("b", "processor taken by window and screen", f"{100 * median(cpu):.0f} % of a core"),
    ]


def _ask(run: Run, window: WindowProcess) -> dict[str, Any]:
    arguments = {"prompt": PROMPT, "max_tokens": GENERATED_TOKENS, "mode": "race"}
    return window.call("ask", new_chat=True, threads=run.threads, **arguments)
