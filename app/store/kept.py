"""What the program keeps where, how much room it takes, and what of it can be made again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.core.words.sentence import say
from app.store.connecting import connect
from app.store.database import said, transaction
from app.store.paths import Paths
from app.store.pictures import remove_unused, shown_in_votes


class Kept(Enum):
    """What is kept, apart from model files."""

    STORE = "chats and measurements"
    CACHE = "what can be made again"
    LOGS = "logs"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """Where something is kept.

    Attributes:
        kind: What it is.
        path: A file, or a folder with all that is in it.
        size_bytes: Of all of it; 0 where there is nothing.
    """

    kind: Kept
    path: Path
    size_bytes: int


def kept_places(paths: Paths) -> tuple[KeptPlace, ...]:
    """Look through the program's folders. Any thread; takes as long as the disk does."""
    places = {
        Kept.STORE: (paths.database, [paths.data]),
        Kept.CACHE: (paths.cache, [paths.cache]),
        Kept.LOGS: (paths.log, [*paths.state.glob("*.log*"), paths.engine_logs]),
        Kept.SETTINGS: (paths.settings, [paths.config]),
    }
    return tuple(
        KeptPlace(kind, path, sum(map(size_of, counted)))
        for kind, (path, counted) in places.items()
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; links are not followed."""
    if not path.is_dir() or path.is_symlink():
        return _bytes_of(path)
    return sum(_bytes_of(file) for file in _files_below(path))


def clear_cache(paths: Paths, in_use: Collection[Path]) -> int:
    """Remove what can be made again, but for what somebody uses. Any thread.

    Args:
        paths: The program's folders.
        in_use: Files that engines have open.

    Returns:
        Bytes that this freed.
    """
    kept = {os.path.realpath(path) for path in in_use}
    before = size_of(paths.cache)
    for file in list(_files_below(paths.cache)):
        if os.path.realpath(file) not in kept:
            with contextlib.suppress(OSError):  # somebody else has it open: it stays
                file.unlink()
    for folder in sorted(_folders_below(paths.cache), key=lambda each: -len(each.parts)):
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()
    return max(0, before - size_of(paths.cache))


def forget_measured(connection: sqlite3.Connection) -> None:
    """Remove every measurement, batch and blind vote; on the store's own thread.

    Raises:
        StoreFailed: It cannot be done; nothing is gone.
    """
    with said(say("store.ladder_cannot_deleted")), transaction(connection, durable=True):
        pictures = shown_in_votes(connection)
        for table in ("ladder", "bench", "batch", "blind_vote", "blind_pair", "blind_file"):
            connection.execute(f"DELETE FROM {table}")
    remove_unused(connection, pictures)


def compact(database: Path) -> None:
    """Give back the room of what was deleted, so that nothing of it can be read; on any thread.

    Does nothing where others are at work in it.
    """
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(connect(database, "rw", autocommit=True)) as connection,
    ):
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def remove_older_stores(paths: Paths) -> None:
    """Remove the copies that updates made of the store before, and what was damaged of it."""
    for copy in paths.data.glob(f"{paths.database.name}.*"):
        with contextlib.suppress(OSError):
            shutil.rmtree(copy) if copy.is_dir() else copy.unlink()


def _files_below(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        if path.is_symlink() or path.is_file():
            yield path


def _folders_below(folder: Path) -> Iterable[Path]:
    return [path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()]


def _bytes_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
