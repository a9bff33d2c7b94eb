"""What was found out before, remembered under keys: plans of loads, checks of engines, answers.

All of it lies in the cache folder: it can be found out again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from app.core.engines.self_check import EngineCheck
from app.core.words.sentence import Sentence, say
from app.store.small.database import SmallDatabase

MOST_PLANS = 5_000
_MOST_CHECKS = 100
_MOST_ANSWERS = 200_000


class _Remembered:
    """One table of bytes under keys. Any thread; several programs may use the file at once.

    A file that cannot be opened, read or written costs time, never the work at hand: it is
    logged, and nothing is known.

    Args:
        path: The database; its folder must exist.
        what: What is in it, for the log and for people.
        table: Its name.
        columns: The keys', then that of the bytes.
        most: So many rows; the oldest make room.
    """

    def __init__(
        self, path: Path, what: Sentence, table: str, columns: Sequence[str], most: int
    ) -> None:
        *keys, blob = columns
        made = "".join(f"{key} TEXT NOT NULL, " for key in keys)
        create = (
            f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, {made}"
            f"{blob} BLOB NOT NULL, UNIQUE ({', '.join(keys)}))"
        )
        self._database = SmallDatabase(path, what, (create,), lasting=False)
        self._find = f"SELECT {', '.join(columns[1:])} FROM {table} WHERE {keys[0]} = ?"
        places = ", ".join("?" * len(columns))
        self._keep = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({places})"
        self._drop = f"DELETE FROM {table} WHERE id <= (SELECT max(id) FROM {table}) - {most}"

    def rows(self, key: str) -> list[tuple[str | bytes, ...]]:
        """What stands under a first key: further keys and the bytes."""
        found: list[tuple[str | bytes, ...]] = []
        with self._database.logged(), self._database.open() as connection:
            found += connection.execute(self._find, (key,))
        return found

    def blob(self, key: str) -> bytes | None:
        """The bytes under the only key; None where there are none."""
        rows = self.rows(key)
        return bytes(rows[0][-1]) if rows and isinstance(rows[0][-1], bytes) else None

    def put(self, rows: Sequence[tuple[str | bytes, ...]]) -> None:
        """Remember rows in place of those of their keys."""
        with self._database.logged(), self._database.open() as connection:
            connection.executemany(self._keep, rows)
            connection.execute(self._drop)


class PlanStore:
    """What llama.cpp said that loads would take: its plan of a file never changes.

    Args:
        path: As for all of them.
    """

    def __init__(self, path: Path) -> None:
        self._kept = _Remembered(path, say("store.plans"), "plan", ("key", "figures"), MOST_PLANS)
        self.get = self._kept.blob

    def keep(self, key: str, figures: bytes) -> None:
        """Remember figures in place of those that were there."""
        self._kept.put([(key, figures)])


class EngineCheckStore:
    """What engines' checks of themselves found, by the engine's build and processor.

    Args:
        path: As for all of them; a file that is missing is not made to look into it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        what, columns = say("store.engine_checks"), ("build", "found")
        self._kept = _Remembered(path, what, "engine_check", columns, _MOST_CHECKS)

    def get(self, build: str) -> EngineCheck | None:
        """What was found; None where nothing is known."""
        found = self._kept.blob(build) if self._path.exists() else None
        try:
            return msgspec.json.decode(found, type=EngineCheck) if found else None
        except msgspec.DecodeError:
            return None

    def keep(self, build: str, check: EngineCheck) -> None:
        """Remember what was found in place of what was."""
        self._kept.put([(build, msgspec.json.encode(check))])


class TaskAnswerStore:
    """What models answered to questions: a run that was broken off goes on from there.

    Args:
        path: As for all of them.
    """

    def __init__(self, path: Path) -> None:
        columns = ("model", "question", "answer")
        self._kept = _Remembered(path, say("store.answers"), "answer", columns, _MOST_ANSWERS)

    def answers(self, model: str) -> dict[str, bytes]:
        """All that is known of a model, by question.

        Args:
            model: Names a model file together with how it was asked.
        """
        rows = self._kept.rows(model)
        return {str(key): blob for key, blob in rows if isinstance(blob, bytes)}

    def keep(self, model: str, answers: Mapping[str, bytes]) -> None:
        """Remember answers in place of those that were there."""
        self._kept.put([(model, question, answer) for question, answer in answers.items()])
