"""What was found out of files, remembered for as long as they are the same."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import msgspec

from app.base.files import known_by
from app.lab.engines.identity import engine_identity
from app.store.small.remembered import TaskAnswerStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from app.core.candidates.candidate import Candidate

_FILE = "tasks.sqlite3"
_T = TypeVar("_T")


class KeptOfFiles:
    """Remembers below a cache folder, by files, how they are loaded and asked, and engine.

    Args:
        cache_folder: The program's.
        engines_folder: Where engines work; None where they do without no variants.
        named: Names files for as long as they are the same; raises ``OSError`` where it cannot.
    """

    def __init__(
        self,
        cache_folder: Path,
        engines_folder: Path | None = None,
        named: Callable[[Iterable[Path]], bytes] = known_by,
    ) -> None:
        self._named = named
        self._store = TaskAnswerStore(cache_folder / _FILE)
        self._engines_folder = engines_folder

    def name_of(
        self, candidate: Candidate, files: Iterable[Path], what: object, *how: object
    ) -> str:
        """Names what is known of a candidate.

        Args:
            candidate: Its settings count, wherever its files lie.
            files: Of the candidate.
            what: Is remembered.
            how: It was found out, but for the engine.

        Raises:
            OSError: A file is gone.
        """
        digest = sha256(repr((what, engine_identity(self._engines_folder), *how)).encode())
        digest.update(candidate.settings_key().encode())
        digest.update(self._named(files))
        return digest.hexdigest()

    def known(self, name: str) -> dict[str, bytes]:
        """All that is remembered under a name."""
        return self._store.answers(name)

    def keep(self, name: str, blobs: Mapping[str, bytes]) -> None:
        """Remember more under a name."""
        self._store.keep(name, blobs)


def decoded(blob: bytes | None, kind: type[_T]) -> _T | None:
    """What was remembered as JSON; None where it was not, or otherwise than now."""
    try:
        return msgspec.json.decode(blob, type=kind) if blob else None
    except msgspec.DecodeError:
        return None
