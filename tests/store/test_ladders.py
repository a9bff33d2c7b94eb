from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.chats.chat import Chat
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredStep
from app.store.schema import MIGRATIONS

LADDERS_SINCE = 4


def test_an_older_store_learns_to_keep_ladders_and_keeps_its_chats(database: Path) -> None:
    old = open_database(database, migrations=MIGRATIONS[: LADDERS_SINCE - 1])
    ChatStore(old).create(Chat(0, "kept"))
    old.close()

    connection = open_database(database)

    assert [chat.title for chat in ChatStore(connection).list_chats()] == ["kept"]
    assert LadderStore(connection).list_ladders() == []
    connection.close()
    assert database.with_name(f"{database.name}.version-{LADDERS_SINCE - 1}").is_file()


def test_an_unfinished_ladder_goes_on_and_a_finished_one_begins_anew(
    database: Path, clock: Callable[[], int]
) -> None:
    connection = open_database(database)
    first = LadderStore(connection, clock).begin("key", "{}")
    LadderStore(connection, clock).save_step(first.id, "speed 0", StoredStep('{"mean": 1}', 7))
    connection.close()  # as a program that was ended

    connection = open_database(database)
    store = LadderStore(connection, clock)
    again = store.begin("key", "{}")
    assert again.id == first.id
    assert again.created_ns == first.created_ns
    assert again.steps == {"speed 0": StoredStep('{"mean": 1}', 7)}
    assert store.begin("another key", "{}").id != first.id

    store.finish(first.id)
    assert store.load(first.id).finished_ns is not None
    fresh = store.begin("key", "{}")
    assert fresh.id != first.id
    assert fresh.steps == {}
    connection.close()


def test_a_step_is_stored_once_and_goes_with_its_ladder(database: Path) -> None:
    connection = open_database(database)
    store = LadderStore(connection)
    ladder = store.begin("key", "{}")
    store.save_step(ladder.id, "speed 0", StoredStep("1", 1))
    store.save_step(ladder.id, "speed 0", StoredStep("2", 2))
    assert store.load(ladder.id).steps == {"speed 0": StoredStep("2", 2)}

    store.delete(ladder.id)

    assert store.list_ladders() == []
    assert connection.execute("SELECT count(*) FROM ladder_step").fetchone() == (0,)
    with pytest.raises(KeyError):
        store.load(ladder.id)
    connection.close()
