"""What leaves the cache, whatever is linked to what: nothing that really lies elsewhere."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.hub.files.removal import Removal, plan_removal

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="links need a right of their own on Windows"
)
ONE, TWO = "a" * 40, "b" * 40
NAME = "m-Q4_K_M.gguf"
DATA = b"weights " * 100


@dataclass(frozen=True)
class Cache:
    """A cache by hand, and a folder beside it that must stay as it is."""

    hub: Path
    outside: Path

    @property
    def repository(self) -> Path:
        return self.hub / "models--org--repo"

    @property
    def blobs(self) -> Path:
        return self.repository / "blobs"

    def entry(self, name: str = NAME, commit: str = ONE) -> Path:
        """Where an entry is to lie; its folder and the reference to the commit are made."""
        path = self.repository / "snapshots" / commit / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.blobs.mkdir(exist_ok=True)
        (self.repository / "refs").mkdir(exist_ok=True)
        (self.repository / "refs" / "main").write_text(commit)
        return path

    def blob(self, data: bytes = DATA, digest: str = "c" * 64) -> Path:
        """A content."""
        self.blobs.mkdir(parents=True, exist_ok=True)
        path = self.blobs / digest
        path.write_bytes(data)
        return path

    def linked(self, name: str = NAME, commit: str = ONE, digest: str = "c" * 64) -> Path:
        """An entry as the Hugging Face programs make it."""
        entry, blob = self.entry(name, commit), self.blob(digest=digest)
        entry.symlink_to(os.path.relpath(blob, entry.parent))
        return entry

    def precious(self, name: str = "only-copy.gguf") -> Path:
        """A file of the person's elsewhere."""
        path = self.outside / name
        path.write_bytes(DATA)
        return path


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path / "hf" / "hub", tmp_path / "outside")
    made.hub.mkdir(parents=True)
    made.outside.mkdir()
    return made


def there(folder: Path) -> dict[str, bytes]:
    """All files and links below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def used_bytes(folder: Path) -> int:
    """What the contents below a folder take, each once."""
    found = [path.lstat() for path in folder.rglob("*")]
    return sum({s.st_ino: s.st_size for s in found if stat.S_ISREG(s.st_mode)}.values())


def removed(cache: Cache, path: Path) -> Removal:
    """Remove a file; what is outside stays, and what is said to be freed is freed."""
    before, kept = used_bytes(cache.hub.parent), there(cache.outside)
    ref = cache.repository / "refs" / "main"
    names = ref.stat().st_size
    plan = plan_removal(cache.hub, path)
    freed = plan.execute()
    after = used_bytes(cache.hub.parent) + (0 if ref.exists() else names)
    assert freed == plan.freed_bytes == before - after
    assert there(cache.outside) == kept
    return plan


def test_an_entry_goes_with_its_content_and_empty_folders(cache: Cache) -> None:
    plan = removed(cache, cache.linked())
    assert plan.freed_bytes == len(DATA)
    assert plan.elsewhere == ()
    assert not cache.repository.exists()


def test_a_file_without_a_link_goes(cache: Cache) -> None:
    entry = cache.entry()
    entry.write_bytes(DATA)
    assert removed(cache, entry).freed_bytes == len(DATA)
    assert not cache.repository.exists()


def test_a_file_elsewhere_stays_and_its_link_goes(cache: Cache) -> None:
    entry, file = cache.entry(), cache.precious()
    entry.symlink_to(file)
    plan = removed(cache, entry)
    assert plan.freed_bytes == 0
    assert plan.elsewhere == (file,)
    assert not os.path.lexists(entry)


def test_a_file_elsewhere_behind_a_second_link_stays(cache: Cache) -> None:
    entry, file = cache.entry(), cache.precious()
    blob = cache.blobs / ("d" * 64)
    blob.symlink_to(file)
    entry.symlink_to(blob)
    plan = removed(cache, entry)
    assert plan.freed_bytes == 0
    assert plan.elsewhere == (file,)
    assert not os.path.lexists(blob)
    assert not cache.repository.exists()


def test_links_over_links_inside_go_to_the_last(cache: Cache) -> None:
    entry, blob = cache.entry(), cache.blob()
    second = cache.blobs / "second"
    second.symlink_to(blob)
    entry.symlink_to(second)
    assert removed(cache, entry).freed_bytes == len(DATA)
    assert not cache.repository.exists()


def refused(cache: Cache, path: Path) -> str:
    """Nothing goes; returns the sentence."""
    before, kept = there(cache.hub), there(cache.outside)
    with pytest.raises(PersonError) as error:
        plan_removal(cache.hub, path)
    assert there(cache.hub) == before
    assert there(cache.outside) == kept
    return error.value.sentence


def test_a_snapshot_that_is_a_link_elsewhere_is_left_alone(cache: Cache) -> None:
    cache.precious(NAME)
    cache.precious("thesis.txt")
    cache.entry().parent.rmdir()
    (cache.repository / "snapshots" / ONE).symlink_to(cache.outside)
    assert str(cache.outside) in refused(cache, cache.repository / "snapshots" / ONE / NAME)


def test_a_folder_in_a_snapshot_that_is_a_link_elsewhere_is_left_alone(cache: Cache) -> None:
    cache.precious(NAME)
    folder = cache.entry().parent / "Q4"
    folder.symlink_to(cache.outside)
    assert str(cache.outside) in refused(cache, folder / NAME)


def test_a_repository_that_is_a_link_elsewhere_is_left_alone(cache: Cache) -> None:
    entry = cache.linked()
    cache.repository.rename(cache.outside / "far")
    cache.repository.symlink_to(cache.outside / "far")
    assert str(cache.outside) in refused(cache, entry)


def test_blobs_that_are_a_link_elsewhere_stay(cache: Cache) -> None:
    entry = cache.linked()
    cache.blobs.rename(cache.outside / "blobs")
    cache.blobs.symlink_to(cache.outside / "blobs")
    plan = removed(cache, entry)
    assert plan.freed_bytes == 0
    assert plan.elsewhere == (cache.outside / "blobs" / ("c" * 64),)
    assert not os.path.lexists(entry)


@pytest.mark.parametrize("way", ["linked", "real"])
def test_a_cache_that_is_a_link_is_the_cache(tmp_path: Path, way: str) -> None:
    real = Cache(tmp_path / "big" / "hub", tmp_path / "outside")
    real.hub.mkdir(parents=True)
    real.outside.mkdir()
    (tmp_path / "hf").symlink_to(tmp_path / "big")
    linked = Cache(tmp_path / "hf" / "hub", real.outside)
    shown = real if way == "real" else linked
    real.linked()
    assert removed(linked, shown.entry()).freed_bytes == len(DATA)
    assert not real.repository.exists()


def test_content_that_another_snapshot_has_stays(cache: Cache) -> None:
    one, two = cache.linked(), cache.linked(commit=TWO)
    assert removed(cache, one).freed_bytes == 0
    assert two.read_bytes() == DATA
    assert not one.parent.exists()
    assert (cache.repository / "refs" / "main").read_text() == TWO
    assert removed(cache, two).freed_bytes == len(DATA)


def test_content_that_a_link_elsewhere_among_the_snapshots_has_stays(cache: Cache) -> None:
    entry = cache.linked()
    (cache.outside / "copy").mkdir()
    (cache.outside / "copy" / NAME).symlink_to(cache.blobs / ("c" * 64))
    (cache.repository / "snapshots" / TWO).symlink_to(cache.outside / "copy")
    assert removed(cache, entry).freed_bytes == 0
    assert (cache.repository / "snapshots" / TWO / NAME).read_bytes() == DATA


def test_another_name_in_the_same_snapshot_keeps_the_content(cache: Cache) -> None:
    entry, other = cache.linked(), cache.linked("other.gguf")
    assert removed(cache, entry).freed_bytes == 0
    assert other.read_bytes() == DATA


def test_a_snapshots_link_to_another_ones_entry_takes_only_itself(cache: Cache) -> None:
    one, two = cache.linked(), cache.entry(commit=TWO)
    two.symlink_to(one)
    assert removed(cache, two).freed_bytes == 0
    assert one.read_bytes() == DATA


def test_a_hard_link_of_its_blob_goes_with_it(cache: Cache) -> None:
    entry, blob = cache.entry(), cache.blob()
    entry.hardlink_to(blob)
    assert removed(cache, entry).freed_bytes == len(DATA)
    assert not cache.repository.exists()


def test_a_hard_link_in_another_snapshot_keeps_the_content(cache: Cache) -> None:
    entry, other, blob = cache.entry(), cache.entry(commit=TWO), cache.blob()
    entry.hardlink_to(blob)
    other.hardlink_to(blob)
    assert removed(cache, entry).freed_bytes == 0
    assert blob.exists()
    assert removed(cache, other).freed_bytes == len(DATA)


def test_a_hard_link_outside_keeps_the_bytes(cache: Cache) -> None:
    entry = cache.linked()
    (cache.outside / "kept.gguf").hardlink_to(cache.blobs / ("c" * 64))
    plan = plan_removal(cache.hub, entry)
    assert plan.freed_bytes == plan.execute() == 0
    assert (cache.outside / "kept.gguf").read_bytes() == DATA
    assert not cache.repository.exists()


def test_a_link_to_nowhere_and_a_circle_go(cache: Cache) -> None:
    dangling, circle, back = cache.entry("d.gguf"), cache.entry("c.gguf"), cache.blobs / "back"
    dangling.symlink_to(cache.blobs / ("e" * 64))
    circle.symlink_to(back)
    back.symlink_to(circle)
    for entry in (dangling, circle):
        plan = removed(cache, entry)
        assert (plan.freed_bytes, plan.elsewhere) == (0, ())
    assert not os.path.lexists(back)
    assert not cache.repository.exists()


def test_a_folder_is_no_model_file(cache: Cache) -> None:
    folder = cache.entry("folder.gguf")
    folder.mkdir()
    cache.precious()
    linked = cache.entry("linked.gguf")
    linked.symlink_to(cache.outside)
    for path in (folder, linked):
        assert "is a folder" in refused(cache, path)


@pytest.mark.parametrize(
    "place", ["none.gguf", "models--org--repo/none.gguf", "../../outside/only-copy.gguf", "\0"]
)
def test_what_lies_in_no_snapshot_is_none_of_the_caches(cache: Cache, place: str) -> None:
    cache.linked()
    cache.precious()
    (cache.repository / "none.gguf").write_bytes(DATA)
    assert "only files there are removed" in refused(cache, cache.hub / place)


def test_shards_go_together_and_each_counts_once(cache: Cache) -> None:
    names = [f"big-{number:05d}-of-00003.gguf" for number in (1, 2, 3)]
    first = cache.linked(names[0], digest="1" * 64)
    cache.linked(names[1], digest="2" * 64)
    far = cache.entry(names[2])
    far.symlink_to(cache.precious())
    shared = cache.linked(names[1], commit=TWO, digest="2" * 64)
    plan = removed(cache, first)
    assert len(plan.paths) == 3
    assert plan.freed_bytes == len(DATA)
    assert plan.elsewhere == (cache.outside / "only-copy.gguf",)
    assert shared.read_bytes() == DATA


def test_what_else_lies_in_a_repository_stays(cache: Cache) -> None:
    entry = cache.linked()
    notes = cache.repository / "thesis.txt"
    notes.write_text("mine")
    part = cache.blobs / ("f" * 64 + ".shrinkscope.incomplete")
    part.write_bytes(b"half")
    removed(cache, entry)
    assert notes.read_text() == "mine"
    assert part.read_bytes() == b"half"
    assert not (cache.repository / "snapshots").exists()


def test_what_is_used_by_now_stays(cache: Cache) -> None:
    """Between the question and the answer another program may have brought a version."""
    entry = cache.linked()
    plan = plan_removal(cache.hub, entry)
    assert plan.freed_bytes == len(DATA)
    other = cache.linked(commit=TWO)
    assert plan.execute() == 0
    assert other.read_bytes() == DATA
    with pytest.raises(PersonError, match="only files there"):
        plan.execute()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing binds root")
@pytest.mark.parametrize("folder", ["blobs", f"snapshots/{ONE}"])
def test_a_folder_that_may_not_be_changed_frees_nothing(cache: Cache, folder: str) -> None:
    entry = cache.linked()
    place = cache.repository / folder
    place.chmod(0o500)
    try:
        plan = plan_removal(cache.hub, entry)
        with pytest.raises(PersonError, match="nothing was freed"):
            plan.execute()
        assert entry.read_bytes() == DATA
    finally:
        place.chmod(0o700)
