"""What models answered to questions, remembered: a run that was broken off goes on from there.

It lies in the cache folder: everything in it can be asked again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.core.words.sentence import say
from app.store.small.database import SmallDatabase

_MOST_ANSWERS = 200_000
_CREATE = (
    """
    CREATE TABLE IF NOT EXISTS answer (
        id       INTEGER PRIMARY KEY,
        model    TEXT NOT NULL,
        question TEXT NOT NULL,
        answer   BLOB NOT NULL,
        UNIQUE (model, question)
    )
    """,
)


class TaskAnswerStore:
    """Remembers answers by model and question. Any thread; several programs may use the file.

    A file that cannot be opened, read or written costs time, never the work at hand: it is
    logged, and nothing is known.

    Args:
        path: The database; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._database = SmallDatabase(path, say("store.answers"), _CREATE, lasting=False)

    def answers(self, model: str) -> dict[str, bytes]:
        """All that is known of a model, by question.

        Args:
            model: Names a model file together with how it was asked.
        """
        found: dict[str, bytes] = {}
        query = "SELECT question, answer FROM answer WHERE model = ?"
        with self._database.logged(), self._database.open() as connection:
            for question, answer in connection.execute(query, (model,)):
                found[str(question)] = bytes(answer)
        return found

    def keep(self, model: str, answers: Mapping[str, bytes]) -> None:
        """Remember answers in place of those that were there; the oldest make room."""
        rows = [(model, question, answer) for question, answer in answers.items()]
        with self._database.logged(), self._database.open() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO answer (model, question, answer) VALUES (?, ?, ?)", rows
            )
            connection.execute(
                "DELETE FROM answer WHERE id <= (SELECT max(id) FROM answer) - ?", (_MOST_ANSWERS,)
            )
