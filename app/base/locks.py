"""Locks of files, also where the file system has none.

Network shares without a lock service refuse every lock (ENOLCK, EOPNOTSUPP, ENOSYS). What is done
there in place of it: a file that is there as long as somebody holds the lock, and names its
process, so that what a crash left behind counts for nothing.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

if sys.platform != "win32":
    import fcntl

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_HELD = ".held"


def has_locks(folder: Path) -> bool:
    """Tell whether files in a folder, which must exist, can be locked; asked once a folder.

    Where that cannot be tried out, because nothing may be written there, it is believed.
    """
    return sys.platform == "win32" or _tried_out(os.path.realpath(folder))


def file_lock(path: Path, mode: int = 0o600) -> BaseFileLock:
    """A lock that any thread may give back; the folder must exist.

    Its ``acquire`` raises ``filelock.Timeout`` where it is held, and ``OSError``.

    Args:
        path: The file to lock, or beside which the one lies that stands for it.
        mode: Of the file.
    """
    from filelock import FileLock, SoftFileLock

    if has_locks(path.parent):
        return FileLock(path, mode=mode, thread_local=False)
    return SoftFileLock(path.with_name(path.name + _HELD), mode=mode, thread_local=False)


if sys.platform != "win32":

    @lru_cache(maxsize=256)
    def _tried_out(folder: str) -> bool:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                # flock for our own locks, the other kind for SQLite: either may be missing.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _NO_LOCKS
        return True
