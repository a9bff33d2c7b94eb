"""(i) The program's downloads, verified while they come, against curl's, which verifies nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.core.statistics.describe import median
from tests.benchmarks.commands import ROOT
from tests.benchmarks.figures import Figure, Run, fact, ratio_figure
from tests.benchmarks.hub_process import REPO_ID, client_environment, hub_process
from tests.benchmarks.llama_tools import ToolError
from tests.benchmarks.model_holes import write_hole
from tests.benchmarks.pairs import alternate
from tests.helpers.architectures import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LETTER = "i"
RATE_BYTES = 200_000_000
FILE_BYTES = 800_000_000
AT_LEAST = 0.9
_PAIRS, _QUICK_PAIRS = 7, 2
_NAME = "model-Q8_0.gguf"
HOW = f"""A Hub of the tests' own on the loopback, in a process of its own, sends a file of
{FILE_BYTES / 1e6:.0f} MB at {RATE_BYTES / 1e6:.0f} MB/s. The program's time is that of the whole
download in a process that runs already: asking the Hub, the bytes, SHA-256 compared, the file
forced to the disk, named and linked; curl's is that of its process, which writes the file and is
done. Alternating pairs; the ratio is the program's rate over curl's."""


def measure(run: Run) -> list[Figure]:
    """Alternate the program and curl."""
    curl = shutil.which("curl")
    if curl is None:
        raise ToolError("curl is not on this PC")
    folder = run.home / "downloads"
    folder.mkdir()
    model = write_hole(folder / _NAME, Size(), FILE_BYTES)
    try:
        with (
            hub_process(run, [model], RATE_BYTES) as endpoint,
            _program(run, endpoint, folder / "cache") as ours,
        ):
            address = f"{endpoint}/{REPO_ID}/resolve/main/{_NAME}"
            target = folder / "curl.gguf"

            def theirs() -> float:
                begin_s = time.monotonic()
                command = [curl, "--silent", "--fail", "--location", "--output", str(target)]
                subprocess.run([*command, address], check=True)
                seconds = time.monotonic() - begin_s
                target.unlink()
                return seconds

            pairs = alternate("download", run.count(_PAIRS, _QUICK_PAIRS), ours, theirs)
    finally:
        shutil.rmtree(folder)
    ratios = [theirs_s / ours_s for ours_s, theirs_s in pairs]
    ours_rate, theirs_rate = (
        FILE_BYTES / 1e6 / median([pair[side] for pair in pairs]) for side in (0, 1)
    )
    rates = f"{ours_rate:.0f} MB/s; curl's {theirs_rate:.0f} MB/s"
    return [
        ratio_figure(LETTER, "verified download over curl", ratios, AT_LEAST),
        fact(LETTER, "the program's rate, median", rates),
    ]


@contextmanager
def _program(run: Run, endpoint: str, cache: Path) -> Iterator[Callable[[], float]]:
    """Gives what downloads once, into an empty cache, and returns the seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.download_process", REPO_ID],
        cwd=ROOT,
        env=client_environment(run, endpoint),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def download() -> float:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{cache}\n")
        process.stdin.flush()
        seconds = json.loads(process.stdout.readline())["seconds"]
        shutil.rmtree(cache)
        return seconds

    try:
        yield download
    finally:
        process.communicate(timeout=10)
