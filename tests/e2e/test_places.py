"""The program on a share whose files cannot be locked, and in caches of other accounts."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.bootstrap import open_house
from app.store.paths import Paths
from app.store.window.lock import StoreInUse
from tests.helpers import gguf_files as files
from tests.helpers.fake_hub import FakeHub
from tests.helpers.hub_way import example_repository
from tests.helpers.program import program_command

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).parents[2]
NO_LOCKS = Path(__file__).parents[1] / "helpers" / "no_locks.c"
PATIENCE_SECONDS = 120
# Stands in for the account that a cache belongs to: root without its powers.
POWERLESS = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--ambient-caps", "-all")
OWNING = """
import os, sys
from app.bootstrap import open_house
from app.store.paths import Paths
house = open_house(Paths.default())
house.paths.database.stat()
assert house.remarks == [], house.remarks
print("owns", flush=True)
if sys.stdin.readline() == "die\\n":
    os.kill(os.getpid(), 9)
house.close()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where everything of the program lies: a model, and databases made on a disk with locks."""
    snapshot = tmp_path / "hub" / "models--o--r" / "snapshots" / "c"
    snapshot.mkdir(parents=True)
    files.write_tiny_llama(snapshot / "m-F16.gguf")
    open_house(Paths.below(tmp_path / "home")).close()
    return tmp_path


@pytest.fixture(scope="module")
def no_locks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that refuses every lock to the program it is loaded into."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("nothing here refuses locks")
    made = tmp_path_factory.mktemp("no-locks") / "no_locks.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, NO_LOCKS, "-ldl"], check=True)
    return str(made)


def environment(home: Path, **more: str) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "SHRINKSCOPE_HOME": str(home / "home"),
        "HF_HOME": str(home),
        "HOME": str(home),
        "COLUMNS": "300",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        **more,
    }


def run(*words: str, env: dict[str, str], before: tuple[str, ...] = ()) -> tuple[int, str, str]:
    ended = subprocess.run(
        [*before, *program_command(*words)],
        capture_output=True,
        text=True,
        check=False,
        env=env,
        timeout=PATIENCE_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(example_repository()) as hub:
        yield hub


@pytest.mark.parametrize("refused", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_share_without_locks_works(home: Path, no_locks: str, hub: FakeHub, refused: int) -> None:
    more = {"LD_PRELOAD": no_locks, "NO_LOCKS_ERRNO": str(refused), "HF_ENDPOINT": hub.endpoint}
    env = environment(home, **more)
    run("models", env=environment(home))  # its database then has the journal of disks with locks
    for _ in range(2):
        status, out, err = run("models", "--log-level", "warning", env=env)
        assert (status, err) == (0, "")
        assert "m-F16" in out
    status, out, err = run("get", "org/model-GGUF:Q4_K_M", env=env)
    assert status == 0, err
    assert Path(out.strip()).stat().st_size == 3_000_000
    assert run("votes", "--log-level", "warning", env=env)[::2] == (0, "")


def test_one_window_owns_the_store_without_locks_too(home: Path, no_locks: str) -> None:
    env = environment(home, LD_PRELOAD=no_locks)

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", OWNING],
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    for end in ("die\n", "end\n"):  # what one leaves that was killed stands in nobody's way
        with start() as owner:
            assert owner.stdout is not None
            assert owner.stdout.readline() == "owns\n"
            with start() as second:
                _, err = second.communicate(timeout=PATIENCE_SECONDS)
                assert StoreInUse(owner.pid).sentence in err
            owner.communicate(end, timeout=PATIENCE_SECONDS)


def test_a_cache_of_another_account_gives_and_keeps(home: Path, hub: FakeHub) -> None:
    if not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can play two accounts")
    env = environment(home, HF_ENDPOINT=hub.endpoint)
    status, first, err = run("get", "org/model-GGUF:Q4_K_M", env=env)
    assert status == 0, err
    for path in (home / "hub", *(home / "hub").rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    status, out, err = run("get", "org/model-GGUF:Q4_K_M", env=env, before=POWERLESS)
    assert (status, out) == (0, first), err
    status, _, err = run("get", "org/model-GGUF:Q2_K", env=env, before=POWERLESS)
    assert status == 1
    assert "cannot be written: Permission denied; set HF_HOME" in err
    status, out, err = run("remove", "org/model-GGUF:Q4_K_M", "--yes", env=env, before=POWERLESS)
    assert (status, out) == (1, "")
    assert Path(first.strip()).stat().st_size == 3_000_000
