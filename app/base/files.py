"""Files read with care and written whole.

What somebody else may have put there is read if it is an ordinary file, and never without end:
opening a pipe waits for whoever writes into it, a device gives bytes for ever, and the size of a
file may be anything. What is written is there with all of its bytes, or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PIECE_BYTES = 1 << 20
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
