"""Files read with care and written whole.

What somebody else may have put there is read if it is an ordinary file, and never without end:
opening a pipe waits for whoever writes into it, a device gives bytes for ever, and the size of a
file may be anything. What is written is there with all of its bytes, or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

Identity: TypeAlias = tuple[int, int] | str
"""What is equal for two ways to one file or folder: device and number, else the real path."""

_PIECE_BYTES = 1 << 20
_HASHED_AT_ONCE_BYTES = 4 << 20
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_BARRED = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}
# A pipe that takes the file's place between looking and opening must not be waited for either.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotOrdinaryError(OSError):
    """It is a folder, a pipe, a device or a socket."""


class TooLargeError(OSError):
    """It holds more than it may."""


def read_ordinary(path: Path, most_bytes: int) -> bytes:
    """All of an ordinary file. Any thread.

    Args:
        path: Of the file; links are followed.
        most_bytes: A file that holds more is not read.

    Raises:
        NotOrdinaryError: It is no ordinary file.
        TooLargeError: It holds more than ``most_bytes``.
        OSError: It cannot be read; ``strerror`` completes “X cannot be read: …” for all three.
    """
    descriptor = open_ordinary(path)
    try:
        size_bytes = os.fstat(descriptor).st_size
        found = bytearray()
        # What a file says of its size need not be so, in either direction.
        while size_bytes <= most_bytes and len(found) <= most_bytes:
            piece = os.read(descriptor, min(_PIECE_BYTES, most_bytes + 1 - len(found)))
            if not piece:
                return bytes(found)
            found += piece
    finally:
        os.close(descriptor)
    raise TooLargeError(errno.EFBIG, f"it is larger than {_shown(most_bytes)}", str(path))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that has all of these bytes, or stays as it was. Any thread.

    The disk has them before the name is theirs: also a power cut leaves the old or the new. Several
    processes may write the same file; one of them wins.

    Args:
        path: Of the file; its folder is there.
        data: All of it.

    Raises:
        OSError: It cannot be written; nothing is left of it.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def flush(path: Path) -> None:
    """Let the disk have all that is in a file.

    Raises:
        OSError: It does not take it.
    """
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())


def finish(unfinished: Path, target: Path) -> None:
    """Give a complete file its name: the disk has all of it before, and knows the name after.

    Raises:
        OSError: The disk does not do it.
    """
    flush(unfinished)
    os.replace(unfinished, target)
    if sys.platform != "win32":
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Hasher(Protocol):
    """What ``hashlib`` gives."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash so far."""
        ...


def is_disk_full(error: OSError) -> bool:
    """Whether there was no room for what was to be written."""
    return error.errno in _FULL


def is_unwritable(error: OSError) -> bool:
    """Whether writing failed for the disk's sake: it is full, or may not be written."""
    return error.errno in _FULL | _BARRED


def free_bytes(folder: Path) -> int | None:
    """What the disk of a folder has left, which may be still to be made; None if nobody knows."""
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def hash_file(path: Path, seen: Callable[[int], object], *hashers: Hasher) -> int:
    """Hash a file's bytes as far as they go. Any thread.

    Args:
        path: Of the file.
        seen: Told after each piece how many bytes were read; what it raises ends the work.
        hashers: They take all of the file.

    Returns:
        How many bytes there are.

    Raises:
        OSError: It cannot be read.
    """
    done_bytes = 0
    with path.open("rb") as file:
        while piece := file.read(_HASHED_AT_ONCE_BYTES):
            for hasher in hashers:
                hasher.update(piece)
            done_bytes += len(piece)
            seen(done_bytes)
    return done_bytes


def identity_of(path: str | Path, status: os.stat_result) -> Identity:
    """Tell the file or folder apart from all others, however it is reached."""
    # Some file systems, network ones above all, number nothing.
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One file as it is now, with links followed, none of it read."""

    path: Path
    size_bytes: int
    mtime_ns: int
    identity: Identity


def stamp_at(path: str | Path) -> Stamp | None:
    """The file that a path leads to, or None where there is none that can be looked at."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return Stamp(Path(path), status.st_size, status.st_mtime_ns, identity_of(path, status))


def identity_at(path: Path) -> Identity | None:
    """Which file or folder a path leads to; None where there is none."""
    stamp = stamp_at(path)
    return None if stamp is None else stamp.identity


def known_by(paths: Iterable[Path]) -> bytes:
    """Names files as they are now, by path, size and time of change: for a key of what is kept.

    Raises:
        OSError: One is gone.
    """
    named = bytearray()
    for path in paths:
        status = path.stat()
        named += f"\0{path.absolute()}\0{status.st_size}\0{status.st_mtime_ns}".encode(
            "utf-8", "surrogateescape"
        )
    return bytes(named)


def open_ordinary(path: Path) -> int:
    """A descriptor of an ordinary file, for reading; whoever asks closes it.

    Raises:
        NotOrdinaryError: It is no ordinary file.
        OSError: It cannot be opened.
    """
    try:
        _check(path, os.stat(path))  # before it is opened: to open a device may do something
        descriptor = os.open(path, _FLAGS)
    except ValueError as error:  # a zero byte, or what is no text in this system's names
        raise OSError(errno.EINVAL, "that is no name of a file", repr(path)) from error
    try:
        _check(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise NotOrdinaryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise NotOrdinaryError(errno.EINVAL, "it is no ordinary file", str(path))


def _shown(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:g} MB" if size_bytes >= 1_000_000 else f"{size_bytes:,} bytes"
