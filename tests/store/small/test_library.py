"""What was read of model files, kept where it can be made anew.

Tests app.store.small.database.
"""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from app.store.glance import own_folders
from app.store.settings import Settings, SettingsFile
from app.store.small import database as small_database
from app.store.small import library
from app.store.small.library import HeaderCache


def rows(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        count = connection.execute("SELECT count(*) FROM header").fetchone()[0]
    connection.close()
    return int(count)


def test_what_was_put_is_there_next_time(tmp_path: Path) -> None:
    path = tmp_path / "new" / "headers.sqlite3"
    with HeaderCache(path) as cache:
        assert cache.get(b"a") is None
        cache.put(b"a", "1", b"first")
        assert cache.get(b"a") == ("1", b"first")
        cache.put(b"a", "2", b"second")
        cache.put(b"\xff\x00", "3", b"")
    with HeaderCache(path) as cache:
        assert cache.get(b"a") == ("2", b"second")
        assert cache.get(b"\xff\x00") == ("3", b"")


def test_much_is_written_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "headers.sqlite3"
    with HeaderCache(path) as cache:
        for number in range(200):
            cache.put(str(number).encode(), "s", b"x")
        assert rows(path) >= 128
        assert cache.get(b"3") == cache.get(b"199") == ("s", b"x")


def test_two_programs_at_once(tmp_path: Path) -> None:
    path = tmp_path / "headers.sqlite3"
    with HeaderCache(path) as one, HeaderCache(path) as other:
        one.put(b"a", "1", b"one")
        other.put(b"b", "1", b"other")
    with HeaderCache(path) as cache:
        assert cache.get(b"a") == ("1", b"one")
        assert cache.get(b"b") == ("1", b"other")


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0junk" * 90])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "headers.sqlite3"
    path.write_bytes(content)
    with HeaderCache(path) as cache:
        cache.put(b"a", "1", b"x")
    with HeaderCache(path) as cache:
        assert cache.get(b"a") == ("1", b"x")


def test_a_file_of_another_format_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "headers.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE header (other TEXT)")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with HeaderCache(path) as cache:
        cache.put(b"a", "1", b"x")
        assert cache.get(b"a") == ("1", b"x")


def test_without_a_file_nothing_is_remembered_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "headers.sqlite3", tmp_path):
        with HeaderCache(path) as cache:
            for number in range(100):
                cache.put(str(number).encode(), "1", b"x")
            assert cache.get(b"other") is None


def test_a_file_that_another_program_holds_is_gone_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_database, "WAIT_SECONDS", 0.0)
    path = tmp_path / "headers.sqlite3"
    with HeaderCache(path) as cache:
        cache.put(b"a", "1", b"x")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with HeaderCache(path) as cache:
        cache.put(b"b", "1", b"x")
    holder.execute("ROLLBACK")
    holder.close()


def test_the_oldest_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MOST_ROWS", 100)
    path = tmp_path / "headers.sqlite3"
    with HeaderCache(path) as cache:
        for number in range(300):
            cache.put(str(number).encode(), "1", b"x")
    assert rows(path) == 100
    with HeaderCache(path) as cache:
        assert cache.get(b"299") is not None
        assert cache.get(b"0") is None


def test_own_folders_are_read_from_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    assert own_folders(path) == ()
    odd = os.fsdecode(b"/models/\xff") if os.name == "posix" else "/models/odd"
    folders = ["/models/a", odd, "/models/a"]
    settings = msgspec.structs.replace(Settings(), library_folders=folders)
    SettingsFile(path).save(settings)
    assert own_folders(path) == (Path("/models/a"), Path(odd))
    assert SettingsFile(path).load()[0].library_folders == folders


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"library_folders": 3}, {"library_folders": [3, "relative", "/a\0b"]}],
)
def test_settings_that_make_no_sense_name_no_folders(tmp_path: Path, document: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(document))
    assert own_folders(path) == ()
    path.write_bytes(b"\xff{")
    assert own_folders(path) == ()
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
