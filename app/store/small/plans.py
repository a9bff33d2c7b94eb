"""What llama.cpp said that loads would take, remembered: its plan of a file never changes.

It lies in the cache folder: it can be asked for again at any time.
"""

from __future__ import annotations

from pathlib import Path

from app.core.words.sentence import say
from app.store.small.database import SmallDatabase

MOST_PLANS = 5_000
_CREATE = """
    CREATE TABLE IF NOT EXISTS plan (
        id      INTEGER PRIMARY KEY,
        key     TEXT UNIQUE NOT NULL,
        figures BLOB NOT NULL
    )
"""


class PlanStore:
    """Remembers figures under keys. Any thread; several programs may use the file at once.

    A file that cannot be opened, read or written costs time, never the work at hand: it is
    logged, and nothing is known.

    Args:
        path: The database; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._database = SmallDatabase(path, say("store.plans"), (_CREATE,), lasting=False)

    def get(self, key: str) -> bytes | None:
        """The figures under a key; None where there are none."""
        found: list[bytes] = []
        query = "SELECT figures FROM plan WHERE key = ?"
        with self._database.logged(), self._database.open() as connection:
            found += [bytes(row[0]) for row in connection.execute(query, (key,))]
        return found[0] if found else None

    def keep(self, key: str, figures: bytes) -> None:
        """Remember figures in place of those that were there; the oldest make room."""
        with self._database.logged(), self._database.open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO plan (key, figures) VALUES (?, ?)", (key, figures)
            )
            connection.execute(
                "DELETE FROM plan WHERE id <= (SELECT max(id) FROM plan) - ?", (MOST_PLANS,)
            )
