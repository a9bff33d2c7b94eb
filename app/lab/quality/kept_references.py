"""Where the distributions of references lie, to be used again for later candidates.

One folder a measurement: a reference file, a text, a method and the engine that evaluated it.
Everything in it can be made again at any time. A folder's age is when it was last used; the oldest
go when all together are too large.
"""

from __future__ import annotations

import os
import shutil
from array import array
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from app.base.files import known_by, write_whole
from app.lab.engines.identity import engine_identity
from app.lab.quality.partings import Continuation
from app.lab.quality.text import TextFacts

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.quality.texts import MeasuredText

MOST_BYTES = 2_000_000_000
# Raise it when what is kept comes to mean something else. Since 2 it is free of NaN, since 3 it was
# read in the slices in which prompts are read.
_FORMAT = b"3\0"
_FACTS, _TOKENS, _CONTINUATIONS = "facts.json", "tokens", "continuations.json"

_T = TypeVar("_T")


class KeptReference:
    """What is kept of one reference over one text, by one method."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)

    @property
    def scratch(self) -> Path:
        """A file that whoever measures may write and remove."""
        # Another program may measure with the same reference at the same time.
        return self._folder / f"scratch-{os.getpid()}"

    def tokens(self) -> tuple[TextFacts, array[int]] | None:
        """The text's tokens and what they tell of the model; None before they are kept."""
        facts = self._read(_FACTS, TextFacts)
        try:
            tokens = array("i", (self._folder / _TOKENS).read_bytes())
        except (OSError, ValueError):
            return None
        if facts is None or sum(facts.part_tokens) != len(tokens):
            return None
        return facts, tokens

    def keep_tokens(self, facts: TextFacts, tokens: array[int]) -> None:
        """Keep them.

        Raises:
            OSError: The disk is full, or the folder is gone.
        """
        self._write(_TOKENS, tokens.tobytes())
        self._write(_FACTS, msgspec.json.encode(facts))

    def continuations(self) -> list[Continuation] | None:
        """How the reference goes on after prompts of the text; None before it was asked."""
        return self._read(_CONTINUATIONS, list[Continuation])

    def keep_continuations(self, found: list[Continuation]) -> None:
        """Keep them.

        Raises:
            OSError: The disk is full, or the folder is gone.
        """
        self._write(_CONTINUATIONS, msgspec.json.encode(found))

    def chunk(self, number: int) -> Path:
        """The file of a chunk's distributions; complete if it is there."""
        return self._folder / f"{number:05}.distributions"

    def _read(self, name: str, kind: type[_T]) -> _T | None:
        try:
            return msgspec.json.decode((self._folder / name).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError):
            return None

    def _write(self, name: str, data: bytes) -> None:
        write_whole(self._folder / name, data)


class KeptReferences:
    """All of them, below one folder.

    Args:
        folder: Made where it is missing.
        most_bytes: The oldest go when all together are larger.
        engines_folder: Where engines work; None where they do without no variants.
        named: Names files for as long as they are the same; raises ``OSError`` where it cannot.
    """

    def __init__(
        self,
        folder: Path,
        most_bytes: int = MOST_BYTES,
        engines_folder: Path | None = None,
        named: Callable[[Iterable[Path]], bytes] = known_by,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._most_bytes = most_bytes
        self._engines_folder = engines_folder
        self._named = named

    def of(self, opened: OpenedCandidate, text: MeasuredText, method: str) -> KeptReference:
        """The one of a reference, a text, a method and this PC's engine; older ones may go.

        A model file is known by its path, size and time of change, not by reading all of it, and
        by how it is loaded.

        Raises:
            OSError: The folder cannot be written, or the file is gone.
        """
        digest = sha256(_FORMAT + method.encode() + b"\0" + text.sha256.encode())
        digest.update(b"\0" + engine_identity(self._engines_folder).encode())
        digest.update(opened.candidate.spoken.settings_key().encode())
        digest.update(self._named(opened.spoken.files))
        kept = KeptReference(self.folder / digest.hexdigest()[:32])
        self._sweep()
        return kept

    def _sweep(self) -> None:
        folders = sorted(
            (folder for folder in self.folder.iterdir() if folder.is_dir()),
            key=lambda folder: folder.stat().st_mtime_ns,
            reverse=True,
        )
        total = 0
        for place, folder in enumerate(folders):
            total += sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
            if place > 0 and total > self._most_bytes:
                shutil.rmtree(folder, ignore_errors=True)
