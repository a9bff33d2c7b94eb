"""Copies of the database from before an update, named after the version that it had."""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
from pathlib import Path

from app.base.files import finish
from app.core.errors import PersonError
from app.core.words.sentence import say, size
from app.store.connecting import connect

log = logging.getLogger(__name__)

KEPT = 4
"""How many copies are kept; the oldest go."""
# The copy itself, and what SQLite writes beside the file while it changes it.
_ROOM = 2.0
SPARE_BYTES = 4 << 20


class NoRoom(PersonError):
    """The disk has no room for a copy; nothing was changed."""


def check_room(path: Path) -> None:
    """Look whether the disk has room for a copy and an update.

    Raises:
        NoRoom: It has not; the sentence says what is needed.
    """
    needed_bytes = int(path.stat().st_size * _ROOM) + SPARE_BYTES
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < needed_bytes:
        raise NoRoom(
            say(
                "store.chats_cannot_brought_up_date",
                path=path,
                free_bytes=size(free_bytes),
                needed_bytes=size(needed_bytes),
            ),
            f"{free_bytes} bytes free of {needed_bytes}",
        )


def back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy a database, complete and sound or not at all; an earlier copy is never replaced.

    Args:
        connection: To the database.
        path: Its file; the copy lies beside it.
        version: Which it has.

    Raises:
        sqlite3.Error, OSError: It cannot be written.
    """
    copy = _free_name(path, version)
    unfinished = copy.with_name(f"{copy.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        _copy(connection, unfinished)
        finish(unfinished, copy)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return copy


def copies_of(path: Path) -> list[tuple[int, Path]]:
    """Version and file of every copy of a database, the newest first."""
    form = re.compile(rf"{re.escape(path.name)}\.version-(\d+)(?:-\d+)?")
    found = [
        (match, other) for other in path.parent.iterdir() if (match := form.fullmatch(other.name))
    ]
    found.sort(key=lambda each: each[1].stat().st_mtime_ns, reverse=True)
    return [(int(match[1]), other) for match, other in found]


def copy_for(path: Path, newest_version: int) -> Path | None:
    """The newest copy that a program can open which knows versions up to this one."""
    return next((copy for version, copy in copies_of(path) if version <= newest_version), None)


def remove_old_copies(path: Path) -> None:
    """Keep the newest copies alone; what cannot be removed stays."""
    for _, copy in copies_of(path)[KEPT:]:
        try:
            copy.unlink()
        except OSError as error:
            log.warning("the old copy %s stays: %r", copy, error)


def _copy(connection: sqlite3.Connection, unfinished: Path) -> None:
    copy = connect(unfinished)
    try:
        # Nobody else opens it: it needs no shared memory, whatever journal the original has.
        copy.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete in itself
        answer = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
        if answer != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {answer}")
    finally:
        copy.close()


def _free_name(path: Path, version: int) -> Path:
    copy = path.with_name(f"{path.name}.version-{version}")
    count = 1
    while copy.exists():
        count += 1
        copy = path.with_name(f"{path.name}.version-{version}-{count}")
    return copy
