"""Texts that hold the person's own chats, kept as they were measured.

History changes with every chat. A ladder that goes on, or is repeated on this PC, is measured on
the text that it began with.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from app.core.quality.own_texts import TextPart
from app.lab.texts import MeasuredText, text_called

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

_MOST_TEXTS = 20


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
            target = self._path(text.sha256)
            part = target.with_name(f"{target.name}.part")
            part.write_bytes(text.data)
            part.replace(target)
            kept = sorted(self._folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
            for path in kept[:-_MOST_TEXTS]:
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
        try:
            lines = self._path(sha256).read_bytes().split(b"\n") if sha256 else []
            parts = tuple(msgspec.json.decode(line, type=TextPart) for line in lines)
        except (OSError, msgspec.DecodeError):
            parts = ()
        text = MeasuredText(name, parts)
        return text if parts and text.sha256 == sha256 else text_called(name, database)

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.jsonl"
