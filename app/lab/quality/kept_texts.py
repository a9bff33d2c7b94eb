"""Texts that hold the person's own chats, kept as they were measured.

History changes with every chat. A ladder that goes on, or is repeated on this PC, is measured on
the text that it began with.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import msgspec

from app.base.files import read_ordinary, write_whole
from app.core.quality.own_texts import TextPart
from app.lab.models.named import MOST_BYTES
from app.lab.quality.texts import MeasuredText, text_called

log = logging.getLogger(__name__)

_MOST_TEXTS = 20
_SHA256 = re.compile("[0-9a-f]{64}")


class KeptTexts:
    """The texts of one folder, by their hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, text: MeasuredText) -> None:
        """Keep a text if it holds chats of the person; the oldest of many goes."""
        if not any(part.is_own for part in text.parts):
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            newest = self._path(text.sha256)
            write_whole(newest, text.data)
            others = {*self._folder.glob("*.jsonl")} - {newest}  # times may be equal
            kept = sorted(others, key=lambda path: path.stat().st_mtime_ns)
            for path in kept[: 1 - _MOST_TEXTS]:
                path.unlink(missing_ok=True)
        except OSError as error:
            # Only going on later needs it.
            log.warning("a text is not kept: %s", error)

    def read(self, name: str, sha256: str, database: Path) -> MeasuredText:
        """The text of a plan: as it was, where it was kept, else as it is now.

        Args:
            name: As the plan calls it.
            sha256: Of the text as it was; empty where that is not known.
            database: Where this program's chats are stored.

        Raises:
            PersonError: It cannot be read any more.
        """
        return self.kept(name, sha256) or text_called(name, database)

    def kept(self, name: str, sha256: str) -> MeasuredText | None:
        """The text of this hash under this name, where it is kept."""
        if not _SHA256.fullmatch(sha256):
            return None  # nothing else may become part of a path
        try:
            lines = read_ordinary(self._path(sha256), MOST_BYTES).split(b"\n")
            parts = tuple(msgspec.json.decode(line, type=TextPart) for line in lines)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        text = MeasuredText(name, parts)
        return text if text.sha256 == sha256 else None

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.jsonl"
