"""Chats by what was asked and said in them; read beside the window's own connection."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.core.words.sentence import say
from app.store.database import said

_SAYING = """
    SELECT DISTINCT chat_id FROM turn LEFT JOIN answer ON answer.turn_id = turn.id
    WHERE retired_ns IS NULL AND (prompt LIKE :words ESCAPE '\\' OR text LIKE :words ESCAPE '\\')
"""


def chats_saying(database: Path, words: str) -> frozenset[int]:
    """The ids of chats in whose questions and answers these words stand. Any thread.

    Letters of either case are found where they are ASCII.

    Raises:
        StoreFailed: The database cannot be read.
    """
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    address = f"{database.absolute().as_uri()}?mode=ro"
    with (
        said(say("store.chats_cannot_read_2")),
        closing(sqlite3.connect(address, uri=True)) as connection,
    ):
        rows = connection.execute(_SAYING, {"words": f"%{pattern}%"}).fetchall()
    return frozenset(row[0] for row in rows)
