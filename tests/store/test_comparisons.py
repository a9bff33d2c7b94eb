"""Comparisons that wait for their downloads, and how an older store comes to keep them."""

from __future__ import annotations

from pathlib import Path

from app.core.chats.chat import Chat
from app.core.listing import RepoFile
from app.lab.works.downloads import DownloadOrder
from app.store.chats import ChatStore
from app.store.comparisons import ComparisonStore, StoredComparison
from app.store.database import open_database
from app.store.schema import MIGRATIONS
from app.store.tolerant import to_json
from app.store.works import StoredWork, WorkStore

BEFORE = 2
"""The version that knew downloads and no comparisons."""


def test_they_are_kept_changed_and_forgotten(database: Path) -> None:
    connection = open_database(database)
    store = ComparisonStore(connection)
    first = store.add([(3, ""), (1, "")])
    second = store.add([(7, "/models/b.gguf")])
    store.save(StoredComparison(first.id, ((3, "/models/a.gguf"), (1, ""))))
    connection.close()

    connection = open_database(database)
    store = ComparisonStore(connection)
    assert store.load() == [
        StoredComparison(first.id, ((3, "/models/a.gguf"), (1, ""))),
        second,
    ]
    store.remove(first.id)
    store.remove(first.id)
    assert store.load() == [second]
    assert store.add([(9, "")]).id > second.id
    connection.close()


def test_rows_that_cannot_be_read_are_left_out(database: Path) -> None:
    connection = open_database(database)
    store = ComparisonStore(connection)
    kept = store.add([(1, "")])
    for text in ("nonsense", '[["a", "b"]]', "{}"):
        connection.execute("INSERT INTO comparison (downloads) VALUES (?)", (text,))
    assert store.load() == [kept]
    connection.close()


def test_a_store_of_the_version_before_keeps_what_it_has(database: Path) -> None:
    connection = open_database(database, migrations=MIGRATIONS[:BEFORE])
    chat_id = ChatStore(connection).create(Chat(0, "kept")).id
    connection.execute(
        "INSERT INTO download VALUES (5, 'https://hub', 'org/repo', ?, 'main', 'a.gguf', 'Q8_0', "
        "?, 'paused', 0, 7, '', '')",
        ("c" * 40, f'[["a", 1, "{"1" * 64}"]]'),
    )
    connection.close()

    connection = open_database(database)

    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert ChatStore(connection).load(chat_id).title == "kept"
    (download,) = WorkStore(connection).load()
    order = DownloadOrder(
        "https://hub", "org/repo", "c" * 40, "main", "a.gguf", "Q8_0", (RepoFile("a", 1, "1" * 64),)
    )
    assert download == StoredWork(
        5, "download", to_json(order), "paused", 0, '{"done_bytes":7,"path":""}'
    )
    store = ComparisonStore(connection)
    assert store.load() == []
    assert store.add([(download.id, "")]).id == 1
    connection.close()
    copy = database.with_name(f"{database.name}.version-{BEFORE}")
    assert copy.exists()
