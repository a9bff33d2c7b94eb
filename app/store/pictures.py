"""Which pictures messages and votes show: what shows none any more goes at once."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from app.store.rows import pictures_from

if TYPE_CHECKING:
    import sqlite3

FOLDER = "pictures"
"""Of their files, beside the database."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_IN_TURNS = "SELECT pictures FROM turn WHERE pictures IS NOT NULL"
_IN_VOTES = """
    SELECT json_extract(settings, '$.pictures') FROM blind_pair
    WHERE json_valid(settings) AND json_extract(settings, '$.pictures') IS NOT NULL
"""


def shown_in_chat(connection: sqlite3.Connection, chat_id: int) -> set[str]:
    """Digests of what a chat's messages show, those that an edit took the place of too."""
    return _digests(connection, f"{_IN_TURNS} AND chat_id = ?", chat_id)


def shown_in_votes(connection: sqlite3.Connection) -> set[str]:
    """Digests of what was shown with prompts of blind votes."""
    return _digests(connection, _IN_VOTES)


def shown_pictures(connection: sqlite3.Connection) -> set[str]:
    """Digests of all that must be kept."""
    return _digests(connection, _IN_TURNS) | shown_in_votes(connection)


def remove_unused(connection: sqlite3.Connection, digests: set[str]) -> None:
    """Remove the files of these pictures, but for those that something still shows."""
    if not digests:
        return
    database = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    for digest in digests - shown_pictures(connection):
        # A name alone: whatever stands in the store, no file outside the folder is meant.
        if _DIGEST.fullmatch(digest):
            with contextlib.suppress(OSError):
                (database.with_name(FOLDER) / f"{digest}.png").unlink(missing_ok=True)


def _digests(connection: sqlite3.Connection, query: str, *values: int) -> set[str]:
    texts = connection.execute(query, values).fetchall()
    return {picture.digest for (text,) in texts for picture in pictures_from(text)}
