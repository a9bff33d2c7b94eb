"""What engines' checks of themselves found, remembered for each build and processor.

It lies in the cache folder: a check takes seconds and can be made again at any time.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.engines.self_check import EngineCheck
from app.core.words.sentence import say
from app.store.small.database import SmallDatabase

_MOST_CHECKS = 100
_CREATE = """
    CREATE TABLE IF NOT EXISTS engine_check (
        id      INTEGER PRIMARY KEY,
        build   TEXT UNIQUE NOT NULL,
        found   BLOB NOT NULL
    )
"""


class EngineCheckStore:
    """Remembers findings by the engine's build and processor. Any thread; several programs.

    A file that cannot be opened, read or written costs time, never the work at hand: it is
    logged, and nothing is known.

    Args:
        path: The database; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = SmallDatabase(path, say("store.engine_checks"), (_CREATE,), lasting=False)

    def get(self, build: str) -> EngineCheck | None:
        """What was found; None where nothing is known."""
        if not self._path.exists():
            return None
        rows: list[bytes] = []
        query = "SELECT found FROM engine_check WHERE build = ?"
        with self._database.logged(), self._database.open() as connection:
            rows += [bytes(row[0]) for row in connection.execute(query, (build,))]
        try:
            return msgspec.json.decode(rows[0], type=EngineCheck) if rows else None
        except msgspec.DecodeError:
            return None

    def keep(self, build: str, check: EngineCheck) -> None:
        """Remember what was found in place of what was; the oldest make room."""
        with self._database.logged(), self._database.open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO engine_check (build, found) VALUES (?, ?)",
                (build, msgspec.json.encode(check)),
            )
            connection.execute(
                "DELETE FROM engine_check WHERE id <= (SELECT max(id) FROM engine_check) - ?",
                (_MOST_CHECKS,),
            )
