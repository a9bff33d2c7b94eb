"""Files that the person names: read within bounds, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

from app.base.files import read_ordinary
from app.core.errors import PersonError
from app.core.words.sentence import say

MOST_BYTES = 100_000_000
"""A text, questions or a report may be so long."""


def data_in(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """What is in an ordinary file.

    Raises:
        PersonError: It cannot be read, or is longer.
    """
    try:
        return read_ordinary(path, most_bytes)
    except OSError as error:
        raise PersonError(
            say("lab.cannot_read", path=path, reason=error.strerror or error)
        ) from error


def text_in(path: Path) -> str:
    """The same as text in UTF-8.

    Raises:
        PersonError: It cannot be read, or is none.
    """
    try:
        return data_in(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise PersonError(
            say("lab.no_utf_8_text_byte", path=path, start=error.start + 1)
        ) from error
