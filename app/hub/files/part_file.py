"""The unfinished file of a download: what is there, its hash so far, and its last step."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.base.files import Hasher, finish, flush, hash_file, is_disk_full
from app.base.gate import StopFlag
from app.base.rights import usual_rights
from app.core.words.sentence import say
from app.hub.errors import DiskFull, DownloadError

# What the disk must keep free besides the file: a full disk harms every program on it.
SPARE_BYTES = 64 << 20
_LOOK_EVERY_BYTES = 64 << 20
# So much may wait in memory for the disk: a file is not finished before the disk has all of it, and
# gigabytes that are forced there at the end keep everybody waiting.
FLUSH_EVERY_BYTES = 64 << 20


class Disk:
    """The file system; tests put one of their own in its place. Any thread.

    It remembers what unfinished files still need, so that two downloads do not both count on
    the same room.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promised: dict[Path, int] = {}

    def free_bytes(self, folder: Path) -> int:
        """Room that this person may still use."""
        return shutil.disk_usage(folder).free

    def room_for(self, path: Path, rest_bytes: int) -> int:
        """Room for an unfinished file, without what the others still need."""
        with self._lock:
            self._promised[path] = rest_bytes
            others = sum(self._promised.values()) - rest_bytes
        return max(0, self.free_bytes(path.parent) - others)

    def release(self, path: Path) -> None:
        """An unfinished file needs no more room."""
        with self._lock:
            self._promised.pop(path, None)

    def write(self, file: BinaryIO, block: bytes) -> None:
        """Write all of a block."""
        file.write(block)


def hasher_for(digest: str, size_bytes: int) -> Hasher:
    """The hash whose result ``digest`` is: SHA-256, or git's own for small files."""
    if len(digest) == 64:
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % size_bytes, usedforsecurity=False)


class PartFile:
    """The bytes of a file that are there already. One thread, which holds the content's lock.

    Attributes:
        done_bytes: How many bytes are there, all of them hashed.
    """

    def __init__(self, path: Path, digest: str, size_bytes: int, disk: Disk) -> None:
        self._path = path
        self._digest = digest
        self._size = size_bytes
        self._disk = disk
        self._hasher = hasher_for(digest, size_bytes)
        self._file: BinaryIO | None = None
        self._looked_at = 0
        self._flushed_at = 0
        self._flush: threading.Thread | None = None
        self.done_bytes = 0

    def resume(self, stop: StopFlag, seen: Callable[[int], None]) -> int:
        """Take up what an earlier run left; returns how many bytes that is.

        Raises:
            DiskFull: The rest does not fit.
            DownloadError: The file cannot be read or written.
        """

        def look(done_bytes: int) -> None:
            stop.check()
            seen(done_bytes)

        try:
            with usual_rights():
                self._path.parent.mkdir(parents=True, exist_ok=True)
            there = self._path.stat().st_size if self._path.exists() else 0
            if there > self._size:
                self._path.unlink()
                there = 0
            if there:
                self.done_bytes = hash_file(self._path, look, self._hasher)
            self._flushed_at = self.done_bytes
            with usual_rights():
                self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self.check_room()
        return self.done_bytes

    def restart(self) -> None:
        """Throw away what is there."""
        self._hasher = hasher_for(self._digest, self._size)
        self.done_bytes = 0
        self._looked_at = 0
        self._flushed_at = 0
        if self._file is not None:
            self._file.truncate(0)

    def add(self, block: bytes) -> None:
        """Write and hash the next bytes.

        Raises:
            DiskFull: There is no more room; what was written before stays.
            DownloadError: The disk does not take it.
        """
        assert self._file is not None
        try:
            self._disk.write(self._file, block)
        except OSError as error:
            # Part of the block may be in the file: it must end where the hash does.
            self._cut()
            if is_disk_full(error):
                raise self._full() from error
            raise cannot_write(self._path, error) from error
        self._hasher.update(block)
        self.done_bytes += len(block)
        if self.done_bytes - self._looked_at >= _LOOK_EVERY_BYTES:
            self.check_room()
        if self.done_bytes - self._flushed_at >= FLUSH_EVERY_BYTES:
            self._begin_flush()

    def check_room(self) -> None:
        """Raise ``DiskFull`` where the rest does not fit."""
        self._looked_at = self.done_bytes
        rest = self._size - self.done_bytes
        if rest and self._disk.room_for(self._path, rest) < rest + SPARE_BYTES:
            raise self._full()

    @property
    def complete(self) -> bool:
        """Whether all bytes are there."""
        return self.done_bytes == self._size

    @property
    def intact(self) -> bool:
        """Whether they are those that the Hub promised."""
        return self.complete and self._hasher.hexdigest() == self._digest

    def become(self, target: Path) -> None:
        """Be the finished file from now on; the disk has all of it before it gets its name.

        Raises:
            DownloadError: The disk does not do it.
        """
        assert self._file is not None
        try:
            # A write error is told once to each who has the file open: also to this one.
            os.fsync(self._file.fileno())
            self.close()
            finish(self._path, target)
        except OSError as error:
            raise cannot_write(target, error) from error

    def discard(self) -> None:
        """Remove it."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; it stays as it is."""
        self._disk.release(self._path)
        if self._flush is not None and sys.platform == "win32":
            self._flush.join()  # nothing that is open there can be renamed or removed
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin_flush(self) -> None:
        """Let the disk take what was written so far, while more comes."""
        if self._flush is not None and self._flush.is_alive():
            return  # the disk is slower than the network: once more after that
        self._flushed_at = self.done_bytes
        self._flush = threading.Thread(target=self._flush_so_far, name="hub-flush", daemon=True)
        self._flush.start()

    def _flush_so_far(self) -> None:
        with contextlib.suppress(OSError):  # the last step hears of it
            flush(self._path)

    def _cut(self) -> None:
        assert self._file is not None
        try:
            self._file.truncate(self.done_bytes)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _full(self) -> DiskFull:
        rest = self._size - self.done_bytes
        return DiskFull(rest, self._disk.room_for(self._path, rest), str(self._path.parent))


def cannot_write(path: Path, error: OSError) -> DownloadError:
    """The error for a file that cannot be made, filled or named."""
    return DownloadError(
        say("hub.disk_does_not_take_download", reason=error.strerror or error), f"{path}: {error!r}"
    )
