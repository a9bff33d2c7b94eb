"""Speeds and batches as they are kept: plans and results as JSON of whoever took them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from app.core.words.sentence import say
from app.store.database import said, transaction
from app.store.rows import storable

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class StoredBench:
    """Speeds that were taken together; ``result`` is JSON."""

    id: int
    result: str
    created_ns: int


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch of prompts.

    Attributes:
        plan: JSON: what was asked of whom.
        taken: JSON: when, where, by which program and engine.
        finished_ns: When its last answer came, since 1970; None where it was broken off.
        answers: JSON by place: of the candidate, and of the prompt.
    """

    id: int
    plan: str
    taken: str
    created_ns: int
    finished_ns: int | None
    answers: dict[tuple[int, int], str]


class MeasuredStore:
    """Reads and writes both. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it.
    """

    def __init__(
        self, connection: sqlite3.Connection, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._connection = connection
        self._clock_ns = clock_ns

    def add_bench(self, result: str) -> int:
        """Keep speeds; returns their number."""
        with self._writing():
            cursor = self._connection.execute(
                "INSERT INTO bench (result, created_ns) VALUES (?, ?)",
                (storable(result), self._clock_ns()),
            )
        return cast("int", cursor.lastrowid)

    def bench(self, number: int) -> StoredBench:
        """Speeds that were kept.

        Raises:
            KeyError: There are none of this number.
        """
        with said(say("store.history_cannot_read")):
            row = self._connection.execute(
                "SELECT result, created_ns FROM bench WHERE id = ?", (number,)
            ).fetchone()
        if row is None:
            raise KeyError(number)
        return StoredBench(number, *row)

    def begin_batch(self, plan: str, taken: str) -> int:
        """Keep what is to be asked; returns its number."""
        with self._writing():
            cursor = self._connection.execute(
                "INSERT INTO batch (plan, taken, created_ns) VALUES (?, ?, ?)",
                (storable(plan), storable(taken), self._clock_ns()),
            )
        return cast("int", cursor.lastrowid)

    def add_answer(self, number: int, candidate: int, prompt: int, answer: str) -> None:
        """Keep an answer of a batch, in place of an earlier one.

        Args:
            number: Of the batch.
            candidate: Its place among those that are asked.
            prompt: Its place among the prompts.
            answer: JSON.
        """
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO batch_answer VALUES (?, ?, ?, ?)",
                (number, candidate, prompt, storable(answer)),
            )

    def finish_batch(self, number: int, taken: str) -> None:
        """Note that all was asked, and by which engine."""
        with self._writing():
            self._connection.execute(
                "UPDATE batch SET finished_ns = ?, taken = ? WHERE id = ?",
                (self._clock_ns(), storable(taken), number),
            )

    def batch(self, number: int) -> StoredBatch:
        """A batch with the answers that it has.

        Raises:
            KeyError: There is none of this number.
        """
        with said(say("store.history_cannot_read")):
            row = self._connection.execute(
                "SELECT plan, taken, created_ns, finished_ns FROM batch WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                raise KeyError(number)
            answers = self._connection.execute(
                "SELECT candidate, prompt, answer FROM batch_answer WHERE batch_id = ?", (number,)
            ).fetchall()
        plan, taken, created_ns, finished_ns = row
        found = {(candidate, prompt): answer for candidate, prompt, answer in answers}
        return StoredBatch(number, plan, taken, created_ns, finished_ns, found)

    @contextlib.contextmanager
    def _writing(self) -> Generator[None]:
        with said(say("store.history_cannot_stored")), transaction(self._connection):
            yield
