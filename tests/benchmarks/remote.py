"""(zf) A pane whose model runs on a server, against the same server asked over plain HTTP."""

from __future__ import annotations

from app.core.statistics.describe import median
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.serving import GENERATED_TOKENS, Clocked, asked, compared, model_of
from tests.helpers.llama_server import llama_server, server_program

GOAL = 0.99
MOST_LATER_MS = 15.0
LETTER = "zf"
_PANE = "a server's pane over plain HTTP"
HOW = f"""One greedy answer of {GENERATED_TOKENS} tokens of a llama-server
(tools/build_llama_server.py): the command `compare` over its address, whose pane is that of the
window, against the same question over plain HTTP, in turns. Both are clocked on this side; each
prompt begins with another number, so that the server has not read it before. The server leaves one
core to who asks, as one elsewhere leaves all; on every core, which who asks then takes from it, the
pairs are told without a goal. One and the same client's answers differ by a sixth, since the server
does: the goals are on what this side adds, the server's own clock (`timings`) taken out."""


def measure(run: Run) -> list[Figure]:
    """Measure pairs of one answer each; nothing where no llama-server was built."""
    if not server_program().is_file():
        tell("  left out: there is no llama-server (tools/build_llama_server.py)")
        return []
    left = _pairs(run, max(1, run.threads - 1), run.pairs)
    every = _pairs(run, run.threads, run.pairs)
    ratios = [ours.tokens_per_second / theirs.tokens_per_second for ours, theirs in left]
    later = [ours.first_ms - theirs.first_ms for ours, theirs in left]
    tell("  generation: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    tell("  first token, ms later: " + " ".join(f"{each:.1f}" for each in later))
    shared = median([one.tokens_per_second / two.tokens_per_second for one, two in every])
    return [
        ratio_figure(LETTER, f"{_PANE}, share of the server's pace", _by_its_clock(left), GOAL),
        ratio_figure(LETTER, f"{_PANE}, generation", ratios, None),
        limit_figure(
            LETTER,
            "first token later, the server's own time for the prompt left out",
            median([_beyond_ms(ours) - _beyond_ms(theirs) for ours, theirs in left]),
            MOST_LATER_MS,
            "ms",
        ),
        fact(LETTER, "first token later than over plain HTTP", f"{median(later):.0f} ms"),
        ratio_figure(
            LETTER,
            f"{_PANE}, share of the server's pace, the server on every core",
            _by_its_clock(every),
            None,
        ),
        fact(LETTER, f"{_PANE}, generation, the server on every core", f"{shared:.3f}"),
    ]


def _by_its_clock(pairs: list[tuple[Clocked, Clocked]]) -> list[float]:
    """How much of the server's own pace comes here, over how much comes over plain HTTP."""
    arrives = [
        [one.tokens_per_second / one.own_tokens_per_second for one in pair] for pair in pairs
    ]
    return [ours / theirs for ours, theirs in arrives]


def _beyond_ms(answer: Clocked) -> float:
    return answer.first_ms - answer.own_prompt_ms


def _pairs(run: Run, threads: int, pairs: int) -> list[tuple[Clocked, Clocked]]:
    """Answers of a pane and of plain HTTP by a server on this many threads, in turns."""
    prompts = (f"{number}. Why is the sky blue?" for number in range(1000, 10_000))
    with llama_server(model_of(run), "--alias", "it", threads=threads) as url:
        pane = f"{url}#model=it"
        compared(run, pane, next(prompts))
        asked(url, next(prompts))
        return alternate(
            f"a pane and plain HTTP, {threads} threads of the server",
            pairs,
            lambda: compared(run, pane, next(prompts)),
            lambda: asked(url, next(prompts)),
        )
