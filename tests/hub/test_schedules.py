"""Random faults, kills and restarts: at the end the very bytes, or a sentence; no rubbish stays.

Tests app.hub.download, app.hub.cache and app.hub.files.part_file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.base.gate import StopFlag
from app.hub.cache import HubCache
from app.hub.download import Downloader
from app.hub.errors import HubError
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.fake_hub.faults import HOSTILE
from tests.helpers.hub_way import HASTY, close_library, content, way_to

REPOSITORY = Path(__file__).parents[2]
REPO = "org/model-GGUF"
NAME = "model-Q4_K_M.gguf"
SIZE = 1_500_000
DATA = content(SIZE, 9)
MOST_RUNS = 12

AT = st.integers(0, SIZE + 10)
FAULTS = st.builds(
    lambda kind, at: Fault(kind, 0 if kind is FaultKind.TOO_MANY else at),
    st.sampled_from(sorted(set(FaultKind) - HOSTILE - {FaultKind.SILENT}, key=lambda k: k.name)),
    AT,
)

# A program that downloads as this one does, with little patience; it says how it ended.
PROGRAM = """
import sys
from pathlib import Path
from app.core.errors import PersonError
from app.base.gate import StopFlag
from app.hub.settings import HubSettings, Patience
from app.hub.tokens import Tokens
from app.hub.connection import HubConnection
from app.hub.catalogue import Catalogue
from app.hub.cache import HubCache
from app.hub.download import Downloader

endpoint, folder, silence_s = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
patience = Patience(silence_s, silence_s, silence_s / 4, 0.01, 0.05, attempts=4)
connection = HubConnection(
    HubSettings(endpoint, folder, patience=patience),
    Tokens(endpoint, environ={}, keyring=lambda: None),
)
print("ready", flush=True)
for line in sys.stdin:
    try:
        repository = Catalogue(connection).repository("org/model-GGUF")
        fetched = Downloader(connection, HubCache(folder)).fetch_all(
            repository.repo_id, repository.commit, repository.files[0].parts,
            stop=StopFlag(), tell=lambda progress: None,
        )
        print("done", fetched[0].path, flush=True)
    except PersonError as error:
        print("said", error.sentence, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One start of the program: the faults it meets, and after how many bytes it is killed."""

    faults: tuple[Fault, ...]
    killed_after_bytes: int | None


RUNS = st.lists(st.builds(Run, st.lists(FAULTS, max_size=3).map(tuple), st.none() | AT), max_size=3)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@settings(max_examples=5, suppress_health_check=list(HealthCheck))  # pyright: ignore[reportArgumentType]
@given(runs=RUNS)
def test_a_killed_program_ends_with_the_very_bytes_or_a_sentence(runs: list[Run]) -> None:
    repository = FakeRepository(REPO, [FakeFile(NAME, DATA)])
    with FakeHub(repository) as hub, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The last run meets no fault and is not killed: it must come to the end.
        for run in [*runs, Run((), None)]:
            hub.content_faults.clear()
            hub.content_faults.add(*run.faults)
            said = one_run(hub, folder, run)
            check_cache(folder)
        assert said.startswith("done "), said
        assert Path(said.removeprefix("done ").strip()).read_bytes() == DATA
        assert HubCache(folder).stray_parts() == []


def one_run(hub: FakeHub, folder: Path, run: Run) -> str:
    """Start the program; returns its last words, empty when it was killed."""
    # Where no fault is to be met, a busy PC's own silence is none.
    silence_s = 2.0 if run.faults else 240.0
    command = [sys.executable, "-c", PROGRAM, hub.endpoint, str(folder), str(silence_s)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        hub.bytes_per_second = 3_000_000 if run.killed_after_bytes is not None else None
        end = hub.sent_bytes + (run.killed_after_bytes or 0)
        child.stdin.write("go\n")
        child.stdin.close()
        if run.killed_after_bytes is not None:
            while hub.sent_bytes < end and child.poll() is None and not settled(hub, folder):
                hub.released.wait(0.005)
            child.kill()  # where it has not ended by itself
        words = child.stdout.read()
    hub.bytes_per_second = None
    return words


def settled(hub: FakeHub, folder: Path) -> bool:
    """Whether no more bytes will come: the file is there, or the faults are used up."""
    return any(folder.rglob(NAME)) or (bool(hub.asked("content")) and hub.sent_bytes > SIZE)


def check_cache(folder: Path) -> None:
    """Whatever happened: what counts as there is right, and at most one unfinished file lies by."""
    for blob in folder.glob("models--*/blobs/*"):
        if not blob.name.endswith(".incomplete"):
            assert blob.read_bytes() == DATA
    for path in folder.rglob("*.gguf"):
        assert path.read_bytes() == DATA
    assert len(HubCache(folder).stray_parts()) <= 1


@settings(max_examples=15, suppress_health_check=list(HealthCheck))  # pyright: ignore[reportArgumentType]
@given(faults=st.lists(FAULTS, max_size=6))
def test_any_faults_end_with_the_very_bytes_or_a_sentence(faults: list[Fault]) -> None:
    repository = FakeRepository(REPO, [FakeFile(NAME, DATA)])
    with FakeHub(repository) as hub, tempfile.TemporaryDirectory() as name:
        way = way_to(hub, Path(name), patience=HASTY)
        listed = way.catalogue.repository(REPO)
        hub.content_faults.add(*faults)
        for _ in range(MOST_RUNS):
            try:
                (fetched,) = Downloader(way.connection, way.cache).fetch_all(
                    REPO,
                    listed.commit,
                    listed.files[0].parts,
                    stop=StopFlag(),
                    tell=lambda _progress: None,
                )
            except HubError as error:
                assert error.sentence.endswith(".")  # noqa: PT017
                check_cache(way.cache.folder)
                continue
            break
        assert fetched.path.read_bytes() == DATA
        assert way.cache.stray_parts() == []
        close_library()
