"""Words of the Ladder page: states, steps, times, intervals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.core.ladder.results import StepKind
from app.core.tasks.results import KindVerdict
from app.core.verdict import Judgement, State
from app.core.words.sentence import say
from app.lab.works.ladders.entry import LadderEntry, LadderState
from app.ui.kit.words.format import NBSP, count, moment, percent, points
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.lab.ladder.plan import Step
    from app.lab.ladder.progress import LadderProgress

DOT = " · "


def state_words(judgement: Judgement) -> tuple[str, str, str]:
    """A candidate's state: the word, what belongs to it, and what it is sorted by."""
    hint = translate("LadderWords", "a hint") if judgement.hint else ""
    decided = judgement.decided
    if decided is not None:
        hint = translate("LadderWords", "after {n} of {all}").format(
            n=count(decided.after), all=count(decided.of)
        )
    match judgement.state:
        case State.AS_GOOD:
            if judgement.is_same:
                hint = translate("LadderWords", "by construction")
            return translate("LadderWords", "as good"), hint, "1"
        case State.LOSES:
            lost = judgement.lost
            where = translate("LadderWords", "votes") if judgement.loses_votes and not lost else ""
            if len(lost) == 1:
                where = told(lost[0].kind)
            elif lost:
                where = translate("LadderWords", "in {n} kinds").format(n=len(lost))
            return (
                translate("LadderWords", "loses"),
                hint if decided else DOT.join(part for part in (where, hint) if part),
                "3",
            )
        case State.CANNOT_TELL:
            more = judgement.more_items
            asked = (
                translate("LadderWords", "about {n} more questions").format(n=_about(more))
                if more
                else ""
            )
            kinds = ", ".join(told(kind.kind) for kind in judgement.against)
            doubted = (
                translate("LadderWords", "in doubt: {kinds}").format(kinds=kinds) if kinds else ""
            )
            return (
                translate("LadderWords", "cannot tell yet"),
                DOT.join(filter(None, (doubted, asked))) or _why_never(judgement),
                "2",
            )


def _why_never(judgement: Judgement) -> str:
    """Why no answers would tell more; empty where some might."""
    verdicts = {kind.verdict for kind in judgement.kinds}
    if verdicts != {KindVerdict.REFERENCE_CANNOT}:
        return ""
    return translate("LadderWords", "the original can do none of it")


def _about(questions: int) -> str:
    """A plan is no exact number: two digits, rounded up."""
    step = 10 ** max(0, len(str(questions)) - 2)
    return count(-(-questions // step) * step)


def step_words(step: Step) -> str:
    """What is measured now."""
    return {
        StepKind.FACTS: translate("LadderWords", "reading the file"),
        StepKind.SPEED: translate("LadderWords", "measuring speed"),
        StepKind.MEMORY: translate("LadderWords", "measuring memory"),
        StepKind.QUALITY: translate("LadderWords", "reading a text"),
        StepKind.TASKS: translate("LadderWords", "answering questions"),
        StepKind.SERVER: translate("LadderWords", "asking the server"),
        StepKind.ALONG: translate("LadderWords", "answering prompts"),
        StepKind.TOLD: translate("LadderWords", "reading pieces of a text"),
    }[step.kind]


def doing_words(entry: LadderEntry, progress: LadderProgress) -> str:
    """What is measured now and how far that is, in a sentence."""
    step = progress.step
    if progress.doing is not None:
        return told(progress.doing)
    if step is None:
        return ""
    row = entry.result.rows.get(step.files[0]) if entry.result is not None else None
    level = row.facts.level if row is not None and row.facts is not None else ""
    name = " ".join(part for part in (entry.letter(step.files[0]), level) if part)
    if row is not None and row.candidate.server is not None:
        name = " ".join((entry.letter(step.files[0]), row.candidate.server.host))
    share = percent(progress.share)
    asked = len(entry.about.items) if entry.about is not None else 0
    match step.kind:
        case StepKind.FACTS:
            return translate("LadderWords", "Reading the file of {name}: {share}").format(
                name=name, share=share
            )
        case StepKind.SPEED if len(step.files) > 1:
            return translate("LadderWords", "Measuring speed of all in turns: {share}").format(
                share=share
            )
        case StepKind.SPEED:
            return translate("LadderWords", "Measuring speed of {name}: {share}").format(
                name=name, share=share
            )
        case StepKind.MEMORY:
            return translate("LadderWords", "Measuring memory of {name}").format(name=name)
        case StepKind.QUALITY:
            return translate("LadderWords", "Reading a text with {name}: {share}").format(
                name=name, share=share
            )
        case StepKind.TASKS:
            return translate("LadderWords", "Asking {name} {n} questions: {done} done").format(
                name=name, n=count(asked), done=count(round(progress.share * asked))
            )
        case _:
            return _beside_servers(step.kind, name, share)


def _beside_servers(kind: StepKind, name: str, share: str) -> str:
    """What only ladders with servers do."""
    match kind:
        case StepKind.SERVER:
            return translate("LadderWords", "Asking the server of {name} what it runs").format(
                name=name
            )
        case StepKind.ALONG:
            return translate("LadderWords", "Answering prompts with {name}: {share}").format(
                name=name, share=share
            )
        case _:
            return translate("LadderWords", "Reading pieces of a text with {name}: {share}").format(
                name=name, share=share
            )


def entry_title(entry: LadderEntry) -> str:
    """What a ladder is called in the list."""
    if entry.name:
        return entry.name
    model = entry.model or translate("LadderWords", "A measurement")
    if entry.ordinal == 1:
        return model
    return translate("LadderWords", "{model} ({n})").format(model=model, n=count(entry.ordinal))


def entry_second(entry: LadderEntry, *, held: bool) -> str:
    """What stands below its name: how many versions, and how far it is."""
    n = len(entry.keys)
    one_model = len({entry.candidate(key).place for key in entry.keys}) == 1 < n
    versions = told(say("counted.settings", n=n) if one_model else say("counted.versions", n=n))
    kind = translate("LadderWords", "overnight") if entry.is_night else versions
    return DOT.join((kind, entry_state(entry, held=held)))


def entry_state(entry: LadderEntry, *, held: bool) -> str:
    """How far a ladder is."""
    match entry.state:
        case LadderState.PREPARING:
            return translate("LadderWords", "reading headers …")
        case LadderState.WAITING:
            return translate("LadderWords", "waiting")
        case LadderState.MEASURING if held:
            return translate("LadderWords", "waits for answers")
        case LadderState.MEASURING:
            return translate("LadderWords", "measuring, {share}").format(
                share=share_words(entry.progress)
            )
        case LadderState.PAUSED:
            return translate("LadderWords", "paused at {share}").format(
                share=share_words(entry.progress)
            )
        case LadderState.ENDING:
            return translate("LadderWords", "stopping …")
        case LadderState.UNFINISHED:
            return translate("LadderWords", "unfinished")
        case LadderState.FAILED:
            return translate("LadderWords", "failed")
        case LadderState.FINISHED:
            return _measured(entry.finished_ns)


def _measured(finished_ns: int | None) -> str:
    if finished_ns is None:
        return translate("LadderWords", "measured")
    return translate("LadderWords", "measured, {when}").format(
        when=moment(finished_ns, time.time_ns())
    )


def share_words(progress: LadderProgress | None) -> str:
    """The share of the work that is done."""
    return percent(progress.fraction if progress is not None else 0.0)


def range_words(low: str, high: str) -> str:
    """Both ends of an interval."""
    return f"{low} – {high}".replace(" ", NBSP)


def points_range(low: float, high: float) -> str:
    """An interval of differences in points; the word between, because ends have signs."""
    ends = {"low": points(low).value, "high": points(high).value}
    return translate("LadderWords", "{low} to {high}").format(**ends).replace(" ", NBSP)


def lines(*parts: str) -> str:
    """Those that say something, one below the other."""
    return "\n".join(part for part in parts if part)
