"""The queue of works in the database."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.core.words.sentence import say
from app.store.connecting import connect
from app.store.database import StoreFailed, said, transaction
from app.store.rows import storable

log = logging.getLogger(__name__)

_COLUMNS = "kind, what, state, position, so_far, error"
_INSERT = f"INSERT INTO work ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_LIST = f"SELECT id, {_COLUMNS} FROM work ORDER BY position, id"
_UPDATE = "UPDATE work SET state = ?, position = ?, so_far = ?, error = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class StoredWork:
    """A work as it outlives the program.

    Attributes:
        kind: Which kind of work it is; one that this version does not know is left alone.
        what: What is wanted, JSON as its kind writes it.
        state: Where it stands.
        position: Its place in the order.
        so_far: How far it has come, JSON as its kind writes it.
        error: Why it failed, or empty.
    """

    id: int
    kind: str
    what: str
    state: str
    position: int
    so_far: str = "{}"
    error: str = ""


class WorkStore:
    """Reads and writes the queue. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def load(self) -> list[StoredWork]:
        """All works in their order."""
        with said(say("store.queue_cannot_read")):
            rows: list[tuple[int, str, str, str, int, str, str]] = self._connection.execute(
                _LIST
            ).fetchall()
        return [StoredWork(*row) for row in rows]

    def add(self, work: StoredWork) -> int:
        """Store a new one; returns its number."""
        values = (work.kind, work.what, work.state, work.position, work.so_far, work.error)
        with self._writing():
            return cast("int", self._connection.execute(_INSERT, values).lastrowid)

    def save(self, works: Iterable[StoredWork]) -> None:
        """Store what may have changed of some."""
        rows = [
            (work.state, work.position, work.so_far, storable(work.error), work.id)
            for work in works
        ]
        with self._writing():
            self._connection.executemany(_UPDATE, rows)

    def remove(self, ids: Iterable[int]) -> None:
        """Forget some."""
        with self._writing():
            self._connection.executemany("DELETE FROM work WHERE id = ?", [(each,) for each in ids])

    @contextlib.contextmanager
    def _writing(self) -> Generator[None]:
        with said(say("store.queue_cannot_stored")), transaction(self._connection):
            yield


def queued_works(database: Path) -> list[StoredWork] | None:
    """The queue, read beside the window that owns it; None where that cannot be told."""
    if not database.exists():
        return []
    try:
        with contextlib.closing(connect(database, "ro")) as connection:
            return WorkStore(connection).load()
    except (sqlite3.Error, StoreFailed):
        log.info("the queue cannot be read", exc_info=True)
        return None
