"""What is left over in the cache, and how files leave it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from app.base.gate import StopFlag
from app.core.errors import PersonError
from app.hub.cache import KEEP_PARTS_S, HubCache
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import Way, content

if TYPE_CHECKING:
    from pathlib import Path

REPO = "org/model-GGUF"
ONE, TWO = "1" * 64, "2" * 64


def unfinished(cache: HubCache, digest: str, *, age_s: float = 0, repo_id: str = REPO) -> Path:
    path = cache.part(repo_id, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 100)
    at = path.stat().st_mtime - age_s
    os.utime(path, (at, at))
    return path


def fetch(way: Way, level: str, repo_id: str = REPO) -> Path:
    repository = way.catalogue.repository(repo_id)
    parts = next(file.parts for file in repository.files if file.level == level)
    return way.downloader.fetch_all(
        repo_id, repository.commit, parts, stop=StopFlag(), tell=lambda _progress: None
    )[0].path


def test_old_unfinished_files_go_and_wanted_or_new_ones_stay(tmp_path: Path) -> None:
    cache = HubCache(tmp_path)
    old = unfinished(cache, ONE, age_s=KEEP_PARTS_S + 60)
    new = unfinished(cache, TWO)
    wanted = unfinished(cache, "3" * 64, age_s=KEEP_PARTS_S + 60)
    theirs = old.with_name("abc.incomplete")
    theirs.write_bytes(b"y")
    assert len(cache.stray_parts()) == 3
    assert cache.remove_old_parts(["3" * 64]) == 100
    assert [old.exists(), new.exists(), wanted.exists(), theirs.exists()] == [
        False, True, True, True
    ]  # fmt: skip
    assert {(part.repo_id, part.digest) for part in cache.stray_parts()} == {
        (REPO, TWO), (REPO, "3" * 64)
    }  # fmt: skip


def test_an_unfinished_file_that_a_program_works_on_stays(tmp_path: Path) -> None:
    cache = HubCache(tmp_path)
    path = unfinished(cache, ONE, age_s=KEEP_PARTS_S + 60)
    cache.lock(REPO, ONE).parent.mkdir(parents=True)
    with FileLock(cache.lock(REPO, ONE)):
        assert cache.remove_part(REPO, ONE) == 0
    assert path.exists()
    assert cache.remove_part(REPO, ONE) == 100
    assert not cache.repo_folder(REPO).exists()
    assert cache.remove_part(REPO, ONE) == 0


def test_one_level_leaves_and_the_others_stay(way: Way) -> None:
    four, eight = fetch(way, "Q4_K_M"), fetch(way, "Q8_0")
    removal = way.cache.plan_removal(eight)
    assert removal.freed_bytes == 1_600_000
    assert len(removal.paths) == 2  # both shards
    assert eight.exists()
    removal.execute()
    assert not eight.exists()
    assert four.read_bytes()
    last = way.cache.plan_removal(four)
    assert last.freed_bytes == 3_000_000
    last.execute()
    assert not way.cache.repo_folder(REPO).exists()


def test_content_that_another_commit_shares_is_not_freed(hub: FakeHub, way: Way) -> None:
    first = fetch(way, "Q4_K_M")
    repository = hub.repositories[REPO]
    repository.commit = "f" * 40
    second = fetch(way, "Q4_K_M")
    assert first.resolve() == second.resolve()
    assert way.cache.plan_removal(first).freed_bytes == 0
    way.cache.plan_removal(first).execute()
    assert second.read_bytes()


def test_only_files_of_the_cache_are_removed(way: Way, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"x")
    for path in (mine, way.cache.folder / "none.gguf"):
        with pytest.raises(PersonError, match="only files there are removed"):
            way.cache.plan_removal(path)
    fetch(way, "Q4_K_M")
    with pytest.raises(PersonError, match="only files there are removed"):
        way.cache.plan_removal(mine)
    assert mine.exists()


@pytest.mark.parametrize("digest", ["", "x" * 64, "../" + "1" * 61, "A" * 64, "1" * 63])
def test_what_is_no_hash_becomes_no_path(digest: str, tmp_path: Path) -> None:
    with pytest.raises(PersonError):
        HubCache(tmp_path).blob(REPO, digest)


def test_a_damaged_revision_name_leaves_no_file_elsewhere(way: Way, tmp_path: Path) -> None:
    with pytest.raises(PersonError):
        way.cache.note_revision(REPO, "../../main", "c" * 40)
    assert not (tmp_path / "main").exists()


def test_two_repositories_do_not_meet(hub: FakeHub, way: Way) -> None:
    data = content(3_000_000)
    hub.add(FakeRepository("other/copy", [FakeFile("copy-Q4_K_M.gguf", data)]))
    first, second = fetch(way, "Q4_K_M"), fetch(way, "Q4_K_M", "other/copy")
    assert way.cache.plan_removal(second).freed_bytes == 3_000_000
    assert first.read_bytes() == second.read_bytes()
