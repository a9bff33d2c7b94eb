"""(zf) A pane whose model runs on a server, against the same server asked over plain HTTP."""

from __future__ import annotations

from app.core.statistics.describe import median
from tests.benchmarks.figures import Figure, Run, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.serving import GENERATED_TOKENS, asked, compared, model_of
from tests.helpers.llama_server import llama_server, server_program

GOAL = 0.99
MOST_LATER_MS = 15.0
LETTER = "zf"
HOW = f"""One greedy answer of {GENERATED_TOKENS} tokens of a llama-server
(tools/build_llama_server.py): the command `compare` over its address, whose pane is that of the
window, against the same question over plain HTTP, in turns. Both are clocked on this side; each
prompt begins with another number, so that the server has not read it before."""


def measure(run: Run) -> list[Figure]:
    """Measure pairs of one answer each; nothing where no llama-server was built."""
    if not server_program().is_file():
        tell("  left out: there is no llama-server (tools/build_llama_server.py)")
        return []
    prompts = (f"{number}. Why is the sky blue?" for number in range(1000, 10_000))
    with llama_server(model_of(run), "--alias", "it", threads=run.threads) as url:
        pane = f"{url}#model=it"
        compared(run, pane, next(prompts))
        asked(url, next(prompts))
        pairs = alternate(
            "a pane and plain HTTP",
            run.pairs,
            lambda: compared(run, pane, next(prompts)),
            lambda: asked(url, next(prompts)),
        )
    ratios = [ours.tokens_per_second / theirs.tokens_per_second for ours, theirs in pairs]
    later = [ours.first_ms - theirs.first_ms for ours, theirs in pairs]
    tell("  generation: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    tell("  first token, ms later: " + " ".join(f"{each:.1f}" for each in later))
    return [
        ratio_figure(LETTER, "a server's pane over plain HTTP, generation", ratios, GOAL),
        limit_figure(
            LETTER, "first token later than over plain HTTP", median(later), MOST_LATER_MS, "ms"
        ),
    ]
