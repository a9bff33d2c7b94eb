"""What the library remembers: headers read before.

The headers lie in a database of their own in the cache folder, not among the chats: they can be
made again at any time, and the command line writes them while the window owns the store.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from app.base.files import Identity, identity_at
from app.core.words.sentence import say
from app.store.damage import begin_anew, is_damage
from app.store.small.database import open_sound

log = logging.getLogger(__name__)

_FORMAT = 2
_WRITE_EVERY = 64
# Files that are not found any more are kept, for a drive that is plugged in again, up to here.
MOST_ROWS = 50_000
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
        self._identity: Identity | None = None
        self._waiting: dict[bytes, tuple[str, bytes]] = {}

    def __enter__(self) -> HeaderCache:
        self._connection = self._open()
        return self

    def __exit__(self, *_error: object) -> None:
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
        return None if row is None or not isinstance(row[1], bytes) else (str(row[0]), row[1])

    def put(self, key: bytes, stamp: str, facts: bytes) -> None:
        """Remember facts in place of those that were there; written some at a time."""
        self._waiting[key] = (stamp, facts)
        if len(self._waiting) >= _WRITE_EVERY:
            self._write()

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = open_sound(self._path, say("store.headers"), _prepare, autocommit=True)
        except (sqlite3.Error, OSError) as error:
            log.warning("headers in %s cannot be remembered: %r", self._path, error)
            return None
        self._identity = identity_at(self._path)
        return connection

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
                (MOST_ROWS,),
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(error)
        self._waiting.clear()

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without: what another program holds, or a full disk, must not end a scan.

        A file that is damaged is kept aside, and the scan goes on with an empty one.
        """
        log.warning("headers in %s are not remembered any more: %r", self._path, error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if is_damage(error) and begin_anew(self._path, say("store.headers"), self._identity, error):
            self._connection = self._open()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # it can be made again
    connection.execute("PRAGMA trusted_schema = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] != _FORMAT:
        connection.execute("DROP TABLE IF EXISTS header")
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute(_CREATE)
