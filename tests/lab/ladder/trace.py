"""Ladders that were measured on a real PC, moment by moment: what a clock would have told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.ladder.results import FileFacts, StepKind, TasksStep
from app.lab.ladder.effort import Asked
from app.lab.ladder.kept import KeptPlan, StepResult, empty_result, place, step_result
from app.lab.ladder.progress import Clock, as_guessed
from app.store.ladders import StoredLadder, StoredStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.lab.ladder.progress import Usual

FOLDER = Path(__file__).parent / "traces"


class Trace(msgspec.Struct, frozen=True):
    """A ladder as it was measured.

    Attributes:
        plan: What was measured, in which steps.
        asked: The questions.
        results: What each step gave, by its name, as the store keeps it; long lists are left out.
        seconds: How long each step took, by its name.
        moments: Seconds since the ladder began, which step it was at, and its share as told.
        total_s: How long it took.
        how: On what it was taken, and how.
    """

    plan: KeptPlan
    asked: Asked
    results: dict[str, str]
    seconds: dict[str, float]
    moments: list[tuple[float, int, float]]
    total_s: float
    how: str

    @classmethod
    def read(cls, name: str) -> Trace:
        """A recorded one."""
        return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=cls)

    @property
    def stored(self) -> StoredLadder:
        """As the store would have it."""
        steps = {
            name: StoredStep(result, int(self.seconds[name] * 1e9))
            for name, result in self.results.items()
        }
        plan = msgspec.json.encode(self.plan).decode()
        return StoredLadder(1, "key", plan, 0, 0, steps)


@dataclass(frozen=True, slots=True)
class Said:
    """What was told at a moment, and what came."""

    at_s: float
    step: StepKind
    told_s: float | None
    left_s: float

    @property
    def is_right(self) -> bool:
        """Within ±30 %."""
        return self.told_s is not None and abs(self.told_s - self.left_s) <= 0.3 * self.left_s


def replayed(trace: Trace, usual: Usual = as_guessed) -> Iterator[Said]:
    """Go through a ladder again, as :class:`app.lab.ladder.measure.Ladder` does."""
    now = [0.0]
    result = empty_result(trace.plan.plan)
    facts: dict[str, FileFacts] = {}
    steps, stored = trace.plan.steps, trace.stored
    clock = Clock(trace.plan.plan, facts, trace.asked, lambda: now[0], lambda: result.rows, usual)
    clock.begin()
    at = 0
    for moment_s, number, share in trace.moments:
        now[0] = moment_s
        while at < number:
            found = step_result(stored, steps[at])
            assert found is not None
            place(result, steps[at], found[0])
            facts.update({key: row.facts for key, row in result.rows.items() if row.facts})
            clock.end(steps[at], _asked(found[0], trace.asked.count))
            at += 1
        told = clock.progress(steps, number, share)
        yield Said(moment_s, steps[number].kind, told.seconds_left, trace.total_s - moment_s)


def _asked(result: StepResult, items: int) -> float:
    decided = result.decided_after if isinstance(result, TasksStep) else None
    return 1.0 if decided is None else decided / items
