"""What the library remembers: headers read before.

The headers lie in a database of their own in the cache folder, not among the chats: they can be
made again at any time, and the command line writes them while the window owns the store.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

log = logging.getLogger(__name__)

_FORMAT = 2
_WAIT_SECONDS = 2.0
_WRITE_EVERY = 64
# Files that are not found any more are kept, for a drive that is plugged in again, up to here.
_MOST_ROWS = 50_000
_CREATE = """
    CREATE TABLE IF NOT EXISTS header (
        key   BLOB PRIMARY KEY,
        stamp TEXT NOT NULL,
        facts BLOB NOT NULL
    )
"""


class HeaderCache:
    """Remembers what headers said, for one scan at a time.

    Used as a context by the thread that scans. A file that cannot be opened, read or written
    costs time, never a scan: it is logged, and what would be remembered is forgotten. Several
    programs may use the same file at once.
    """

    def __init__(self, path: Path) -> None:
        """``path`` is the database; its folder is made if need be."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._waiting: dict[bytes, tuple[str, bytes]] = {}

    def __enter__(self) -> HeaderCache:
        self._connection = self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, key: bytes) -> tuple[str, bytes] | None:
        """The stamp and the facts that were put under a key."""
        waiting = self._waiting.get(key)
        if waiting is not None or self._connection is None:
            return waiting
        try:
            row = self._connection.execute(
                "SELECT stamp, facts FROM header WHERE key = ?", (key,)
            ).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        return None if row is None else (str(row[0]), bytes(row[1]))

    def put(self, key: bytes, stamp: str, facts: bytes) -> None:
        """Remember facts in place of those that were there; written some at a time."""
        self._waiting[key] = (stamp, facts)
        if len(self._waiting) >= _WRITE_EVERY:
            self._write()

    def _open(self) -> sqlite3.Connection | None:
        for attempt in (1, 2):
            connection: sqlite3.Connection | None = None
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                connection = sqlite3.connect(
                    self._path, timeout=_WAIT_SECONDS, isolation_level=None
                )
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = OFF")  # it can be made again
                connection.execute("PRAGMA trusted_schema = OFF")
                if connection.execute("PRAGMA user_version").fetchone()[0] != _FORMAT:
                    connection.execute("DROP TABLE IF EXISTS header")
                    connection.execute(f"PRAGMA user_version = {_FORMAT}")
                connection.execute(_CREATE)
            except (sqlite3.Error, OSError) as error:
                if connection is not None:
                    connection.close()
                log.warning("headers in %s cannot be remembered: %r", self._path, error)
                if attempt == 1 and isinstance(error, sqlite3.DatabaseError):
                    self._remove_if_damaged(error)
                    continue
                return None
            return connection
        return None

    def _remove_if_damaged(self, error: sqlite3.DatabaseError) -> None:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _write(self) -> None:
        rows = [(key, stamp, facts) for key, (stamp, facts) in self._waiting.items()]
        if self._connection is None or not rows:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO header VALUES (?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET stamp = excluded.stamp, facts = excluded.facts",
                rows,
            )
            # The lowest row numbers are the oldest.
            self._connection.execute(
                "DELETE FROM header WHERE rowid <= (SELECT max(rowid) FROM header) - ?",
                (_MOST_ROWS,),
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(error)
        self._waiting.clear()

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without: what another program holds, or a full disk, must not end a scan."""
        log.warning("headers in %s are not remembered any more: %r", self._path, error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
