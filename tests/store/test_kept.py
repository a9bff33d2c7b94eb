"""What is kept where, and its deletion."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app.core.chats.chat import Chat, Turn
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.kept import (
    Kept,
    clear_cache,
    compact,
    forget_measured,
    kept_places,
    remove_older_stores,
    size_of,
)
from app.store.ladders import LadderStore
from app.store.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths.below(tmp_path)
    made.create()
    return made


def test_sizes_are_those_of_all_files_and_links_are_not_followed(
    paths: Paths, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"x" * 1_000_000)
    (paths.cache / "demo").mkdir()
    (paths.cache / "demo" / "a").write_bytes(b"x" * 300)
    (paths.cache / "b").write_bytes(b"x" * 20)
    (paths.cache / "link").symlink_to(large)
    places = {place.kind: place for place in kept_places(paths)}
    assert set(places) == set(Kept)
    assert 320 <= places[Kept.CACHE].size_bytes < 1_000
    assert places[Kept.SETTINGS].size_bytes == 0
    assert size_of(tmp_path / "nothing") == 0


def test_the_cache_goes_but_for_what_is_in_use(paths: Paths, tmp_path: Path) -> None:
    used, other = paths.cache / "demo" / "used.gguf", paths.cache / "demo" / "other.gguf"
    used.parent.mkdir()
    used.write_bytes(b"x" * 100)
    other.write_bytes(b"x" * 50)
    (paths.cache / "fit").mkdir()
    (paths.cache / "fit" / "a").write_bytes(b"x" * 10)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_bytes(b"x")
    (paths.cache / "link").symlink_to(outside)
    assert clear_cache(paths, [used]) >= 60
    assert used.exists()
    assert not other.exists()
    assert not (paths.cache / "fit").exists()
    assert (outside / "mine").exists()


def test_what_was_deleted_cannot_be_read_in_the_file(paths: Paths) -> None:
    with contextlib.closing(open_database(paths.database)) as connection:
        chats, ladders = ChatStore(connection), LadderStore(connection)
        chat = chats.create(Chat(0, title="SECRET TITLE"))
        chats.add_turn(chat.id, Turn(0, "SECRET PROMPT"))
        ladders.begin("SECRET KEY", "{}")
        forget_measured(connection)
        assert ladders.list_ladders() == []
        assert len(chats.list_chats()) == 1
        chats.delete(chat.id)
        compact(paths.database)
        for file in paths.data.iterdir():
            assert b"SECRET" not in file.read_bytes(), file.name


def test_copies_of_older_stores_go(paths: Paths) -> None:
    copy = paths.data / f"{paths.database.name}.version-3"
    copy.write_bytes(b"SECRET")
    paths.database.write_bytes(b"")
    remove_older_stores(paths)
    assert not copy.exists()
    assert paths.database.exists()
