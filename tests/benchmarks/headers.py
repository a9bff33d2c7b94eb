"""(k) Reading the header of a model file with a large vocabulary; the answer of ``fit`` from it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.statistics.describe import median
from app.library.model_files import read_shards
from app.store.paths import Paths
from tests.benchmarks.commands import ROOT, environment
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.fit_errors import LEVELS, model_at
from tests.benchmarks.hub_process import REPO_ID, client_environment, hub_process
from tests.benchmarks.model_holes import hollow, write_hole
from tests.helpers.architectures import USEFUL

if TYPE_CHECKING:
    from pathlib import Path

LETTER = "k"
VOCABULARY = 150_000
LIMIT_S, LIMIT_MB, FIT_LIMIT_S = 0.5, 50, 2
_FILE_BYTES = 2_000_000_000
_HUB_BYTES_PER_SECOND = 1e9
_PATIENCE_SECONDS = 60
HOW = f"""A header with {VOCABULARY:,} tokens and as many merges is read in a fresh process each
time: the time of reading it into the facts of a model, and how much the process's peak of memory
grows; medians. *fit* is asked for the levels of a random-weight llama on the tests' own Hub, on the
loopback, each in a fresh process: the time from the header to the answer, which an engine gives.
The first one on a PC measures what its kernels reach as far as the time allows, the next one goes
on with that."""


def measure(run: Run) -> list[Figure]:
    """Read headers, then ask for files of a Hub."""
    folder = run.home / "headers"
    folder.mkdir()
    size = replace(USEFUL, vocabulary_tokens=VOCABULARY)
    file = write_hole(folder / "model-F16.gguf", size, _FILE_BYTES)
    return [*_reader(run, file), *_fit(run, folder)]


def _reader(run: Run, file: Path) -> list[Figure]:
    found = [
        _json(environment(run.home), "tests.benchmarks.header_process", str(file))
        for _ in range(run.count(7, 2))
    ]
    seconds = median([one["seconds"] for one in found])
    header_mb = _header_bytes(file) / 1e6
    figures = [
        limit_figure(LETTER, "header of 150,000 tokens, read", seconds, LIMIT_S, "s"),
        fact(LETTER, "size of that header", f"{header_mb:.1f} MB"),
    ]
    grown = [one["bytes"] for one in found if one["bytes"] is not None]
    if grown:
        grown_mb = median(grown) / 1e6
        title = "the same, growth of the process's peak of memory"
        figures.insert(1, limit_figure(LETTER, title, grown_mb, LIMIT_MB, "MB"))
    return figures


def _header_bytes(file: Path) -> int:
    [shard] = read_shards(file)
    return shard.header.header_bytes


def _fit(run: Run, folder: Path) -> list[Figure]:
    levels = LEVELS[: run.count(len(LEVELS), 2)]
    state = Paths.below(run.home).state
    state.mkdir(parents=True, exist_ok=True)
    files = [
        hollow(model_at("llama", level, state), folder / f"llama-{level}.gguf") for level in levels
    ]
    seconds: list[float] = []
    with hub_process(run, files, _HUB_BYTES_PER_SECOND) as endpoint:
        variables = client_environment(run, endpoint)
        for level in levels:
            words = ("tests.benchmarks.fit_process", f"{REPO_ID}:{level}")
            seconds.append(_json(variables, *words)["seconds"])
            tell(f"  fit of a file on the Hub: {seconds[-1]:.2f} s after its header")
    first, *later = seconds
    title = "fit of a file on the Hub, after its header:"
    return [
        limit_figure(LETTER, f"{title} this PC's first", first, FIT_LIMIT_S, "s"),
        limit_figure(LETTER, f"{title} later ones, median", median(later), FIT_LIMIT_S, "s"),
    ]


def _json(variables: dict[str, str], *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=_PATIENCE_SECONDS,
    )
    return json.loads(done.stdout)
