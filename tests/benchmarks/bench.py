"""(a) ``bench`` against llama-bench: same file, same tests, same threads, same niceness."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.commands import bench_speeds, llama_bench_speeds
from tests.benchmarks.figures import Figure, Run, fact, ratio_figure, tell
from tests.benchmarks.llama_tools import ensure_llama_bench
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model

PROMPT_TOKENS = 256
GENERATED_TOKENS = 64
REPETITIONS = 2
GOAL = 0.97
LETTER = "a"
HOW = f"""Both run as commands of their own, in alternating pairs and random order within a pair,
with the tests pp{PROMPT_TOKENS} and tg{GENERATED_TOKENS}, {REPETITIONS} repetitions after a
warm-up, the PC's physical cores as threads, and niceness 5, at which engines run. llama-bench is
built from the source inside llama-cpp-python's own source distribution. The ratio is `bench` over
llama-bench."""


def measure(run: Run) -> list[Figure]:
    """Measure pairs of both commands."""
    model = ensure_random_model()
    ensure_llama_bench()
    threads = run.threads
    sizes: dict[str, Any] = {"pp": PROMPT_TOKENS, "tg": GENERATED_TOKENS}
    pairs = alternate(
        "bench and llama-bench",
        run.pairs,
        lambda: bench_speeds(run.home, model, threads=threads, repetitions=REPETITIONS, **sizes),
        lambda: llama_bench_speeds(model, threads=threads, repetitions=REPETITIONS, **sizes),
    )
    figures: list[Figure] = []
    for test in (f"tg{GENERATED_TOKENS}", f"pp{PROMPT_TOKENS}"):
        ratios = [ours[test] / theirs[test] for ours, theirs in pairs]
        tell(f"  {test}: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
        figures.append(ratio_figure("a", f"bench over llama-bench, {test}", ratios, GOAL))
        best = max(theirs[test] for _, theirs in pairs)
        figures.append(fact("a", f"llama-bench, {test}, fastest", f"{best:.1f} tokens/s"))
    return figures
