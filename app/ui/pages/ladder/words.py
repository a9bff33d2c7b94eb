"""Words of the Ladder page: states, steps, times, intervals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.core.models.model_names import family_of
from app.core.verdict import State
from app.lab.ladder.plan import StepKind
from app.lab.works.ladders.entry import LadderState, name_of
from app.ui.kit.format import NBSP, count, moment, percent, points

if TYPE_CHECKING:
    from app.core.statistics.describe import Interval
    from app.core.verdict import Judgement
    from app.lab.ladder.control import LadderProgress
    from app.lab.ladder.plan import Step
    from app.lab.works.ladders.entry import LadderEntry

DOT = " · "


def state_words(judgement: Judgement) -> tuple[str, str, str]:
    """A candidate's state: the word, what belongs to it, and what it is sorted by."""
    hint = _tr("a hint") if judgement.hint else ""
    match judgement.state:
        case State.AS_GOOD:
            return _tr("as good"), hint, "1"
        case State.LOSES:
            lost = judgement.lost
            where = _tr("votes") if judgement.loses_votes and not lost else ""
            if len(lost) == 1:
                where = lost[0].kind
            elif lost:
                where = _tr("in {n} kinds").format(n=len(lost))
            return _tr("loses"), DOT.join(part for part in (where, hint) if part), "3"
        case State.CANNOT_TELL:
            more = judgement.more_items
            asked = _tr("about {n} more questions").format(n=_about(more)) if more else ""
            kinds = ", ".join(kind.kind for kind in judgement.against)
            doubted = _tr("in doubt: {kinds}").format(kinds=kinds) if kinds else ""
            return _tr("cannot tell yet"), DOT.join(filter(None, (doubted, asked))), "2"


def _about(questions: int) -> str:
    """A plan is no exact number: two digits, rounded up."""
    step = 10 ** max(0, len(str(questions)) - 2)
    return count(-(-questions // step) * step)


def step_words(step: Step) -> str:
    """What is measured now."""
    return {
        StepKind.FACTS: _tr("reading the file"),
        StepKind.SPEED: _tr("speed"),
        StepKind.MEMORY: _tr("memory"),
        StepKind.QUALITY: _tr("quality"),
        StepKind.TASKS: _tr("tasks"),
    }[step.kind]


def entry_title(entry: LadderEntry) -> str:
    """What a ladder is called in the list."""
    family = family_of(name_of(entry.reference)) or name_of(entry.reference)
    return family or _tr("A ladder")


def entry_second(entry: LadderEntry, *, held: bool) -> str:
    """What stands below its name: how many versions, and how far it is."""
    versions = _tr("{n} versions").format(n=len(entry.files))
    return DOT.join((versions, entry_state(entry, held=held)))


def entry_state(entry: LadderEntry, *, held: bool) -> str:
    """How far a ladder is."""
    match entry.state:
        case LadderState.PREPARING:
            return _tr("reading headers …")
        case LadderState.WAITING:
            return _tr("waiting")
        case LadderState.MEASURING if held:
            return _tr("waits for answers")
        case LadderState.MEASURING:
            return _tr("measuring, {share}").format(share=share_words(entry.progress))
        case LadderState.PAUSED:
            return _tr("paused at {share}").format(share=share_words(entry.progress))
        case LadderState.ENDING:
            return _tr("stopping …")
        case LadderState.UNFINISHED:
            return _tr("unfinished")
        case LadderState.FAILED:
            return _tr("failed")
        case LadderState.FINISHED:
            return _measured(entry.finished_ns)


def _measured(finished_ns: int | None) -> str:
    if finished_ns is None:
        return _tr("measured")
    return _tr("measured, {when}").format(when=moment(finished_ns, time.time_ns()))


def share_words(progress: LadderProgress | None) -> str:
    """The share of the work that is done."""
    return percent(progress.fraction if progress is not None else 0.0)


def range_words(low: str, high: str) -> str:
    """Both ends of an interval."""
    return f"{low} – {high}".replace(" ", NBSP)


def points_range(interval: Interval) -> str:
    """An interval of differences in points; the word between, because ends have signs."""
    low, high = points(interval.low).value, points(interval.high).value
    return _tr("{low} to {high}").format(low=low, high=high).replace(" ", NBSP)


def _tr(text: str) -> str:
    return QCoreApplication.translate("LadderWords", text)
