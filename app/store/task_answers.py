"""What models answered to questions, remembered: a run that was broken off goes on from there.

It lies in the cache folder: everything in it can be asked again at any time.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

_WAIT_SECONDS = 2.0
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
        self._path = path

    def answers(self, model: str) -> dict[str, bytes]:
        """All that is known of a model, by question.

        Args:
            model: Names a model file together with how it was asked.
        """
        found: dict[str, bytes] = {}
        query = "SELECT question, answer FROM answer WHERE model = ?"
        with self._logged(), self._open() as connection:
            for question, answer in connection.execute(query, (model,)):
                found[str(question)] = bytes(answer)
        return found

    def keep(self, model: str, answers: Mapping[str, bytes]) -> None:
        """Remember answers in place of those that were there; the oldest make room."""
        rows = [(model, question, answer) for question, answer in answers.items()]
        with self._logged(), self._open() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO answer (model, question, answer) VALUES (?, ?, ?)", rows
            )
            connection.execute(
                "DELETE FROM answer WHERE id <= (SELECT max(id) FROM answer) - ?", (_MOST_ANSWERS,)
            )

    @contextlib.contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """A connection for one piece of work, written when it ends well."""
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        try:
            with connection:
                connection.execute("PRAGMA synchronous = OFF")
                for statement in _CREATE:
                    connection.execute(statement)
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _logged(self) -> Generator[None]:
        """End the piece of work where the file cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            log.warning("the answers in %s cannot be used: %r", self._path, error)
