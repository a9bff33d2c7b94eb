"""(y) What experts cost: as many as work on a token, and counting which of them do."""

from __future__ import annotations

import json
import subprocess
import sys

from app.lab.demo.demo import demo_base
from tests.benchmarks.commands import ROOT, environment
from tests.benchmarks.figures import Figure, Run, fact, ratio_figure, tell
from tests.helpers.moe_files import EXPERTS, write_demo_mixture

GOAL = 0.90
LETTER = "y"
HOW = f"""A mixture of {EXPERTS} experts a layer made of the demo model (16 M parameters, F16; what
counting costs is the less the larger a model is), in a process of its own with one thread:
processor time of reading 512 tokens while the experts that work are counted (`inspect --experts`)
and while they are not, in turns; and of generating with so many experts a token, over all of
them."""


def measure(run: Run) -> list[Figure]:
    """Measure in a process of its own."""
    mixture = write_demo_mixture(demo_base(), run.home / "mixture.gguf")
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.experts_process", str(mixture), str(run.pairs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(run.home),
    )
    found = json.loads(done.stdout.splitlines()[-1])
    ratios = found["counting"]
    tell("  counting: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    figures = [ratio_figure(LETTER, "reading with experts counted, over without", ratios, GOAL)]
    return figures + [
        fact(LETTER, f"generating, {n} of {EXPERTS} experts over all", f"{times:.2f} times")
        for n, times in found["generating"].items()
    ]
