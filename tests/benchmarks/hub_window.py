"""(j) How long the window keeps the person waiting while it downloads, searches and scans."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.statistics.describe import median, percentile
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.hub_process import REPO_ID, client_environment, hub_process
from tests.benchmarks.model_holes import write_hole
from tests.benchmarks.windows import WindowProcess
from tests.helpers.architectures import USEFUL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LETTER = "j"
WORST_MS = 50
AT_ONCE = 2
RATE_BYTES = 50_000_000
FILE_BYTES = 300_000_000
REPOSITORIES = 600
SCANNED = 40
LETTER_MS = 150
SEARCHES = ("llama", "qwen", "gemma 7", "mistral", "phi")
_HUB_TOKENS = 32_000
HOW = f"""A timer in the window's process is due every millisecond; a gap is the time between two
of its ticks. {AT_ONCE} files of {FILE_BYTES / 1e6:.0f} MB come at {RATE_BYTES / 1e6:.0f} MB/s each,
a gigabit line nearly full, while words are typed into the search, a letter every {LETTER_MS} ms,
and found among {REPOSITORIES} repositories, until both files are there, verified. The Hub is the
tests' own, on the loopback, in a process of its own on the same cores. 5 times, the worst gap of a
run, and of these the median. *Scan*: the window looks through a folder with {SCANNED} models that
it has never seen."""


def measure(run: Run) -> list[Figure]:
    """Download and search; then scan."""
    ensure_demo_levels(run)
    folder = run.home / "hub-files"
    folder.mkdir()
    runs = run.count(5, 2)
    size = replace(USEFUL, vocabulary_tokens=_HUB_TOKENS)
    files = [
        write_hole(folder / f"model-{number:02}-Q8_0.gguf", size, FILE_BYTES, number)
        for number in range(AT_ONCE * runs)
    ]
    try:
        with (
            hub_process(run, files, RATE_BYTES, REPOSITORIES) as endpoint,
            WindowProcess(run, [], client_environment(run, endpoint)) as window,
        ):
            window.call("open_repository", repo=REPO_ID)
            seen = [
                _download(window, files[AT_ONCE * number :][:AT_ONCE]) for number in range(runs)
            ]
            scan = _scan(window, folder / "scanned")
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(run.home / "hf", ignore_errors=True)
    return [*_figures("two downloads and a search", seen), *_figures("first scan", [scan])]


def _download(window: WindowProcess, files: Sequence[Path]) -> dict[str, Any]:
    names = [file.name for file in files]
    done = window.call("download_and_search", files=names, searches=SEARCHES, letter_ms=LETTER_MS)
    assert done["found"], done["typed"]
    worst_ms = max(done["gaps_ns"]) / 1e6
    seconds = sum(done["gaps_ns"]) / 1e9
    tell(f"  hub window: worst gap {worst_ms:.0f} ms in {seconds:.1f} s, {done['found']} searches")
    return done


def _scan(window: WindowProcess, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    for number in range(SCANNED):
        write_hole(folder / f"scanned-{number}-Q8_0.gguf", USEFUL, FILE_BYTES, number)
    done = window.call("scan", folder=str(folder))
    assert done["models"] >= SCANNED, done["models"]
    return done


def _figures(case: str, runs: Sequence[dict[str, Any]]) -> list[Figure]:
    worst_ms = [max(one["gaps_ns"]) / 1e6 for one in runs]
    own_ms = [max(one["own_ns"]) / 1e6 for one in runs]
    high_ms = [percentile(one["gaps_ns"], 99.9) / 1e6 for one in runs]
    remark = f"median of {len(runs)} runs" if len(runs) > 1 else ""
    words = f"worst {median(own_ms):.0f} ms; 99.9th percentile of gaps {median(high_ms):.0f} ms"
    return [
        limit_figure(LETTER, f"worst gap, {case}", median(worst_ms), WORST_MS, "ms", remark),
        fact(LETTER, f"the window's own processor time in a gap, {case}", words),
    ]
