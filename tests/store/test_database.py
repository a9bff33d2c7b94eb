from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.core.chats.chat import Answer, Chat, Turn
from app.store.chats import ChatStore
from app.store.database import StoreFailed, StoreTooNew, open_database, transaction
from app.store.schema import MIGRATIONS

NEXT = (
    *MIGRATIONS,
    ("ALTER TABLE chat ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",),
    ("CREATE TABLE vote (chat_id INTEGER NOT NULL REFERENCES chat (id))",),
)


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def made(path: Path, *titles: str) -> None:
    """A database of version 1 with chats in it, closed."""
    connection = open_database(path)
    for title in titles:
        ChatStore(connection).create(Chat(0, title, turns=[Turn(0, "?", {"a": Answer("!")})]))
    connection.close()


def titles(path: Path) -> list[str]:
    connection = open_database(path)
    try:
        return sorted(summary.title for summary in ChatStore(connection).list_chats())
    finally:
        connection.close()


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_new_database_is_set_up_as_the_promises_need(database: Path) -> None:
    connection = open_database(database)

    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "synchronous") == 1
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "user_version") == len(MIGRATIONS)
    assert pragma(connection, "application_id") == 0x53687273
    connection.close()


def test_closing_leaves_one_file(database: Path) -> None:
    made(database, "one")

    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_an_empty_file_is_no_damage(database: Path) -> None:
    database.touch()
    assert titles(database) == []


def test_a_file_left_before_the_first_step_is_no_damage(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert database.stat().st_size > 0
    said: list[str] = []

    open_database(database, tell=said.append).close()

    assert said == []


def test_an_older_database_is_brought_up_to_date_after_a_copy_was_made(database: Path) -> None:
    made(database, "kept")

    connection = open_database(database, migrations=NEXT)

    assert pragma(connection, "user_version") == len(NEXT)
    assert pragma(connection, "foreign_keys") == 1
    assert connection.execute("SELECT title, mood FROM chat").fetchall() == [("kept", "calm")]
    assert connection.execute("SELECT * FROM vote").fetchall() == []
    connection.close()
    copy = database.with_name(f"{database.name}.version-{len(MIGRATIONS)}")
    assert titles(copy) == ["kept"]


def test_a_step_that_fails_changes_nothing(database: Path) -> None:
    made(database, "kept")
    broken: Sequence[Sequence[str]] = (*NEXT, ("CREATE TABLE half (x)", "CREATE NONSENSE"))

    with pytest.raises(StoreFailed, match="cannot be opened"):
        open_database(database, migrations=broken)

    connection = open_database(database)
    assert pragma(connection, "user_version") == len(MIGRATIONS)
    assert ("mood",) not in connection.execute("SELECT name FROM pragma_table_info('chat')")
    connection.close()
    assert titles(database) == ["kept"]


def test_a_step_that_orphans_rows_changes_nothing(database: Path) -> None:
    made(database, "kept")

    with pytest.raises(StoreFailed):
        open_database(database, migrations=(*MIGRATIONS, ("DELETE FROM chat",)))

    assert titles(database) == ["kept"]


def test_a_newer_database_is_refused_and_left_as_it_is(database: Path) -> None:
    made(database, "kept")
    open_database(database, migrations=NEXT).close()
    before = files(database.parent)

    with pytest.raises(StoreTooNew, match="newer Shrinkscope"):
        open_database(database)

    assert files(database.parent) == before


def test_a_newer_database_that_was_not_closed_is_refused_too(
    database: Path, tmp_path: Path
) -> None:
    newer = open_database(database, migrations=NEXT)
    newer.execute("PRAGMA user_version = 99")  # only in the log, not in the file yet
    left = tmp_path / "left"
    left.mkdir()
    for name, data in _copies(database):
        (left / name).write_bytes(data)
    newer.close()
    before = files(left)

    with pytest.raises(StoreTooNew) as refused:
        open_database(left / database.name)

    assert "version 99" in refused.value.detail
    after = files(left)
    assert {name: after[name] for name in before} == before


def _copies(database: Path) -> list[tuple[str, bytes]]:
    """The database and its log as a killed program leaves them."""
    names = (database.name, database.name + "-wal")
    return [(name, database.with_name(name).read_bytes()) for name in names]


def damage(database: Path) -> dict[str, bytes]:
    made(database, "kept")
    whole = database.read_bytes()
    torn = bytearray(whole)
    torn[4096 : len(torn) - 4096] = b"\xa5" * (len(torn) - 8192)
    return {
        "not a database": b"GGUF" + whole[4:],
        "half of it": whole[: len(whole) // 2],
        "torn inside": bytes(torn),
        "text": b"hello, I am a text\n" * 300,
    }


@pytest.mark.parametrize("kind", ["not a database", "half of it", "torn inside", "text"])
def test_a_damaged_database_is_moved_aside_and_said(database: Path, kind: str) -> None:
    data = damage(database)[kind]
    database.write_bytes(data)
    said: list[str] = []

    connection = open_database(database, tell=said.append)

    assert ChatStore(connection).list_chats() == []
    connection.close()
    aside = next(database.parent.glob("*.damaged-*"))
    assert aside.read_bytes() == data
    assert len(said) == 1
    assert str(aside) in said[0]


def test_another_programs_database_is_moved_aside(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    said: list[str] = []

    open_database(database, tell=said.append).close()

    assert len(said) == 1
    aside = next(database.parent.glob("*.damaged-*"))
    connection = sqlite3.connect(aside)
    assert connection.execute("SELECT * FROM recipe").fetchall() == []
    connection.close()


def test_two_damaged_ones_in_a_second_are_both_kept(database: Path) -> None:
    for content in (b"first" * 1000, b"second" * 1000):
        database.write_bytes(content)
        open_database(database, tell=lambda _: None).close()

    assert len(list(database.parent.glob("*.damaged-*"))) == 2


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot be opened"):
        open_database(tmp_path / "missing" / "store.sqlite3")


def test_a_database_in_use_is_said_and_not_called_damaged(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(database, "kept")
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **given: connect(path, **{**given, "timeout": 0.0})
    )
    other = connect(database, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreFailed, match="another program is using the file"):
        open_database(database)

    other.close()
    assert titles(database) == ["kept"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights work in another way")
def test_a_database_that_may_not_be_read_is_said_and_not_moved(database: Path) -> None:
    made(database, "kept")
    database.unlink()
    database.mkdir()  # even the administrator cannot open a folder as a file

    with pytest.raises(StoreFailed, match="cannot be opened"):
        open_database(database)

    assert database.is_dir()


def test_a_transaction_is_all_or_nothing(database: Path) -> None:
    connection = open_database(database)

    def fail_half_way() -> None:
        with transaction(connection, durable=True):
            connection.execute("CREATE TABLE half (x)")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()

    assert not connection.in_transaction
    assert pragma(connection, "synchronous") == 1
    assert connection.execute("SELECT * FROM sqlite_schema WHERE name = 'half'").fetchall() == []
    connection.close()
