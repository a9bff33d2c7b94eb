"""How fast the disk brings what does not fit in memory; measured once a month for each disk."""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.small.speeds import SpeedStore

_MOST_SECONDS = 1.5
_MOST_BYTES = 512 << 20
_LEAST_BYTES = 64 << 20
_NS_OF_A_MONTH = 30 * 24 * 3600 * 10**9
# llama.cpp has the system read ahead twice as far as usual, but never further than this.
_LEAST_BLOCK, _MOST_BLOCK = 256 << 10, 8 << 20
_SECTOR = 512
_NO_CACHE = 48  # F_NOCACHE of macOS


def disk_rate(path: Path, speeds: SpeedStore) -> float | None:
    """Bytes a second that the disk of a file reads past the system's cache; not the main thread.

    Takes a second and a half at most where it is not known. None where the disk cannot be read
    past the cache, as on Windows and in a file system that lies in memory.
    """
    try:
        disk = path.stat().st_dev
        known = speeds.disk(disk)
        if known is not None and time.time_ns() - known[1] < _NS_OF_A_MONTH:
            return known[0]
        rate = _measured(path)
    except OSError:
        return None
    if rate is not None:
        speeds.keep_disk(disk, rate)
    return rate


def _measured(path: Path) -> float | None:
    facts = path.stat()
    if facts.st_size >= _LEAST_BYTES and facts.st_blocks * _SECTOR >= facts.st_size * 9 // 10:
        return _read(path, _block_bytes(facts.st_dev))
    # The file is a header with a hole for weights: what a disk holds has to be there.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".speed-") as file:
        for _ in range(_LEAST_BYTES // _MOST_BLOCK):
            file.write(os.urandom(_MOST_BLOCK))
        file.flush()
        os.fsync(file.fileno())
        return _read(Path(file.name), _block_bytes(facts.st_dev))


def _read(path: Path, block_bytes: int) -> float | None:
    descriptor = _opened(path)
    if descriptor is None:
        return None
    try:
        with mmap.mmap(-1, block_bytes) as block:
            read, begin_s = 0, time.perf_counter()
            while read < _MOST_BYTES and time.perf_counter() - begin_s < _MOST_SECONDS:
                count = os.preadv(descriptor, [block], read)
                if not count:
                    break
                read += count
            seconds = time.perf_counter() - begin_s
    finally:
        os.close(descriptor)
    return read / seconds if read and seconds > 0 else None


def _opened(path: Path) -> int | None:
    """The file, to be read past the cache; None where this system has no way."""
    if sys.platform.startswith("linux"):
        return os.open(path, os.O_RDONLY | os.O_DIRECT)
    if sys.platform == "darwin":
        import fcntl

        descriptor = os.open(path, os.O_RDONLY)
        fcntl.fcntl(descriptor, _NO_CACHE, 1)
        return descriptor
    return None


def _block_bytes(disk: int) -> int:
    """As much as the system reads ahead of a program that looks at a file in order."""
    folder = Path(f"/sys/dev/block/{os.major(disk)}:{os.minor(disk)}")
    for queue in (folder / "queue", folder.resolve().parent / "queue"):
        try:
            ahead = 2 * 1024 * int((queue / "read_ahead_kb").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        return min(_MOST_BLOCK, max(_LEAST_BLOCK, ahead))
    return _LEAST_BLOCK
