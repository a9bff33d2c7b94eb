"""Ladders that were measured or are being measured, step by step."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.core.words.sentence import say
from app.store.database import not_deleted, reading, said, transaction
from app.store.rows import storable

if TYPE_CHECKING:
    import sqlite3

_CANNOT_STORE = say("store.ladder_cannot_stored")


@dataclass(frozen=True, slots=True)
class StoredStep:
    """One finished step.

    Attributes:
        result: JSON, as whoever measured it wrote it.
        elapsed_ns: How long it took.
    """

    result: str
    elapsed_ns: int


@dataclass(slots=True)
class StoredLadder:
    """One ladder.

    Attributes:
        key: Equal for ladders over the same files with the same settings.
        plan: JSON: what is measured.
        finished_ns: When its last step ended, since 1970; None while it is not complete.
        steps: Those that are finished, by name.
    """

    id: int
    key: str
    plan: str
    created_ns: int
    finished_ns: int | None = None
    steps: dict[str, StoredStep] = field(default_factory=lambda: dict[str, StoredStep]())


class LadderStore:
    """Reads and writes them. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it.
    """

    def __init__(
        self, connection: sqlite3.Connection, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._connection = connection
        self._clock_ns = clock_ns

    def begin(self, key: str, plan: str) -> StoredLadder:
        """The latest unfinished ladder of this key with what it has; else a new one."""
        with said(say("store.ladders_cannot_read")):
            row: tuple[int] | None = self._connection.execute(
                "SELECT id FROM ladder WHERE key = ? AND finished_ns IS NULL "
                f"AND {not_deleted('ladder', 'id')} ORDER BY id DESC LIMIT 1",
                (key,),
            ).fetchone()
        if row is not None:
            return self.load(row[0])
        created_ns = self._clock_ns()
        with said(_CANNOT_STORE), transaction(self._connection):
            cursor = self._connection.execute(
                "INSERT INTO ladder (key, plan, created_ns) VALUES (?, ?, ?)",
                (key, storable(plan), created_ns),
            )
        return StoredLadder(cast("int", cursor.lastrowid), key, plan, created_ns)

    def load(self, number: int) -> StoredLadder:
        """A ladder with its steps.

        Raises:
            KeyError: There is none of this number.
        """
        with said(say("store.ladders_cannot_read")):
            found: tuple[str, str, int, int | None] | None = self._connection.execute(
                "SELECT key, plan, created_ns, finished_ns FROM ladder WHERE id = ?", (number,)
            ).fetchone()
            if found is None:
                raise KeyError(number)
            steps: list[tuple[str, str, int]] = self._connection.execute(
                "SELECT name, result, elapsed_ns FROM ladder_step WHERE ladder_id = ?",
                (number,),
            ).fetchall()
        return StoredLadder(
            number, *found, {name: StoredStep(text, took) for name, text, took in steps}
        )

    def list_ladders(self) -> list[StoredLadder]:
        """All of them without their steps, the newest first."""
        with said(say("store.ladders_cannot_read")):
            rows: list[tuple[int, str, str, int, int | None]] = self._connection.execute(
                "SELECT id, key, plan, created_ns, finished_ns FROM ladder "
                f"WHERE {not_deleted('ladder', 'id')} ORDER BY id DESC"
            ).fetchall()
        return [StoredLadder(*row) for row in rows]

    def of_steps(self, name: str) -> dict[int, str]:
        """What the step of this name holds, by ladder."""
        with said(say("store.ladders_cannot_read")):
            rows: list[tuple[int, str]] = self._connection.execute(
                "SELECT ladder_id, result FROM ladder_step WHERE name = ?", (name,)
            ).fetchall()
        return dict(rows)

    def save_step(self, number: int, name: str, step: StoredStep) -> None:
        """Store a finished step, in place of an earlier one of this name."""
        with said(_CANNOT_STORE), transaction(self._connection, durable=True):
            self._connection.execute(
                "INSERT OR REPLACE INTO ladder_step (ladder_id, name, result, elapsed_ns) "
                "VALUES (?, ?, ?, ?)",
                (number, name, storable(step.result), step.elapsed_ns),
            )

    def finish(self, number: int) -> None:
        """Note that a ladder is complete: the same words begin a new one."""
        with said(_CANNOT_STORE), transaction(self._connection, durable=True):
            self._connection.execute(
                "UPDATE ladder SET finished_ns = ? WHERE id = ?", (self._clock_ns(), number)
            )

    def reopen(self, number: int, key: str, plan: str) -> None:
        """Let a ladder go on with another plan; what it has stays."""
        with said(_CANNOT_STORE), transaction(self._connection, durable=True):
            self._connection.execute(
                "UPDATE ladder SET key = ?, plan = ?, finished_ns = NULL WHERE id = ?",
                (key, storable(plan), number),
            )

    def delete(self, number: int) -> None:
        """Forget a ladder; does nothing where it is gone."""
        with said(say("store.ladder_cannot_deleted")), transaction(self._connection):
            self._connection.execute("DELETE FROM ladder WHERE id = ?", (number,))


@contextlib.contextmanager
def reading_ladders(path: Path) -> Generator[LadderStore | None]:
    """The ladders of a database that another program may own; None where there are none.

    Nothing is written, and nothing brought up to date.

    Raises:
        StoreFailed: It cannot be read.
    """
    with reading(path, "ladder_step", say("store.ladders_cannot_read")) as connection:
        yield None if connection is None else LadderStore(connection)
