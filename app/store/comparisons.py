"""Downloads that wait for each other, to be compared once all of them are there."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import msgspec

from app.core.words.sentence import say
from app.store.database import said, transaction
from app.store.rows import storable

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger(__name__)

Member = tuple[int, str]
"""A download's number, and its file's path or an empty text while it is not there."""


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """Downloads in the order in which they are to be compared."""

    id: int
    members: tuple[Member, ...]


class ComparisonStore:
    """Reads and writes them. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def load(self) -> list[StoredComparison]:
        """All of them, the oldest first; rows that cannot be read are left out."""
        with said(say("store.comparisons_wait_cannot_read")):
            rows: list[tuple[int, str]] = self._connection.execute(
                "SELECT id, downloads FROM comparison ORDER BY id"
            ).fetchall()
        found: list[StoredComparison] = []
        for number, text in rows:
            try:
                members = msgspec.json.decode(text, type=tuple[Member, ...])
            except (ValueError, msgspec.DecodeError):
                log.warning("comparison %d cannot be read", number, exc_info=True)
            else:
                found.append(StoredComparison(number, members))
        return found

    def add(self, members: Iterable[Member]) -> StoredComparison:
        """Store a new one."""
        kept = tuple(members)
        with said(say("store.comparison_cannot_stored")), transaction(self._connection):
            cursor = self._connection.execute(
                "INSERT INTO comparison (downloads) VALUES (?)", (_encoded(kept),)
            )
        return StoredComparison(cast("int", cursor.lastrowid), kept)

    def save(self, comparison: StoredComparison) -> None:
        """Store which of its files are there."""
        with said(say("store.comparison_cannot_stored")), transaction(self._connection):
            self._connection.execute(
                "UPDATE comparison SET downloads = ? WHERE id = ?",
                (_encoded(comparison.members), comparison.id),
            )

    def remove(self, number: int) -> None:
        """Forget one; does nothing where it is gone."""
        with said(say("store.comparison_cannot_forgotten")), transaction(self._connection):
            self._connection.execute("DELETE FROM comparison WHERE id = ?", (number,))


def _encoded(members: tuple[Member, ...]) -> str:
    return msgspec.json.encode([(number, storable(path)) for number, path in members]).decode()
