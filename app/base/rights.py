"""Who may read what this program writes: the person alone, except what they save on purpose.

The process creates everything for the person alone (``keep_to_oneself``, at its start), so that no
writer can forget it: SQLite's companions, logs, engines. What others are meant to read, model files
and what the person saves, is written under :func:`usual_rights`.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
from collections.abc import Generator
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_ENTRIES = 50_000


class Masks:
    """The process's file mode mask, and the one that the person's programs have else."""

    def __init__(self) -> None:
        self.usual: int | None = None
        self.lock = threading.RLock()


masks = Masks()


def keep_to_oneself() -> None:
    """From now on this process, and those that it starts, create files for this account alone."""
    if sys.platform != "win32" and masks.usual is None:
        masks.usual = os.umask(_OTHERS)


@contextlib.contextmanager
def usual_rights() -> Generator[None]:
    """Create files, or start a program of others, with the rights that are usual here.

    Meant for moments: it holds for all threads. What another thread creates meanwhile lies in a
    folder that is closed to others anyway.
    """
    if masks.usual is None:
        yield
        return
    with masks.lock:
        before = os.umask(masks.usual)
        try:
            yield
        finally:
            os.umask(before)


def give_usual_rights(path: Path) -> None:
    """Give a file that an engine wrote for the person the rights that are usual here."""
    if masks.usual is not None:
        with contextlib.suppress(OSError):
            path.chmod(0o666 & ~masks.usual)


def close_to_others(folder: Path) -> list[str]:
    """Take from other accounts what they may do with a folder of this program, and all below.

    Links below are not followed, and what belongs to another account, or has a second name
    somewhere else, stays as it is.

    Returns:
        What stays open to others, in words for the log.
    """
    if sys.platform == "win32":
        return []  # a profile's folders are the person's alone, by their access lists
    left: list[str] = []
    try:
        if not _close(str(folder), os.stat(folder), left):
            return left  # behind a link, in a place that is not ours
        waiting, seen = [str(folder)], 0
        while waiting and seen < _MOST_ENTRIES:
            for path in _entries(waiting.pop()):
                seen += 1
                with contextlib.suppress(FileNotFoundError):  # another program removes its own
                    status = os.lstat(path)
                    if _close(path, status, left) and stat.S_ISDIR(status.st_mode):
                        waiting.append(path)
    except OSError as error:
        left.append(f"{folder}: {error!r}")
    return left


def _entries(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries]
    except FileNotFoundError:
        return []


def _close(path: str, status: os.stat_result, left: list[str]) -> bool:
    """Close one file or folder; whether it is this account's and no link."""
    if stat.S_ISLNK(status.st_mode):
        return False
    if status.st_uid != os.geteuid():
        left.append(f"{path} belongs to account {status.st_uid}")
        return False
    if status.st_mode & _OTHERS:
        if status.st_nlink > 1 and stat.S_ISREG(status.st_mode):
            left.append(f"{path} has a second name")
        else:
            os.chmod(path, stat.S_IMODE(status.st_mode) & ~_OTHERS)
    return True
