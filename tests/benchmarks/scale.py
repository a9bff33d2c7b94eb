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
HOW = f"""The real window with {MODELS} models whose training is published and the demo model's
levels, from the wish for the Scale page to its chart as it is painted with all of them, on the
clock. Median and slowest of several programs, in each of which nobody has looked at the page
before: loading its modules counts. Beside it the processor time that it took, and the way back to
a page that is there."""


def measure(run: Run) -> list[Figure]:
    """Open it in several programs."""
    told = [_opened(run) for _ in range(run.count(9, 2))]
    first_ms, own_ms, all_ms = zip(*(each["first"] for each in told), strict=True)
    again_ms = [each["again"][0] for each in told]
    return [
        limit_figure(
            LETTER, f"Scale with {MODELS} models, opened", median(first_ms), MOST_MS, "ms"
        ),
        fact(LETTER, "the slowest of these", f"{max(first_ms):.0f} ms"),
        fact(
            LETTER,
            "processor time, of the window's thread alone",
            f"{median(all_ms):.0f} ms, {median(own_ms):.0f} ms",
        ),
        fact(LETTER, "once more", f"{median(again_ms):.0f} ms"),
    ]


def _opened(run: Run) -> dict[str, tuple[float, float, float]]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.scale_process"],
        cwd=ROOT,
        env=os.environ | environment(run.home) | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        check=True,
        timeout=_PATIENCE_SECONDS,
    )
    return json.loads(ended.stdout.decode().strip().splitlines()[-1])
