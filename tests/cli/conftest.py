"""Commands as processes against the fake Hub, with folders of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from app.core.models.levels import TENSOR_TYPES
from app.engine.local.client import LocalEngines
from app.lab.engines.calls import EngineCalls
from app.lab.engines.speeds import speed_store
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.speed.calm import Calm
from app.monitor.machine import physical_core_count
from app.store.paths import Paths
from tests.helpers.architectures import Size, write_header_only
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_sharded_llama, write_tiny_llama

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
REPO = "org/sky-GGUF"
_TYPES = {"F32", "F16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ1_0"}
LARGE = Size(layers=8, width=1024, feed_forward=4096, vocabulary_tokens=60_000)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of standard output."""
        return msgspec.json.decode(self.out)


class Program:
    """Runs commands in a home folder with nothing in it."""

    def __init__(self, hub: FakeHub, home: Path, speeds: Path) -> None:
        self.hub = hub
        self.home = home
        home.mkdir()
        state = Paths.below(home / "program").state
        state.mkdir(parents=True)
        shutil.copy(speeds, state)

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "SHRINKSCOPE_HOME": str(self.home / "program"),
            "HF_HOME": str(self.home / "hf"),
            "HF_ENDPOINT": self.hub.endpoint,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "COLUMNS": "200",
            **more,
        }

    def start(
        self, *words: str | Path, prefix: Sequence[str] = (), **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a command, behind the words of another program; whoever starts it waits for it."""
        given: dict[str, Any] = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "stdin": subprocess.DEVNULL,
            "cwd": self.home,
            "env": self.environment(),
        }
        command = [*prefix, sys.executable, "-m", "app", *map(str, words)]
        return cast("subprocess.Popen[bytes]", subprocess.Popen(command, **given | options))

    def run(self, *words: str | Path, status: int = 0, **options: Any) -> Ended:
        """Run a command to its end."""
        with self.start(*words, **options) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE_SECONDS)
            except BaseException:
                process.kill()
                raise
        ended = Ended(process.returncode, (out or b"").decode(), (err or b"").decode())
        assert "Traceback" not in ended.err, ended.err
        assert ended.status == status, ended.err
        return ended

    def json(self, *words: str | Path, status: int = 0) -> Any:
        """Run a command with ``--json`` and return its document."""
        return self.run(*words, "--json", status=status).document


@pytest.fixture
def repository(tmp_path: Path) -> FakeRepository:
    """Real headers; the weights of the large one are a hole."""
    folder = tmp_path / "files"
    folder.mkdir()
    large = write_header_only(folder / "large.gguf", "llama", LARGE)
    shards = write_sharded_llama(folder, stem="sky-Q8_0")
    return FakeRepository(
        REPO,
        [
            FakeFile("sky-F16.gguf", large, sha256=b"f16".hex().ljust(64, "0")),
            *(FakeFile(f"Q8_0/{path.name}", path) for path in shards),
            FakeFile("sky-UD-Q4_K_XL.gguf", write_tiny_llama(folder / "tiny.gguf")),
            FakeFile("mmproj-F16.gguf", b"x" * 100),
            FakeFile("README.md", b"# sky", lfs=False),
        ],
        facts={
            "gguf": {"total": 1_100_000_000, "architecture": "llama", "context_length": 8192},
            "cardData": {"license": "apache-2.0"},
        },
    )


@pytest.fixture
def hub(repository: FakeRepository) -> Iterator[FakeHub]:
    """The fake Hub with that repository."""
    with FakeHub(repository) as hub:
        yield hub


@pytest.fixture(scope="session")
def speeds(little_is_read: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this PC is measured for at the first time, as commands keep it: measured here once."""
    paths = Paths.below(tmp_path_factory.mktemp("measured"))
    paths.create()
    store, calm = speed_store(paths), Calm(others_use=lambda _pid: None)
    types = [number for number, kind in TENSOR_TYPES.items() if kind.name in _TYPES]
    for threads in {1, physical_core_count()}:
        with EngineCalls("measured", LocalEngines(paths.state)) as engine:
            MachineSpeed(store, calm).rates(types, threads, engine)
    return paths.state / "speeds.sqlite3"


@pytest.fixture
def program(hub: FakeHub, speeds: Path, tmp_path: Path) -> Program:
    """The program with folders of the test's own."""
    return Program(hub, tmp_path / "home", speeds)
