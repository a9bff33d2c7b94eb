"""Ladders as the store has them: plan, questions and steps, made into a result again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from app.core.ladder.results import (
    FileFacts,
    MemoryFigures,
    QualityStep,
    SpeedStep,
    TasksStep,
)
from app.core.tasks.items import TaskItem
from app.lab.ladder.plan import LadderPlan, Step, StepKind
from app.lab.ladder.quality import share_text
from app.lab.ladder.rows import LadderResult, LadderRow

if TYPE_CHECKING:
    from app.store.ladders import StoredLadder

log = logging.getLogger(__name__)

StepResult = FileFacts | SpeedStep | MemoryFigures | QualityStep | TasksStep
STEP_TYPES: dict[StepKind, type[StepResult]] = {
    StepKind.FACTS: FileFacts,
    StepKind.SPEED: SpeedStep,
    StepKind.MEMORY: MemoryFigures,
    StepKind.QUALITY: QualityStep,
    StepKind.TASKS: TasksStep,
}
_UNREADABLE = "It could not be read when this ladder was measured."
ABOUT = "about"
"""Under this name, which no step has, stands what was asked and on which text."""


class KeptPlan(msgspec.Struct, frozen=True):
    """A ladder's plan as it is kept: the steps stay as they were planned first."""

    plan: LadderPlan
    steps: list[Step]


class About(msgspec.Struct, frozen=True):
    """What a ladder's figures rest on beside its files; kept, because it may vanish.

    Attributes:
        items: The questions.
        text_bytes: How long the text is.
        text_sha256: Of the text; None where there is none.
        letters: A letter for each file, as the window shows them; empty where nobody gave any.
    """

    items: list[TaskItem]
    text_bytes: int = 0
    text_sha256: str | None = None
    letters: dict[str, str] = {}


def plan_of(stored: StoredLadder) -> KeptPlan | None:
    """What a stored ladder measures; None where that cannot be read."""
    try:
        return msgspec.json.decode(stored.plan, type=KeptPlan)
    except msgspec.DecodeError as error:
        log.warning("ladder %d cannot be read: %s", stored.id, error)
        return None


def about_of(stored: StoredLadder) -> About | None:
    """What it rests on, where that was kept."""
    step = stored.steps.get(ABOUT)
    if step is None:
        return None
    try:
        return msgspec.json.decode(step.result, type=About)
    except msgspec.DecodeError as error:
        log.warning("ladder %d: its questions cannot be read: %s", stored.id, error)
        return None


def step_result(stored: StoredLadder, step: Step) -> tuple[StepResult, int] | None:
    """What a finished step gave and how long it took in ns; None where it is to be measured."""
    kept = stored.steps.get(step.name)
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept.result, type=STEP_TYPES[step.kind]), kept.elapsed_ns
    except msgspec.DecodeError as error:
        log.warning("%s is measured again: %s", step.name, error)
        return None


def empty_result(plan: LadderPlan) -> LadderResult:
    """A ladder of which nothing is known yet."""
    return LadderResult(plan, {path: LadderRow(path) for path in plan.files})


def restored(stored: StoredLadder, kept: KeptPlan) -> LadderResult:
    """Everything that a stored ladder has, complete or not."""
    result = empty_result(kept.plan)
    for step in kept.steps:
        found = step_result(stored, step)
        if found is not None:
            result.resumed_steps += 1
            result.elapsed_ns += found[1]
            place(result, step, found[0])
    planned = {path for step in kept.steps for path in step.files}
    for path in result.rows.keys() - planned:
        _note(result.rows[path], _UNREADABLE)
    return result


def place(result: LadderResult, step: Step, found: StepResult) -> None:
    """Put what a step gave where it belongs."""
    if isinstance(found, SpeedStep):
        result.engine = found.engine or result.engine
        for path, figures in found.rows.items():
            row = result.rows[path]
            (row.again if step.again else row.speed).extend(figures)
            _note(row, next((one.error for one in figures if one.error), None))
        return
    row = result.rows[step.files[0]]
    match found:
        case FileFacts():
            row.facts = found if found.sha256 else None
            if not found.sha256:
                _note(row, found.level)
            return
        case MemoryFigures():
            row.memory = found
        case QualityStep():
            row.quality = found
            share_text(result.rows.values())
            result.engine = found.engine or result.engine
        case TasksStep():
            row.tasks = found
    _note(row, found.error)


def _note(row: LadderRow, error: str | None) -> None:
    row.error = row.error or error
