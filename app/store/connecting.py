"""Opens SQLite files, also on shares whose files cannot be locked.

There SQLite's own lock file is used (its ``unix-dotfile`` way, one program at a time), and the
journal that needs no shared memory.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from app.base.locks import has_locks

_WITHOUT_LOCKS = "vfs=unix-dotfile"
_LOCK_SUFFIX = ".lock"
# No piece of work holds it nearly as long: who made it was killed.
_LEFT_BEHIND_S = 60.0
_FORMAT_BYTE, _FORMAT_WAL = 18, 2


class Connection(sqlite3.Connection):
    """SQLite names what is damaged in its messages, and Python cannot read a name that is no text.

    Such an error is said to be damage, as what it is.
    """

    def execute(self, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as the base has it
        """As the base class."""
        with _damage_said():
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as the base has it
        """As the base class."""
        with _damage_said():
            return super().executemany(*arguments)


@contextlib.contextmanager
def _damage_said() -> Generator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise Damaged(str(error)) from error


class Damaged(sqlite3.DatabaseError):
    """There are faults in the file, although SQLite has no code for them."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def connect(
    path: Path, mode: str = "rwc", *, timeout: float = 5.0, autocommit: bool = False
) -> sqlite3.Connection:
    """A connection to a database file; its folder must exist.

    Args:
        path: The file.
        mode: As in SQLite's addresses: ``rwc``, ``rw`` or ``ro``; more may stand behind it.
        timeout: How long to wait for others, in seconds.
        autocommit: Transactions are begun by hand.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}"
    locked = has_locks(path.parent)
    if not locked:
        address += f"&{_WITHOUT_LOCKS}"
        _drop_left_behind(path)
        if "immutable" not in mode and _is_wal(path):
            _leave_wal(path, timeout)
    if autocommit:
        return sqlite3.connect(
            address, uri=True, timeout=timeout, isolation_level=None, factory=Connection
        )
    return sqlite3.connect(address, uri=True, timeout=timeout, factory=Connection)


def attach(connection: sqlite3.Connection, path: Path, name: str) -> None:
    """Let a connection read another database file beside its own, under a name for its tables.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    if not has_locks(path.parent):
        address += f"&{_WITHOUT_LOCKS}"
    connection.execute(f"ATTACH ? AS {name}", (address,))


def _is_wal(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(_FORMAT_BYTE + 1)[_FORMAT_BYTE:] == bytes((_FORMAT_WAL,))
    return False


def _leave_wal(path: Path, timeout: float) -> None:
    """Give a file that came here from a disk with locks the other journal."""
    address = f"{path.absolute().as_uri()}?mode=rw&{_WITHOUT_LOCKS}"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=timeout)) as connection:
        # Alone with the file, SQLite needs no memory that is shared.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()


def _drop_left_behind(path: Path) -> None:
    """Remove SQLite's lock file where a program that was killed has left it."""
    lock = path.with_name(path.name + _LOCK_SUFFIX)
    # The share's clock is not this PC's, so a new file of the share's own tells the time.
    with contextlib.suppress(OSError):
        made_s = os.stat(lock).st_mtime
        with tempfile.TemporaryFile(dir=path.parent) as now:
            if os.fstat(now.fileno()).st_mtime - made_s > _LEFT_BEHIND_S:
                os.rmdir(lock)
