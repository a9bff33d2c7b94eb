"""Entries of snapshots: links where there are any, the content itself where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.hub.files.snapshots import show, tag

NO_LINKS = {"HF_HUB_DISABLE_SYMLINKS": "1"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "models--org--repo"
    (folder / "blobs").mkdir(parents=True)
    (folder / "blobs" / "abc").write_bytes(b"content")
    return folder


def test_an_entry_is_a_relative_link_that_moves_with_the_cache(repository: Path) -> None:
    entry = repository / "snapshots" / "c0" / "folder" / "m.gguf"
    show(repository / "blobs" / "abc", entry, {})
    assert entry.is_symlink()
    moved = repository.rename(repository.with_name("moved"))
    assert (moved / "snapshots" / "c0" / "folder" / "m.gguf").read_bytes() == b"content"


@pytest.mark.parametrize("there", ["link", "dangling", "file", "the same"])
def test_what_stood_there_makes_room(repository: Path, there: str) -> None:
    blob = repository / "blobs" / "abc"
    other = repository / "blobs" / "other"
    other.write_bytes(b"other")
    entry = repository / "snapshots" / "c0" / "m.gguf"
    entry.parent.mkdir(parents=True)
    if there == "file":
        entry.write_bytes(b"other")
    else:
        entry.symlink_to({"link": other, "dangling": repository / "gone", "the same": blob}[there])
    show(blob, entry, {})
    assert entry.resolve() == blob
    assert other.read_bytes() == b"other"
    assert list(entry.parent.iterdir()) == [entry]


def test_without_links_the_content_moves_and_is_stored_once(repository: Path) -> None:
    blob, entry = repository / "blobs" / "abc", repository / "snapshots" / "c0" / "m.gguf"
    show(blob, entry, NO_LINKS)
    assert (entry.is_symlink(), entry.read_bytes(), blob.exists()) == (False, b"content", False)
    show(entry, entry, NO_LINKS)
    assert entry.read_bytes() == b"content"


def test_links_that_were_made_before_stay_whole(repository: Path) -> None:
    blob = repository / "blobs" / "abc"
    first, second = (repository / "snapshots" / name / "m.gguf" for name in ("c0", "c1"))
    show(blob, first, {})
    show(blob, second, NO_LINKS)
    assert first.read_bytes() == second.read_bytes() == b"content"
    assert second.samefile(blob)


def test_a_folder_in_the_way_is_an_error(repository: Path) -> None:
    entry = repository / "snapshots" / "c0" / "m.gguf"
    (entry / "in it").mkdir(parents=True)
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        show(repository / "blobs" / "abc", entry, {})
    assert (repository / "blobs" / "abc").exists()
    assert list(entry.parent.iterdir()) == [entry]


def test_the_cache_is_tagged_once(tmp_path: Path) -> None:
    tag(tmp_path)
    tag(tmp_path)
    text = (tmp_path / "CACHEDIR.TAG").read_text()
    assert text.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
