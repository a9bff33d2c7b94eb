"""What would settle what cannot be told yet: which further questions, and how long they take."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.core.ladder.results import StepKind
from app.core.tasks.items import TaskItem, name_of_kind
from app.core.verdict import State
from app.lab.ladder.effort import Asked, Known, guess_seconds
from app.lab.ladder.plan import steps_of

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan

_PROMPT_TOKENS = 100
_LOAD_SECONDS = 1.0
# What is there must be about as much as it takes, else asking it is a promise that is not kept.
_WORTH_ASKING = 0.5


class Way(Enum):
    """What helps."""

    ASK = "questions that were not asked yet"
    VOTE = "blind votes alone: all questions were asked, or no sensible number would do"


@dataclass(frozen=True, slots=True)
class Settling:
    """What would settle one version's verdict.

    Attributes:
        way: What helps.
        needed: About how many more questions it takes; None where no sensible number would do.
        more: How many of each kind are to be asked then, those that were asked already included;
            empty where none can be.
        questions: How many these are, those that were asked left out.
        seconds: About how long asking them takes; None where nothing is known of its speed.
    """

    way: Way
    needed: int | None
    more: Mapping[str, int]
    questions: int = 0
    seconds: float | None = None


def settlings_of(
    rows: Sequence[Row], items: Sequence[TaskItem], there: Mapping[str, int]
) -> dict[str, Settling]:
    """What would settle each version of which nothing can be told yet, by its key.

    Args:
        rows: Of a ladder, the reference among them.
        items: What was asked.
        there: How many questions there are of each kind.
    """
    reference = next(row for row in rows if row.is_reference)
    asked = Counter(item.kind for item in items)
    return {
        row.key: _settling(row, reference, asked, there)
        for row in rows
        if row.state is State.CANNOT_TELL and row.tasks is not None and not row.is_told_by_another
    }


def _settling(
    row: Row, reference: Row, asked: Mapping[str, int], there: Mapping[str, int]
) -> Settling:
    judged = row.judgement
    needed = judged.more_items if judged is not None else None
    if judged is None or not needed:
        return Settling(Way.VOTE, needed, {})
    wanted = judged.against if judged.is_whole_good and judged.against else judged.tested
    names = {str(kind.kind) for kind in wanted}
    kinds = [kind for kind in asked if str(name_of_kind(kind)) in names]
    # Never fewer than were asked, whatever is known of how many there are.
    free = {kind: max(0, there.get(kind, 0) - asked[kind]) for kind in kinds}
    if not kinds or sum(free.values()) < _WORTH_ASKING * needed:
        return Settling(Way.VOTE, needed, {})
    added = _spread(needed, free)
    more = {kind: asked[kind] + added[kind] for kind in kinds}
    questions = sum(added.values())
    times = [_seconds(one, questions) for one in (row, reference)]
    seconds = None if None in times else sum(time for time in times if time is not None)
    return Settling(Way.ASK, needed, more, questions, seconds)


def _spread(needed: int, free: Mapping[str, int]) -> dict[str, int]:
    """So many questions over kinds, as evenly as what is left of each allows."""
    spread: dict[str, int] = {}
    for kind in sorted(free, key=free.__getitem__):
        each = math.ceil((needed - sum(spread.values())) / (len(free) - len(spread)))
        spread[kind] = min(free[kind], max(0, each))
    return spread


def _seconds(row: Row, questions: int) -> float | None:
    """How long one version takes for so many questions, by what it took and how fast it is."""
    writes, reads = row.rate("tg"), row.rate("pp")
    if row.tasks is None or not row.tasks.outcomes or writes is None:
        return None
    tokens = row.tasks.tokens / len(row.tasks.outcomes)
    reading = _PROMPT_TOKENS / reads.number if reads is not None else 0.0
    return _LOAD_SECONDS + questions * (tokens / writes.number + reading)


def speed_seconds(plan: LadderPlan, rows: Sequence[Row]) -> float | None:
    """About how long measuring every speed again takes, by what they are; None if none is known.

    Of settings, with the further rounds of those that were too close to call.
    """
    known = Known({row.key: row for row in rows if row.facts and row.rate("pp") and row.rate("tg")})
    seconds = sum(
        guess_seconds(plan, step, key, known.rows[key].facts, Asked(0), known)
        for step in steps_of(plan, dict.fromkeys(known.rows), in_turns=True)
        if step.kind is StepKind.SPEED
        for key in step.files
    )
    return seconds or None
