"""(zg) How long the Scale page takes to open with many models."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from app.core.statistics.describe import median
from tests.benchmarks.commands import ROOT, environment
from tests.benchmarks.figures import Figure, Run, fact, limit_figure
from tests.benchmarks.scale_process import MODELS

LETTER = "zg"
MOST_MS = 150
_PATIENCE_SECONDS = 120
HOW = f"""The Scale page with {MODELS} models whose training is published, beside all that ship with
the program: processor time of the window's thread from the data to the painted page; median and
slowest of several openings in one process, the first left out."""


def measure(run: Run) -> list[Figure]:
    """Open it several times."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.scale_process", str(run.count(15, 3))],
        cwd=ROOT,
        env=os.environ | environment(run.home) | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        check=True,
        timeout=_PATIENCE_SECONDS,
    )
    own_ms: list[float] = json.loads(ended.stdout.decode().strip().splitlines()[-1])
    return [
        limit_figure(LETTER, f"Scale with {MODELS} models, opened", median(own_ms), MOST_MS, "ms"),
        fact(LETTER, "the slowest of these", f"{max(own_ms):.0f} ms"),
    ]
