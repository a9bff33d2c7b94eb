"""Which files on this PC a night has brought: those alone may be removed by one.

It is written before a file's first byte comes, so that whoever goes on after a crash, or begins
another night, does not take it for a file that was here before. What a person asks for, or takes
away, is no night's from then on.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import write_whole
from app.base.locks import file_lock
from app.core.errors import PersonError
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.listing import RepoFile
    from app.hub.files.removal import Removal

log = logging.getLogger(__name__)


class BroughtFiles:
    """The list, below the cache folder; any program of this account. Waits for the disk.

    Args:
        folder: Of the nights; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "brought.json"

    @classmethod
    def below(cls, cache: Path) -> BroughtFiles:
        """The list below this program's cache folder."""
        return cls(cache / "nights")

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

    @contextlib.contextmanager
    def asked_for(self, files: Iterable[RepoFile]) -> Generator[None]:
        """While a person's own download brings files: whatever a night had of them is the person's.

        Said again at the end, because a night may begin with one of them meanwhile.

        Raises:
            PersonError: It cannot be noted, so that a night would delete what the person wants.
        """
        contents = {file.sha256 for file in files if file.sha256}
        self._noted(contents)
        yield
        self._noted(contents)

    def removing(self, removal: Removal) -> Removal:
        """The same; what is gone by it is no night's, should it come again from anywhere."""
        contents = {Path(os.path.realpath(path)).name for path in removal.paths}

        def execute() -> int:
            freed_bytes = removal.execute()
            try:
                self._release_contents(contents)
            except OSError as error:
                log.warning("what a person removed cannot be noted: %r", error)
            return freed_bytes

        return replace(removal, _execute=execute)

    def _noted(self, contents: Iterable[str]) -> None:
        try:
            self._release_contents(contents)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PersonError(say("night.not_released", reason=reason), repr(error)) from error

    def _release_contents(self, contents: Iterable[str]) -> None:
        """Release every file that has one of these contents, by their hashes."""
        wanted = frozenset(contents)

        def is_meant(identity: str) -> bool:
            return not wanted.isdisjoint(identity.split(" "))

        def release(known: dict[str, int]) -> None:
            for identity in list(filter(is_meant, known)):
                del known[identity]

        if any(map(is_meant, self._read())):
            self._change(release)

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
