"""``remove`` as a process: what it frees is said first, and only full names count.

Tests app.cli.get and app.lab.works.nights.brought.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from app.lab.works.nights.brought import BroughtFiles
from app.store.paths import Paths
from tests.cli.conftest import PATIENCE_SECONDS, REPO, Program
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository

pytestmark = pytest.mark.e2e


@pytest.fixture
def here(program: Program) -> Path:
    """A file that was downloaded."""
    return Path(program.json("get", f"{REPO}:UD-Q4_K_XL")["path"])


def models(program: Program) -> list[Path]:
    return sorted((program.home / "hf").rglob("*.gguf"))


@pytest.mark.parametrize("word", ["sky", REPO, "sky-GGUF", "sky:UD-Q4_K_XL"])
def test_part_of_a_name_removes_nothing(program: Program, here: Path, word: str) -> None:
    ended = program.run("remove", word, "--yes", status=1)
    assert f"{REPO}:F16" in ended.err  # what its weights are, whatever it is called
    assert len(ended.err.splitlines()) == 1
    assert models(program) == [here]


@pytest.mark.parametrize(
    "word", [f"{REPO}:UD-Q4_K_XL", f"{REPO}:ud-q4_k_xl", "sky-UD-Q4_K_XL", "sky-UD-Q4_K_XL.gguf"]
)
def test_full_names_do(program: Program, here: Path, word: str) -> None:
    size = here.stat().st_size
    assert program.json("remove", word) == {"freed_bytes": size}
    assert models(program) == []


def test_of_two_repositories_with_such_a_file_neither_is_guessed(
    program: Program, hub: FakeHub, here: Path, repository: FakeRepository
) -> None:
    hub.add(FakeRepository("other/sky-GGUF", [*repository.files]))
    program.run("get", "other/sky-GGUF:UD-Q4_K_XL")
    ended = program.run("remove", "sky-UD-Q4_K_XL", status=1)
    assert f"{REPO}:F16" in ended.err
    assert "other/sky-GGUF:F16" in ended.err
    program.run("remove", f"{REPO}:F16")
    assert [path.parts[-4] for path in models(program)] == ["models--other--sky-GGUF"]


def test_a_copy_of_another_program_does_not_stand_in_the_way(program: Program, here: Path) -> None:
    folder = program.home / ".lmstudio" / "models" / "org" / "sky-GGUF"
    folder.mkdir(parents=True)
    (folder / here.name).write_bytes(here.read_bytes())
    program.run("remove", "sky-UD-Q4_K_XL")
    assert models(program) == []
    assert (folder / here.name).exists()
    ended = program.run("remove", "sky-UD-Q4_K_XL", status=1)
    assert "only files there are removed" in ended.err
    assert (folder / here.name).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals to open")
@pytest.mark.parametrize(("typed", "is_removed"), [(b"n\n", False), (b"y\n", True)])
def test_a_person_is_asked_and_told_what_goes(
    program: Program, here: Path, typed: bytes, is_removed: bool
) -> None:
    import pty

    ours, theirs = pty.openpty()
    with program.start("remove", str(here), "--quiet", stdin=theirs) as process:
        os.close(theirs)
        os.write(ours, typed)
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
    os.close(ours)
    first, _, question = err.decode().partition("\n")
    assert first.startswith("This frees ")
    assert here.name in first
    assert question.startswith("Remove it for good?")
    assert process.returncode == (0 if is_removed else 1)
    assert here.exists() is not is_removed


def test_what_a_night_brought_is_the_persons_once_it_is_got_or_removed(
    program: Program, here: Path
) -> None:
    brought = BroughtFiles.below(Paths.below(program.home / "program").cache)
    digest = hashlib.sha256(here.read_bytes()).hexdigest()
    for word in ("get", "remove"):
        brought.claim(f"{REPO} {'c' * 40} {digest}", 0)
        brought.claim("of another night", 0)
        program.run(word, f"{REPO}:UD-Q4_K_XL")
        assert brought.there_before(f"{REPO} {'c' * 40} {digest}") is None
        assert brought.there_before("of another night") == 0


def test_content_that_another_version_shares_stays(
    program: Program, repository: FakeRepository, here: Path
) -> None:
    repository.commit = "c" * 40
    repository.files.append(FakeFile("new-Q2_K.gguf", b"x"))
    program.run("get", f"{REPO}:UD-Q4_K_XL")
    assert program.json("remove", f"{REPO}:UD-Q4_K_XL") == {"freed_bytes": 0}
    assert models(program) == [here]


def test_a_link_to_a_file_elsewhere_goes_alone(program: Program, here: Path) -> None:
    elsewhere = program.home / "big-disk" / "only-copy.gguf"
    elsewhere.parent.mkdir()
    here.resolve().rename(elsewhere)
    here.unlink()
    here.symlink_to(elsewhere)
    ended = program.run("remove", str(here), "--yes")
    assert f"outside the cache stays: {elsewhere}" in ended.err
    assert ended.out == "Nothing was freed.\n"
    assert elsewhere.exists()
    assert not os.path.lexists(here)


def test_a_cache_that_is_a_link_is_the_cache(program: Program, here: Path) -> None:
    size = here.stat().st_size
    (program.home / "hf").rename(program.home / "big-disk")
    (program.home / "hf").symlink_to(program.home / "big-disk")
    assert program.json("remove", f"{REPO}:UD-Q4_K_XL") == {"freed_bytes": size}
    assert not (program.home / "big-disk" / "hub" / f"models--{REPO.replace('/', '--')}").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bind in other ways")
def test_what_may_not_be_removed_is_not_said_to_be(program: Program, here: Path) -> None:
    prefix: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("nothing binds root")
        none = [f"--{kind}=-all" for kind in ("bounding-set", "inh-caps", "ambient-caps")]
        prefix = ["setpriv", *none]
    folders = [here.parent, here.resolve().parent]
    for folder in folders:
        folder.chmod(0o555)
        if prefix:
            os.chown(folder, 65534, 65534)
    try:
        ended = program.run("remove", str(here), "--yes", status=1, prefix=prefix)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert "nothing was freed" in ended.err
    assert ended.out == ""
    assert here.exists()
