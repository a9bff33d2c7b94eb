"""(zo) How long a history of ten thousand entries takes to be listed and searched."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from app.core.statistics.describe import median
from tests.benchmarks.commands import ROOT, environment
from tests.benchmarks.figures import Figure, Run, fact, limit_figure
from tests.benchmarks.stalls import Gaps

LETTER = "zo"
ENTRIES = 10_000
FIRST_MS, SEARCH_MS, WORST_MS = 100, 150, 50
_PATIENCE_SECONDS = 900
HOW = f"""A store of {ENTRIES:,} entries as the program writes it (seven of ten are chats, with
ladders, speeds, batches and votes between them), the real window over it. First rows: from the wish
to the painted page, median of several; a search: the same for ten questions, three times each, the
median of each; a gap is as under (c), all jobs of the page included. The index is made anew before,
while the window is open: those gaps stand beside."""


def measure(run: Run) -> list[Figure]:
    """Fill, open, list, search."""
    entries = ENTRIES // 10 if run.quick else ENTRIES
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.history_process", str(entries), "15"],
        cwd=ROOT,
        env=os.environ | environment(run.home) | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        check=True,
        timeout=_PATIENCE_SECONDS,
    )
    told = json.loads(ended.stdout.decode().strip().splitlines()[-1])
    searches: dict[str, float] = told["search_ms"]
    slowest = max(searches, key=lambda words: searches[words])
    looking = Gaps(told["gaps_ns"], told["own_ns"], told["queued_ns"])
    reading = Gaps(told["read_gaps_ns"], told["read_own_ns"], told["read_queued_ns"])
    return [
        limit_figure(
            LETTER, f"first rows of {entries:,}", median(told["first_ms"]), FIRST_MS, "ms"
        ),
        limit_figure(
            LETTER, "slowest of ten searches", searches[slowest], SEARCH_MS, "ms", slowest
        ),
        limit_figure(LETTER, "worst gap, list and search", *_worst(looking)),
        limit_figure(LETTER, "worst gap while the index is made", *_worst(reading)),
        fact(LETTER, "the index of all entries, made anew", f"{told['read_s']:.1f} s"),
        fact(
            LETTER,
            "store and index",
            f"{told['store_bytes'] / 1e6:.0f} MB, {told['index_bytes'] / 1e6:.0f} MB",
        ),
    ]


def _worst(gaps: Gaps) -> tuple[float, float, str, str]:
    wall_ms, own_ms = max(gaps.wall_ns) / 1e6, max(gaps.own_ns) / 1e6
    remark = f"{wall_ms:.0f} ms with waiting for a core, own processor time {own_ms:.0f} ms"
    return gaps.without_queue_ms, WORST_MS, "ms", remark
