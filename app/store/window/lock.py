"""One program at a time owns the store."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.locks import file_lock, has_locks
from app.core.errors import PersonError
from app.core.words.sentence import Sentence, say

if TYPE_CHECKING:
    from filelock import BaseFileLock

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Windows forbids reading a locked byte, so the lock stands far behind the pid.
_WINDOWS_LOCKED_BYTE = 1 << 30
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


def process_words(pid: int | None) -> Sentence | str:
    """Which process it is, behind a name; nothing where that is not known."""
    return "" if pid is None else say("store.process_named", pid=str(pid))


class StoreInUse(PersonError):
    """Another program owns the store.

    Attributes:
        pid: Its process id, None if it did not say.
    """

    def __init__(self, pid: int | None) -> None:
        named = process_words(pid)
        super().__init__(
            say("store.shrinkscope_already_running_only_can", named=named),
            f"store lock held by pid {pid}",
        )
        self.pid = pid


class OwnerLock:
    """A lock that the operating system gives back when its owner ends, however it ends.

    Bound to the process, not to a thread. The file itself stays: to delete it could pull it
    out from under a program that has just opened it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._standing: BaseFileLock | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock, or do nothing if this object has it already.

        Raises:
            StoreInUse: Another program, or another object of this one, has it.
            PersonError: The file cannot be opened or locked.
        """
        if self._descriptor is not None:
            return
        try:
            # Python's descriptors are not inherited, so no engine can keep the lock alive.
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unusable(self._path, error) from error
        try:
            if has_locks(self._path.parent):
                _lock(descriptor)
            else:
                self._stand_in()
            _write_pid(descriptor)
        except OSError as error:
            if isinstance(error, TimeoutError) or error.errno in _TAKEN:
                pid = _read_pid(descriptor)
                os.close(descriptor)
                raise StoreInUse(pid) from None
            os.close(descriptor)
            raise _unusable(self._path, error) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        with contextlib.suppress(OSError):  # closing gives it back whatever fails before
            os.ftruncate(descriptor, 0)
            if self._standing is None:
                _unlock(descriptor)
            else:
                self._standing.release()
        self._standing = None
        os.close(descriptor)

    def _stand_in(self) -> None:
        """On a share without locks: a file stands for the lock; raises ``TimeoutError``."""
        standing = file_lock(self._path)
        standing.acquire(timeout=0)
        self._standing = standing

    def __enter__(self) -> OwnerLock:
        self.acquire()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _WINDOWS_LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _WINDOWS_LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        # flock, not lockf: a lockf lock is lost when any other descriptor of the file closes.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _write_pid(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{os.getpid()}\n".encode())


def _read_pid(descriptor: int) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        return int(os.read(descriptor, 32))
    return None


def _unusable(path: Path, error: OSError) -> PersonError:
    return PersonError(
        say("store.file_cannot_locked", path=path, reason=error.strerror or error), repr(error)
    )
