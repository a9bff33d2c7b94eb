"""What a person does to entries: pins, folders, and deleting what can be had back for a while."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Iterable
from typing import TYPE_CHECKING

from app.core.history.entry import EntryKind
from app.core.words.sentence import say
from app.store.database import said, transaction
from app.store.pictures import remove_unused, shown_in_chat, shown_in_votes
from app.store.rows import storable

if TYPE_CHECKING:
    import sqlite3

_TABLES = {
    EntryKind.CHAT: "chat",
    EntryKind.LADDER: "ladder",
    EntryKind.BENCH: "bench",
    EntryKind.BATCH: "batch",
}


class EntryMarks:
    """Writes them. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it; then nothing has happened.
    """

    def __init__(
        self, connection: sqlite3.Connection, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._connection = connection
        self._clock_ns = clock_ns

    def id_of(self, kind: EntryKind, number: int) -> int | None:
        """The entry of a chat, ladder, bench, batch or vote; None where it is gone."""
        with said(say("store.history_cannot_read")):
            row = self._connection.execute(
                "SELECT id FROM entry WHERE kind = ? AND number = ? AND deleted_ns IS NULL",
                (kind, number),
            ).fetchone()
        return None if row is None else int(row[0])

    def of(self, ids: Collection[int], *, deleted: bool = False) -> frozenset[int]:
        """Which of these are there, or are marked as deleted."""
        marked = "IS NOT NULL" if deleted else "IS NULL"
        query = f"SELECT 1 FROM entry WHERE id = ? AND deleted_ns {marked}"
        with said(say("store.history_cannot_read")):
            return frozenset(
                each for each in ids if self._connection.execute(query, (each,)).fetchone()
            )

    def pin(self, ids: Collection[int], *, pinned: bool) -> None:
        """Let entries stand above the others, or not any more."""
        self._set("pinned_ns", self._clock_ns() if pinned else None, ids)

    def put(self, ids: Collection[int], folder: str) -> None:
        """Put entries into a folder, which is made where there is none; empty takes them out.

        A folder without entries goes.
        """
        name = " ".join(storable(folder).split())
        with self._writing():
            number: int | None = None
            if name:
                self._connection.execute("INSERT OR IGNORE INTO folder (name) VALUES (?)", (name,))
                number = self._connection.execute(
                    "SELECT id FROM folder WHERE name = ?", (name,)
                ).fetchone()[0]
            self._each("UPDATE entry SET folder_id = ? WHERE id = ?", number, ids)
            self._drop_empty_folders()

    def folders(self) -> list[str]:
        """The names of all folders, in their order."""
        with said(say("store.history_cannot_read")):
            rows = self._connection.execute("SELECT name FROM folder").fetchall()
        return sorted((name for (name,) in rows), key=str.casefold)

    def delete(self, ids: Collection[int]) -> None:
        """Mark entries as deleted: they are shown and counted nowhere, and :meth:`restore` helps.

        What was marked before keeps its time.
        """
        with self._writing():
            self._each(
                "UPDATE entry SET deleted_ns = ? WHERE id = ? AND deleted_ns IS NULL",
                self._clock_ns(),
                ids,
            )

    def restore(self, ids: Collection[int]) -> None:
        """Have entries back that are only marked."""
        self._set("deleted_ns", None, ids)

    def purge(self, older_than_ns: int = 0, most: int = -1) -> int:
        """Remove for good what was marked so long ago; returns how many entries went.

        Args:
            older_than_ns: What was marked since then stays.
            most: No more than these at once; -1 for all.
        """
        before = self._clock_ns() - older_than_ns
        with said(say("store.history_cannot_read")):
            rows = self._connection.execute(
                "SELECT kind, number FROM entry WHERE deleted_ns <= ? LIMIT ?", (before, most)
            ).fetchall()
        if not rows:
            return 0
        pictures: set[str] = set()
        with self._writing(durable=True):
            votes = [number for kind, number in rows if kind == EntryKind.VOTE]
            if votes:
                pictures |= shown_in_votes(self._connection)
            for kind, number in rows:
                if kind == EntryKind.CHAT:
                    pictures |= shown_in_chat(self._connection, number)
                if kind in _TABLES:
                    table = _TABLES[EntryKind(kind)]
                    self._connection.execute(f"DELETE FROM {table} WHERE id = ?", (number,))
            self._remove_votes(votes)
            self._drop_empty_folders()
        remove_unused(self._connection, pictures)
        return len(rows)

    # ------------------------------------------------------------------------------ inside

    def _remove_votes(self, numbers: Iterable[int]) -> None:
        """With their pairs: answers that were seen cannot be voted on again."""
        for number in numbers:
            row = self._connection.execute(
                "SELECT pair_id FROM blind_vote WHERE id = ?", (number,)
            ).fetchone()
            if row is not None:
                self._connection.execute("DELETE FROM blind_vote WHERE pair_id = ?", row)
                self._connection.execute("DELETE FROM blind_pair WHERE id = ?", row)

    def _drop_empty_folders(self) -> None:
        self._connection.execute(
            "DELETE FROM folder WHERE id NOT IN "
            "(SELECT folder_id FROM entry WHERE folder_id IS NOT NULL)"
        )

    def _set(self, column: str, value: int | None, ids: Collection[int]) -> None:
        with self._writing():
            self._each(f"UPDATE entry SET {column} = ? WHERE id = ?", value, ids)

    def _each(self, statement: str, value: int | None, ids: Collection[int]) -> None:
        self._connection.executemany(statement, [(value, each) for each in ids])

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = False) -> Generator[None]:
        with (
            said(say("store.history_cannot_stored")),
            transaction(self._connection, durable=durable),
        ):
            yield
