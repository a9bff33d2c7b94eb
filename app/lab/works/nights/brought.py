"""Which files on this PC a night has brought: those alone may be removed by one.

It is written before a file's first byte comes, so that whoever goes on after a crash, or begins
another night, does not take it for a file that was here before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.base.files import write_whole
from app.base.locks import file_lock

log = logging.getLogger(__name__)


class BroughtFiles:
    """The list, below the cache folder; any program of this account. Waits for the disk.

    Args:
        folder: Of the nights; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "brought.json"

    def there_before(self, identity: str) -> int | None:
        """How many bytes of a file were here before a night began it; None where none did."""
        return self._read().get(identity)

    def claim(self, identity: str, there_bytes: int) -> None:
        """A night begins to bring a file; lasts once this returns.

        Raises:
            OSError: It cannot be written.
        """
        self._change(lambda known: known.setdefault(identity, there_bytes))

    def release(self, identity: str) -> None:
        """A file is gone, or the person's from now on.

        Raises:
            OSError: It cannot be written.
        """
        self._change(lambda known: known.pop(identity, None))

    def _change(self, change: Callable[[dict[str, int]], object]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(self._path.with_suffix(".lock")):
            known = self._read()
            change(known)
            write_whole(self._path, msgspec.json.encode(known))

    def _read(self) -> dict[str, int]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, int])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            log.warning("what nights have brought cannot be read: %r", error)
            return {}
