"""(b) A chat through the command line against ``bench``."""

from __future__ import annotations

from tests.benchmarks.commands import bench_speeds, run_program
from tests.benchmarks.figures import Figure, Run, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model

PROMPT = "Why is the sky blue?"
GENERATED_TOKENS = 129
GOAL = 0.95
LETTER = "b"
HOW = f"""One greedy answer of {GENERATED_TOKENS} tokens through the command `compare` (template,
sampling, text, events and the memory monitor included) against `bench` of the same file. Both
sides decode the same positions: an answer's speed counts its {GENERATED_TOKENS} − 1 tokens
between the first and the last, so `bench` generates {GENERATED_TOKENS - 1} tokens at the depth of
the rendered prompt. Alternating pairs, a process each."""


def measure(run: Run) -> list[Figure]:
    """Measure pairs of one answer and one bench repetition."""
    model = ensure_random_model()
    prompt_tokens = int(_answer(run)["prompt_tokens"])
    pairs = alternate(
        "compare and bench",
        run.pairs,
        lambda: float(_answer(run)["tokens_per_second"]),
        lambda: bench_at_depth(run, prompt_tokens, GENERATED_TOKENS - 1),
    )
    ratios = [ours / theirs for ours, theirs in pairs]
    tell(f"  {model.name}: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    return [ratio_figure("b", "compare over bench, generation", ratios, GOAL)]


def bench_at_depth(run: Run, depth: int, tokens: int) -> float:
    """Speed of ``bench`` for so many tokens after so many others."""
    speeds = bench_speeds(
        run.home,
        ensure_random_model(),
        pp=0,
        tg=tokens,
        depth=depth,
        threads=run.threads,
    )
    return speeds[f"tg{tokens}"]


def _answer(run: Run) -> dict[str, float]:
    words = ["compare", str(ensure_random_model()), "--prompt", PROMPT]
    words += ["--max-tokens", str(GENERATED_TOKENS), "--threads", str(run.threads)]
    candidate = run_program(run.home, words)["candidates"][0]
    assert candidate["generated_tokens"] == GENERATED_TOKENS, candidate
    return candidate
