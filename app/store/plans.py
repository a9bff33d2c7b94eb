"""What llama.cpp said that loads would take, remembered: its plan of a file never changes.

It lies in the cache folder: it can be asked for again at any time.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

log = logging.getLogger(__name__)

_WAIT_SECONDS = 2.0
_MOST_PLANS = 5_000
_CREATE = """
    CREATE TABLE IF NOT EXISTS plan (
        id      INTEGER PRIMARY KEY,
        key     TEXT UNIQUE NOT NULL,
        figures BLOB NOT NULL
    )
"""


class PlanStore:
    """Remembers figures under keys. Any thread; several programs may use the file at once.

    A file that cannot be opened, read or written costs time, never the work at hand: it is
    logged, and nothing is known.

    Args:
        path: The database; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> bytes | None:
        """The figures under a key; None where there are none."""
        found: list[bytes] = []
        query = "SELECT figures FROM plan WHERE key = ?"
        with self._logged(), self._open() as connection:
            found += [bytes(row[0]) for row in connection.execute(query, (key,))]
        return found[0] if found else None

    def keep(self, key: str, figures: bytes) -> None:
        """Remember figures in place of those that were there; the oldest make room."""
        with self._logged(), self._open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO plan (key, figures) VALUES (?, ?)", (key, figures)
            )
            connection.execute(
                "DELETE FROM plan WHERE id <= (SELECT max(id) FROM plan) - ?", (_MOST_PLANS,)
            )

    @contextlib.contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """A connection for one piece of work, written when it ends well."""
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        try:
            with connection:
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(_CREATE)
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _logged(self) -> Generator[None]:
        """End the piece of work where the file cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            log.warning("the plans in %s cannot be used: %r", self._path, error)
