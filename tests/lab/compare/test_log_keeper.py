"""The store's log is written into its file by another thread than the one that writes chats.

Tests app.store.database.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

from app.core.chats.chat import Answer, Chat, Turn
from app.lab.compare.log_keeper import LogKeeper
from app.store.chats import ChatStore
from app.store.database import open_database

MEGABYTE = 1 << 20


class Door:
    """Runs work on a thread and hands its end back when it is told to, as jobs do."""

    def __init__(self) -> None:
        self.asked = 0
        self.ends: list[Callable[[], object]] = []

    def __call__(
        self, work: Callable[[], Any], *, done: Callable[[Any], None], failed: Any
    ) -> None:
        self.asked += 1
        thread = Thread(target=work)
        thread.start()
        thread.join()
        self.ends.append(lambda: done(None))


def test_a_long_log_goes_into_the_file_behind_the_door(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite3"
    log = path.with_name(f"{path.name}-wal")
    connection = open_database(path)
    chats, door = ChatStore(connection), Door()
    chat = chats.create(Chat(0, "long", turns=[Turn(0, "?", {"a": Answer("")})]))

    def grow() -> None:
        for end in range(1, 51):
            chats.save_answer(chat.turns[0].id, "a", Answer("x" * 4_000 * end), final=False)

    keeper = LogKeeper(path, door)
    keeper.look()
    assert door.asked == 0, "there is little in it"
    grow()
    assert log.stat().st_size > 4 * MEGABYTE
    assert path.stat().st_size < MEGABYTE // 4, "who writes does not write the file"
    keeper = LogKeeper(path, door)
    keeper.look()
    keeper.look()
    assert door.asked == 1, "one at a time"
    assert path.stat().st_size > MEGABYTE // 8
    door.ends.pop()()
    chats.save_answer(chat.turns[0].id, "a", Answer("short"), final=True)
    assert log.stat().st_size <= MEGABYTE, "it has begun anew"
    again = LogKeeper(path, door)
    again.look()
    assert door.asked == 1
    connection.close()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    connection = open_database(path)
    assert ChatStore(connection).load(chat.id).turns[0].answers["a"].text == "short"
    connection.close()
