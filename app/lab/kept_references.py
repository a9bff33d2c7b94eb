"""Where the distributions of references lie, to be used again for later candidates.

One folder a measurement: a reference file, a text and a method. Everything in it can be made again
at any time. A folder's age is when it was last used; the oldest go when all together are too large.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.model_file import ModelFile

MOST_BYTES = 2_000_000_000
_FACTS = "facts.json"


class TextFacts(msgspec.Struct, frozen=True):
    """What the reference's vocabulary makes of the text.

    Attributes:
        begin_token: What stands at the start of every chunk; None where none is wanted.
        vocabulary_digest: Of the vocabulary.
    """

    begin_token: int | None
    vocabulary_digest: str


class KeptReference:
    """What is kept of one reference over one text, by one method.

    Attributes:
        text: A copy of the text, for the engine.
        tokens: The text's tokens.
    """

    def __init__(self, folder: Path, text: bytes) -> None:
        self._folder = folder
        self.text = folder / "text"
        self.tokens = folder / "tokens"
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        if not self.text.is_file() or self.text.stat().st_size != len(text):
            self.text.write_bytes(text)

    @property
    def facts(self) -> TextFacts | None:
        """Written when the tokens are; None before."""
        try:
            return msgspec.json.decode((self._folder / _FACTS).read_bytes(), type=TextFacts)
        except (OSError, msgspec.DecodeError):
            return None

    @facts.setter
    def facts(self, facts: TextFacts) -> None:
        (self._folder / _FACTS).write_bytes(msgspec.json.encode(facts))

    def chunk(self, number: int) -> Path:
        """The file of a chunk's distributions; complete if it is there."""
        return self._folder / f"{number:05}.distributions"


class KeptReferences:
    """All of them, below one folder."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._most_bytes = most_bytes

    def of(self, model: ModelFile, text: bytes, method: str) -> KeptReference:
        """The one of a reference, a text and a method; older ones may go.

        A model file is known by its path, size and time of change, not by reading all of it.

        Raises:
            OSError: The folder cannot be written.
        """
        digest = sha256(method.encode() + b"\0" + sha256(text).digest())
        for path in model.shard_paths:
            found = path.stat()
            digest.update(f"\0{path.absolute()}\0{found.st_size}\0{found.st_mtime_ns}".encode())
        kept = KeptReference(self.folder / digest.hexdigest()[:32], text)
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
