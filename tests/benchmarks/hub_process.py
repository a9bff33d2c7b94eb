"""The fake Hub in a process of its own, so that it takes nothing from the process it serves.

``python -m tests.benchmarks.hub_process BYTES_PER_SECOND REPOSITORIES FILE…``: a repository with
these files, each answer as fast as that, and others to be searched. Its address is one line on
stdout; it serves until its stdin ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.commands import ROOT, environment
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.figures import Run

REPO_ID = "bench/model-GGUF"
_WORDS = ("llama", "qwen", "gemma", "mistral", "phi", "falcon", "granite", "olmo")
_END_SECONDS = 10


@contextmanager
def hub_process(
    run: Run, files: Sequence[Path], bytes_per_second: float, repositories: int = 0
) -> Iterator[str]:
    """Serve files as the repository :data:`REPO_ID`; gives the Hub's address."""
    words = [str(bytes_per_second), str(repositories), *map(str, files)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.hub_process", *words],
        cwd=ROOT,
        env=environment(run.home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["endpoint"]
    finally:
        process.communicate(timeout=_END_SECONDS)


def client_environment(run: Run, endpoint: str) -> dict[str, str]:
    """Variables of a program that downloads from there into the measured program's home."""
    home = run.home / "hf"
    # The person's own token and cache stay out of it.
    return environment(run.home) | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_TOKEN": "",
    }


def _others(count: int) -> list[FakeRepository]:
    """Repositories to be found."""
    return [
        FakeRepository(f"author-{number % 40}/{_WORDS[number % 8]}-{number}B-GGUF", [], facts=facts)
        for number in range(count)
        for facts in [_facts(number)]
    ]


def _facts(number: int) -> dict[str, Any]:
    billions = 1 + number % 70
    return {
        "downloads": 1_000_000 // (number + 1),
        "likes": 10_000 // (number + 1),
        "trendingScore": 1000 - number,
        "gguf": {
            "total": billions * 1_000_000_000,
            "architecture": _WORDS[number % 8],
            "context_length": 32_768,
        },
        "cardData": {"license": "apache-2.0"},
        "tags": ["gguf", "license:apache-2.0"],
    }


def main() -> int:
    """Serve."""
    files = [FakeFile(Path(word).name, Path(word)) for word in sys.argv[3:]]
    main_repository = FakeRepository(REPO_ID, files, facts=_facts(0))
    with FakeHub(main_repository, *_others(int(sys.argv[2]))) as hub:
        hub.bytes_per_second = float(sys.argv[1])
        hub.page = 100
        print(json.dumps({"endpoint": hub.endpoint}), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
