"""(o) The packaged engine against one that was compiled for this PC, and the packaged start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import ROOT, bench_speeds
from tests.benchmarks.figures import Figure, Run, fact, ratio_figure, tell
from tests.benchmarks.llama_tools import ToolError
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model

PROMPT_TOKENS = 256
GENERATED_TOKENS = 64
REPETITIONS = 2
GOAL = 0.95
VARIABLE = "SHRINKSCOPE_PROGRAM"
LETTER = "o"
HOW = f"""`bench` of the frozen program that `make package` builds (llama.cpp with loadable
backends, which chooses one for the processor at start) against `bench` of this checkout, whose
llama.cpp was compiled with this PC's own instructions: alternating pairs in random order, a process
each, the same file and threads, pp{PROMPT_TOKENS} and tg{GENERATED_TOKENS}, {REPETITIONS}
repetitions. Both build the same llama.cpp."""


def packaged_program() -> Path:
    """The frozen program: ``SHRINKSCOPE_PROGRAM``, or what ``make package`` left in ``build``.

    Raises:
        ToolError: There is none.
    """
    given = os.environ.get(VARIABLE)
    path = Path(given) if given else ROOT / "build" / "package" / "shrinkscope" / "shrinkscope"
    if not path.is_file():
        raise ToolError(f"There is no packaged program: make package, or {VARIABLE}=…")
    return path.absolute()


def measure(run: Run) -> list[Figure]:
    """Measure pairs of both programs."""
    model = ensure_random_model()
    packaged = [str(packaged_program())]
    sizes: dict[str, Any] = {"pp": PROMPT_TOKENS, "tg": GENERATED_TOKENS}
    sizes |= {"threads": run.threads, "repetitions": REPETITIONS}
    pairs = alternate(
        "the packaged program and this checkout",
        run.pairs,
        lambda: bench_speeds(run.home, model, program=packaged, **sizes),
        lambda: bench_speeds(run.home, model, **sizes),
    )
    figures: list[Figure] = []
    for test in (f"tg{GENERATED_TOKENS}", f"pp{PROMPT_TOKENS}"):
        ratios = [ours[test] / native[test] for ours, native in pairs]
        tell(f"  {test}: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
        name = f"packaged engine over a native build, {test}"
        figures.append(ratio_figure(LETTER, name, ratios, GOAL))
        for words, place in (("packaged", 0), ("native", 1)):
            best = max(pair[place][test] for pair in pairs)
            figures.append(fact(LETTER, f"{words}, {test}, fastest", f"{best:.1f} tokens/s"))
    return figures
