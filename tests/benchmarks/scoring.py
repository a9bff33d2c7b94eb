"""(m) What scoring a position costs at a vocabulary of 150,000, beside the evaluation."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.benchmarks.commands import ROOT, environment
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.random_model import ensure_random_model

MOST_MS = 3.0
MOST_MB = 400
LETTER = "m"
HOW = """The engine's own scorer over chunks of 256 tokens of the random-weight model (151,936
tokens of vocabulary, Q4_K_M): processor time of the scoring thread a position; a chunk with scoring
beside the same chunk evaluated alone, in turns; the peak of resident memory with scoring less the
peak of an evaluation whose logits are thrown away, and the copies of two batches of logits."""


def measure(run: Run) -> list[Figure]:
    """Measure in a process of its own."""
    chunks = run.count(8, 2)
    words = [sys.executable, "-m", "tests.benchmarks.scoring_process", str(ensure_random_model())]
    done = subprocess.run(
        [*words, str(run.threads), str(chunks)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(run.home),
    )
    found = json.loads(done.stdout.splitlines()[-1])
    alone, together = found["alone_s"], found["together_s"]
    tell(f"  {chunks} chunks: {alone:.3f} s evaluated alone, {together:.3f} s scored as well")
    work_s = found["scored"] * found["score_ms"] / 1e3
    figures = [
        limit_figure("m", "scoring a position, one core", found["score_ms"], MOST_MS, "ms"),
        fact("m", "keeping the reference's position, one core", f"{found['keep_ms']:.2f} ms"),
        fact(
            "m",
            "a chunk with scoring over the same evaluated alone",
            f"{together / alone:.3f} (scoring is {work_s / alone:.3f} of it on one core)",
        ),
    ]
    if found["extra_bytes"] is not None:
        extra = found["extra_bytes"] / 1e6
        figures.append(limit_figure("m", "memory beyond the engine's", extra, MOST_MB, "MB"))
    return figures
