"""Questions of a ladder that only its reference got right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.tasks.items import TaskItem, name_of_kind
from app.core.tasks.scoring import Outcome

if TYPE_CHECKING:
    from app.core.ladder.row import Row

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """One of them.

    Attributes:
        expected: The right answer.
        answer: The beginning of what it said.
        outcome: What became of it.
    """

    kind: str
    prompt: str
    expected: str
    answer: str
    outcome: Outcome


def failures_of(row: Row, items: Sequence[TaskItem]) -> list[Failure]:
    """The first questions of each kind that a row missed: kinds in turn."""
    reference = row.reference
    if row.tasks is None or reference is None or reference.tasks is None:
        return []
    by_key = {item.key: item for item in items}
    by_kind: dict[str, list[Failure]] = {}
    for key, value in row.tasks.outcomes.items():
        item, outcome = by_key.get(key), Outcome(value)
        able = reference.tasks.outcomes.get(key) == Outcome.CORRECT.value
        if item is None or outcome is Outcome.CORRECT or not able:
            continue
        answer = row.tasks.wrong.get(key, "")
        by_kind.setdefault(item.kind, []).append(
            Failure(name_of_kind(item.kind), item.prompt, item.answer, answer, outcome)
        )
    found: list[Failure] = []
    while by_kind and len(found) < _SHOWN:
        for kind in list(by_kind):
            found.append(by_kind[kind].pop(0))
            if not by_kind[kind]:
                del by_kind[kind]
    return found[:_SHOWN]
