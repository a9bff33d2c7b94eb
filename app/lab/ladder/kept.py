"""Ladders as the store has them: plan, questions and steps, made into a result again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.ladder.night import NightNotes
from app.core.ladder.results import (
    AlongStep,
    FileFacts,
    MemoryFigures,
    QualityStep,
    ServerFacts,
    SpeedFigures,
    SpeedStep,
    StepKind,
    TasksStep,
)
from app.core.ladder.row import Row
from app.core.servers.facts import ServerModelFacts
from app.core.tasks.items import TaskItem
from app.core.words.sentence import English, dec_hook, enc_hook, worded
from app.lab.ladder.plan import LadderPlan, Step
from app.lab.ladder.quality import share_text
from app.lab.ladder.rows import LadderResult, Taken
from app.store.ladders import StoredStep

if TYPE_CHECKING:
    from app.store.ladders import LadderStore, StoredLadder

log = logging.getLogger(__name__)

_HELD = (StepKind.QUALITY, StepKind.ALONG, StepKind.TOLD)
"""What a row loses there is found by its engine and the reference's."""

StepResult = (
    FileFacts | SpeedStep | MemoryFigures | QualityStep | TasksStep | ServerFacts | AlongStep
)
STEP_TYPES: dict[StepKind, type[StepResult]] = {
    StepKind.FACTS: FileFacts,
    StepKind.SPEED: SpeedStep,
    StepKind.MEMORY: MemoryFigures,
    StepKind.QUALITY: QualityStep,
    StepKind.TASKS: TasksStep,
    StepKind.SERVER: ServerFacts,
    StepKind.ALONG: AlongStep,
    StepKind.TOLD: QualityStep,
}
ABOUT = "about"
"""Under this name, which no step has, stands what was asked and on which text."""
TAKEN = "taken"
"""Under this one, when, where and by which program it was measured."""
NIGHT = "night"
"""Under this one, what has become of a night's files."""
NAME = "name"
"""Under this one, what the person calls it."""


class KeptPlan(msgspec.Struct, frozen=True):
    """A ladder's plan as it is kept: the steps stay as they were planned first."""

    plan: LadderPlan
    steps: list[Step]


class StepKeeper:
    """Keeps what a ladder measures. One thread.

    What the store refuses is kept with what comes next; until then the ladder says so.

    Args:
        store: Where steps are kept; None keeps nothing.
        result: The ladder's.

    Attributes:
        ladder: As the store had it at the begin; None where nothing is kept.
        trouble: Why something is not kept yet; None where all is.
    """

    def __init__(self, store: LadderStore | None, result: LadderResult) -> None:
        self.ladder: StoredLadder | None = None
        self.trouble: PersonError | None = None
        self._store = store
        self._result = result
        self._refused: dict[str, StoredStep] = {}
        self._remark = ""

    def keep(self, name: str, found: StepResult | Taken | NightNotes, elapsed_ns: int = 0) -> None:
        """Keep a step or a note, in place of an earlier one of its name."""
        if self.ladder is not None:
            text = msgspec.json.encode(found, enc_hook=enc_hook).decode()
            self._refused[name] = StoredStep(text, elapsed_ns)
            self.try_again()

    def try_again(self) -> None:
        """Keep what was refused so far."""
        if self._store is None or self.ladder is None:
            return
        try:
            for name, step in list(self._refused.items()):
                self._store.save_step(self.ladder.id, name, step)
                del self._refused[name]
        except PersonError as error:
            self._say(error)
        else:
            self._say(None)

    def finish(self) -> None:
        """The ladder is complete: it is so once all of it is kept."""
        self.try_again()
        if self._store is None or self.ladder is None or self._refused:
            return
        try:
            self._store.finish(self.ladder.id)
        except PersonError as error:
            self._say(error)

    def lose(self, error: Exception) -> None:
        """Nothing can be kept; what is measured stays in memory."""
        self.ladder = None
        self._say(error if isinstance(error, PersonError) else PersonError(str(error)))

    def _say(self, trouble: PersonError | None) -> None:
        if trouble is not None and self.trouble is None:
            log.warning("the ladder is not kept: %s %s", trouble.sentence, trouble.detail)
        self.trouble, remarks = trouble, self._result.remarks
        if self._remark in remarks:
            remarks.remove(self._remark)
        if trouble is not None:
            self._remark = worded("lab.steps_not_kept", reason=trouble.said)
            remarks.append(self._remark)


class About(msgspec.Struct, frozen=True):
    """What a ladder's figures rest on beside its files; kept, because it may vanish.

    Attributes:
        items: The questions.
        text_bytes: How long the text is.
        text_sha256: Of the text; None where there is none.
        letters: A letter for each candidate, by key, as the window shows them; empty where nobody
            gave any.
    """

    items: list[TaskItem]
    text_bytes: int = 0
    text_sha256: str | None = None
    letters: dict[str, str] = {}


# Made here, where one thread alone is: msgspec looks a type up at its first use, and two threads
# that do so at once can end the program.
_plans = msgspec.json.Decoder(KeptPlan)
_abouts = msgspec.json.Decoder(About)
_takens = msgspec.json.Decoder(Taken)
_steps: dict[StepKind, msgspec.json.Decoder[StepResult]] = {
    kind: msgspec.json.Decoder(type_, dec_hook=dec_hook) for kind, type_ in STEP_TYPES.items()
}


def plan_of(stored: StoredLadder) -> KeptPlan | None:
    """What a stored ladder measures; None where that cannot be read."""
    try:
        return _plans.decode(stored.plan)
    except msgspec.DecodeError as error:
        log.warning("ladder %d cannot be read: %s", stored.id, error)
        return None


def about_of(stored: StoredLadder) -> About | None:
    """What it rests on, where that was kept."""
    step = stored.steps.get(ABOUT)
    if step is None:
        return None
    try:
        return _abouts.decode(step.result)
    except msgspec.DecodeError as error:
        log.warning("ladder %d: its questions cannot be read: %s", stored.id, error)
        return None


def taken_of(stored: StoredLadder) -> Taken:
    """The circumstances; of ladders of earlier versions the time alone is known."""
    step = stored.steps.get(TAKEN)
    if step is not None:
        try:
            return _takens.decode(step.result)
        except msgspec.DecodeError as error:
            log.warning("ladder %d does not say where it was taken: %s", stored.id, error)
    return Taken(stored.finished_ns or stored.created_ns)


def noted(stored: StoredLadder) -> NightNotes | None:
    """What has become of a night's files; None for a ladder whose files were here."""
    step = stored.steps.get(NIGHT)
    if step is None:
        return None
    try:
        return msgspec.json.decode(step.result, type=NightNotes, dec_hook=dec_hook)
    except msgspec.DecodeError as error:
        log.warning("ladder %d does not say how its night went: %s", stored.id, error)
        return None


def note_night(result: LadderResult, notes: NightNotes) -> None:
    """Put in each row why it was not measured, or not all of it."""
    result.night = notes
    for key, visited in notes.files.items():
        if key in result.rows:
            result.note(key, visited.left)


def step_result(stored: StoredLadder, step: Step) -> tuple[StepResult, int] | None:
    """What a finished step gave and how long it took in ns; None where it is to be measured."""
    kept = stored.steps.get(step.name)
    if kept is None:
        return None
    try:
        found = _steps[step.kind].decode(kept.result)
    except msgspec.DecodeError as error:
        log.warning("%s is measured again: %s", step.name, error)
        return None
    return found, kept.elapsed_ns


def failed_step(kind: StepKind, sentence: English) -> StepResult:
    """A step that could not be done, as a result."""
    match kind:
        case StepKind.FACTS:
            return FileFacts("", 0, 0.0, 0, 0, "", None, 0, (), 0, 0.0, None, sentence)
        case StepKind.SPEED:
            return SpeedStep("", {})
        case StepKind.MEMORY:
            return MemoryFigures(0, None, None, None, None, 0, 0, 0, 0, 0, sentence)
        case StepKind.QUALITY | StepKind.TOLD:
            return QualityStep("", {}, (), (), 0, None, sentence)
        case StepKind.TASKS:
            return TasksStep("", {}, error=sentence)
        case StepKind.SERVER:
            return ServerFacts(None, "", (), ServerModelFacts(""), error=sentence)
        case StepKind.ALONG:
            return AlongStep("", (), sentence)


def empty_result(plan: LadderPlan) -> LadderResult:
    """A ladder of which nothing is known yet."""
    return LadderResult(plan, {key: Row(plan.candidate(key)) for key in plan.keys})


def restored(stored: StoredLadder, kept: KeptPlan) -> LadderResult:
    """Everything that a stored ladder has, complete or not."""
    result = empty_result(kept.plan)
    result.taken = taken_of(stored)
    for step in kept.steps:
        found = step_result(stored, step)
        if found is not None:
            result.resumed_steps += 1
            result.elapsed_ns += found[1]
            place(result, step, found[0])
    note_unable(result, kept.steps)
    notes = noted(stored)
    if notes is not None:
        note_night(result, notes)
    for path in result.rows.keys() - unable(kept.plan, kept.steps).keys():
        result.note(path, worded("lab.could_not_read_when_measured"))
    return result


def note_unable(result: LadderResult, steps: Sequence[Step]) -> None:
    """Note in each row what its engine is not able to have measured of it."""
    for path, kinds in unable(result.plan, steps).items():
        result.rows[path] = replace(result.rows[path], unable=kinds)


def unable(plan: LadderPlan, steps: Sequence[Step]) -> dict[str, frozenset[StepKind]]:
    """What a plan wants of each file and has no step for, because its engine is not able to."""
    wanted = {StepKind.MEMORY}
    if max(plan.prompt_tokens, plan.generated_tokens) and plan.depths_tokens:
        wanted.add(StepKind.SPEED)
    if plan.text_name:
        wanted.add(StepKind.QUALITY)
    if plan.items_name:
        wanted.add(StepKind.TASKS)
    beside = {StepKind.ALONG, *([StepKind.TOLD] if plan.text_name else [])}
    planned: dict[str, set[StepKind]] = {}
    for step in steps:
        for path in step.files:
            planned.setdefault(path, set()).add(step.kind)
    said = {*_HELD, StepKind.TASKS}

    def of(path: str) -> set[StepKind]:
        """What is wanted of a file; of one of this PC no more where servers alone lack it."""
        both = {path, plan.reference} & plan.far
        kinds = wanted | beside if both else wanted
        return kinds - said if plan.told_by(path) != path else kinds

    return {path: frozenset(of(path) - kinds) for path, kinds in planned.items()}


def _beside(
    known: tuple[SpeedFigures, ...], found: tuple[SpeedFigures, ...], step: Step
) -> tuple[SpeedFigures, ...]:
    """Figures of a step beside those of others; a later take puts the earlier ones out."""
    if step.take:
        known = tuple(one for one in known if one.depth != step.depth_tokens)
    return tuple(sorted((*known, *found), key=lambda one: one.depth))


def _lengthened(
    known: tuple[SpeedFigures, ...], found: tuple[SpeedFigures, ...]
) -> tuple[SpeedFigures, ...]:
    """Figures with the further rounds of a step; what failed in it stays as it was."""
    more = {(one.test, one.depth): one for one in found if not one.error}
    return tuple(
        one if (rounds := more.get((one.test, one.depth))) is None else one.with_more(rounds)
        for one in known
    )


def place(result: LadderResult, step: Step, found: StepResult) -> None:
    """Put what a step gave where it belongs."""
    rows, file = result.rows, step.files[0]
    match found:
        case SpeedStep():
            result.engine = found.engine or result.engine
            for path, figures in found.rows.items():
                row = rows[path]
                if step.again:
                    rows[path] = replace(row, again=_beside(row.again, figures, step))
                elif step.more:
                    rows[path] = replace(row, speed=_lengthened(row.speed, figures))
                else:
                    rows[path] = replace(row, speed=_beside(row.speed, figures, step))
                result.note(path, next((one.error for one in figures if one.error), None))
        case FileFacts():
            rows[file] = replace(rows[file], facts=found if found.sha256 else None)
            # An earlier version has put the reason into the level.
            said = None if found.sha256 else found.error or English(found.level)
            result.note(file, said)
        case MemoryFigures():
            rows[file] = replace(rows[file], memory=found)
            result.note(file, found.error)
        case ServerFacts():
            rows[file] = replace(rows[file], served=None if found.error else found)
            result.note(file, found.error)
        case _:
            for key in _told_by(result.plan, file):
                rows[key] = _with_said(rows[key], step, found)
                result.note(key, found.error)
            if step.kind is StepKind.QUALITY:
                result.rows = share_text(rows)
                result.engine = found.engine or result.engine


def _with_said(row: Row, step: Step, found: QualityStep | TasksStep | AlongStep) -> Row:
    """A row with what it has said, or what was found of that."""
    match found:
        case AlongStep():
            return replace(row, answers=found)
        case TasksStep():
            return replace(row, tasks=found)
        case QualityStep() if step.kind is StepKind.TOLD:
            return replace(row, told=found)
        case QualityStep():
            return replace(row, quality=found)


def _told_by(plan: LadderPlan, file: str) -> list[str]:
    """The rows that what was said counts for: with a draft the same is said."""
    return [key for key in plan.keys if plan.told_by(key) == file]
