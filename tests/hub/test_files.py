"""Caches as people have them: without links, without locks, of another account."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from app.base import locks
from app.base.gate import StopFlag
from app.core.errors import DiskTrouble
from app.hub.catalogue import Catalogue
from app.hub.errors import CacheNotWritable
from app.hub.files.removal import plan_removal
from app.hub.files.snapshots import show
from app.hub.settings import HubSettings, hub_cache_folder, hugging_face_home
from app.library.places import hugging_face_cache

if TYPE_CHECKING:
    from pathlib import Path

    from app.hub.download import Fetched
    from tests.helpers.fake_hub import FakeHub
    from tests.helpers.hub_way import Way

REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"
SIZE = 3_000_000


def fetch(way: Way, name: str = SINGLE) -> Fetched:
    repository = Catalogue(way.connection).repository(REPO)
    (file,) = [file for file in repository.files if file.name == name]
    (fetched,) = way.downloader.fetch_all(
        REPO, repository.commit, file.parts, stop=StopFlag(), tell=lambda _: None
    )
    return fetched


def stored_bytes(folder: Path) -> int:
    """What the files take, hard links once and links not at all."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        if path.is_file() and not path.is_symlink():
            found[status.st_ino] = status.st_size
    return sum(found.values())


@pytest.fixture(params=["hard links", "no links at all"])
def without_links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A disk without symbolic links; whether it has hard ones."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "symlink", refuse)
    if request.param == "no links at all":
        monkeypatch.setattr(os, "link", refuse)
    return request.param == "hard links"


def test_without_links_a_new_commit_takes_what_is_there(
    hub: FakeHub, way: Way, without_links: bool
) -> None:
    first = fetch(way)
    sent = hub.sent_bytes
    hub.repositories[REPO].commit = "b" * 40
    second = fetch(way)
    assert hub.sent_bytes == sent
    assert second.path != first.path
    assert second.path.stat().st_size == SIZE
    assert first.path.exists() == without_links  # else it moved: it is never stored twice
    assert SIZE <= stored_bytes(way.cache.folder) < SIZE + 1000
    assert second.resumed_from_bytes == SIZE
    removal = plan_removal(way.cache.folder, second.path)
    freed = removal.execute()
    assert freed == (0 if without_links else SIZE)
    assert stored_bytes(way.cache.folder) < SIZE * without_links + 1000


@pytest.mark.usefixtures("without_links")
def test_without_links_everything_goes_when_it_is_removed(way: Way) -> None:
    path = fetch(way).path
    before = stored_bytes(way.cache.folder)
    freed = plan_removal(way.cache.folder, path).execute()
    assert freed == SIZE
    assert before - stored_bytes(way.cache.folder) >= SIZE
    assert stored_bytes(way.cache.folder) < 1000


@pytest.mark.usefixtures("without_links")
def test_a_copy_that_another_program_left_is_stored_once_again(hub: FakeHub, way: Way) -> None:
    path = fetch(way).path
    blob = way.cache.blob(REPO, hub.repositories[REPO].files[0].sha256)
    blob.write_bytes(path.read_bytes())
    fetch(way)
    assert stored_bytes(way.cache.folder) < SIZE + 1000
    blob.write_bytes(path.read_bytes())
    assert plan_removal(way.cache.folder, path).execute() == 2 * SIZE
    assert stored_bytes(way.cache.folder) < 1000


def test_links_that_lead_nowhere_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob, entry = tmp_path / "r" / "blobs" / "abc", tmp_path / "r" / "snapshots" / "c" / "m.gguf"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"content")
    real = os.symlink
    monkeypatch.setattr(os, "symlink", lambda _, path, *more: real("/nowhere/at/all", path))
    show(blob, entry, {})
    assert (entry.is_symlink(), entry.read_bytes()) == (False, b"content")
    assert list(entry.parent.iterdir()) == [entry]


# --- shares without locks ---------------------------------------------------------------------

REFUSED = [errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS]


@pytest.fixture(params=REFUSED, ids=lambda number: errno.errorcode[number])
def without_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that refuses every lock."""
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(fcntl, "lockf", refuse)


@pytest.mark.usefixtures("without_locks")
def test_a_download_needs_no_locks(hub: FakeHub, way: Way) -> None:
    path = fetch(way).path
    assert path.stat().st_size == SIZE
    lock = way.cache.lock(REPO, hub.repositories[REPO].files[0].sha256)
    assert list(lock.parent.iterdir()) == []  # nothing is left that would stand in the way
    path.unlink()
    assert fetch(way).path == path
    assert way.cache.remove_old_parts(older_than_s=0.0) == 0


@pytest.mark.usefixtures("without_locks")
def test_a_lock_that_stands_for_one_keeps_others_out(tmp_path: Path) -> None:
    from filelock import Timeout

    first, second = locks.file_lock(tmp_path / "x"), locks.file_lock(tmp_path / "x")
    with first.acquire(timeout=0), pytest.raises(Timeout):
        second.acquire(timeout=0)
    with second.acquire(timeout=0):
        pass


# --- other accounts' caches -------------------------------------------------------------------


def nothing_may_be_written(monkeypatch: pytest.MonkeyPatch, why: int = errno.EROFS) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(why, os.strerror(why))

    for name in ("mkdir", "unlink", "replace", "symlink", "link", "truncate"):
        monkeypatch.setattr(os, name, refuse)
    real = os.open

    def reading(path: str, flags: int, *more: int, **others: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse()
        return real(path, flags, *more, **others)

    monkeypatch.setattr(os, "open", reading)


def test_what_is_complete_is_given_though_nothing_may_be_written(
    hub: FakeHub, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = fetch(way).path
    sent = hub.sent_bytes
    with monkeypatch.context() as patch:
        nothing_may_be_written(patch)
        assert fetch(way).path == there
    hub.repositories[REPO].commit = "b" * 40
    with monkeypatch.context() as patch:
        nothing_may_be_written(patch)
        assert fetch(way).path == there  # the same content, as an older commit shows it
        with pytest.raises(CacheNotWritable, match="Read-only file system; set HF_HOME"):
            fetch(way, "tiny-Q2_K.gguf")
    assert hub.sent_bytes == sent


def test_a_cache_without_room_for_an_entry_is_worth_another_attempt(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        nothing_may_be_written(patch, errno.ENOSPC)
        with pytest.raises(DiskTrouble, match="No space left on device"):
            fetch(way)
    assert fetch(way).path.exists()


def test_damage_in_a_cache_that_may_not_be_written_is_not_given(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fetch(way).path
    with path.open("r+b") as file:
        file.write(b"damage")
    with monkeypatch.context() as patch:
        nothing_may_be_written(patch)
        with pytest.raises(CacheNotWritable):
            fetch(way)
    assert not fetch(way).path.read_bytes().startswith(b"damage")


# --- what variables name ----------------------------------------------------------------------


@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", ' "{}" ', "\"'{}'\""])
def test_quotes_are_no_part_of_a_folder(tmp_path: Path, quoted: str) -> None:
    text = quoted.format(tmp_path)
    assert hugging_face_home({"HF_HOME": text}) == tmp_path
    for environ, folder in (
        ({"HF_HOME": text}, tmp_path / "hub"),
        ({"HF_HUB_CACHE": text}, tmp_path),
        ({"HUGGINGFACE_HUB_CACHE": text}, tmp_path),
        ({"XDG_CACHE_HOME": text}, tmp_path / "huggingface" / "hub"),
    ):
        assert hub_cache_folder(environ) == folder
        assert hugging_face_cache(environ) == folder
    settings = HubSettings.from_environment(environ={"HF_ENDPOINT": '"https://hub.example"'})
    assert settings.endpoint == "https://hub.example"


def test_quotes_within_a_name_stay(tmp_path: Path) -> None:
    name = tmp_path / "it's"
    assert hub_cache_folder({"HF_HUB_CACHE": str(name)}) == name
