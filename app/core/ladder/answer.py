"""The answer of a ladder in few words: a headline, three facts, a line a further version.

Sentences about everything stand elsewhere (``core.verdict_words``); this is what is read first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.core.verdict import State
from app.core.verdict_words import Pace, Times, pace_of, said_of
from app.core.words import figures
from app.core.words.sentence import English, share, size, speed, worded

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.ladder.tuned import Tuned
    from app.core.recommendation import Recommendation

_SAME_MEMORY = 0.02


class Said(Enum):
    """What the headline says."""

    NOTHING = "nothing is known yet"
    RUN = "run this one"
    AT_A_LOSS = "run this one, though it loses"
    CANNOT_TELL = "cannot tell yet"
    NONE_KEEPS = "none keeps to the limits"
    NONE_MEASURED = "none could be measured"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the answer.

    Attributes:
        said: The fact.
        beside: How far it may be off, in short; empty where that is not known.
        full: All that is known of it, a sentence; empty where there is no more.
    """

    said: English
    beside: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Which one to run, in few words.

    Attributes:
        kind: What the headline says.
        headline: No more than six words.
        file: The version that the facts are of; None where there are none.
        below: What must be said at once beside the headline; empty for nothing.
        answers: How well it answers.
        memory: What it needs.
        speed: How fast it is.
        speed_unsure: How fast could not be told, because the PC was busy or repetitions differ.
    """

    kind: Said
    headline: English
    file: str | None = None
    below: str = ""
    answers: Fact | None = None
    memory: Fact | None = None
    speed: Fact | None = None
    speed_unsure: bool = False

    @property
    def run(self) -> str | None:
        """The version to run, once that may be said."""
        return self.file if self.kind in (Said.RUN, Said.AT_A_LOSS) else None

    @property
    def named_facts(self) -> tuple[tuple[str, Fact], ...]:
        """Those that are known, in their order, with what they are called."""
        named = (
            (worded("verdict.answers"), self.answers),
            (worded("verdict.memory"), self.memory),
            (worded("verdict.speed"), self.speed),
        )
        return tuple((name, fact) for name, fact in named if fact is not None)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The same without names."""
        return tuple(fact for _, fact in self.named_facts)


def answer_of(rows: Sequence[Row], found: Recommendation, *, asks: bool) -> Answer:
    """Put a recommendation into few words.

    Args:
        rows: Of the ladder, the reference among them.
        found: What is recommended.
        asks: Whether questions are part of what is measured.
    """
    reference = next(row for row in rows if row.is_reference)
    others = [row for row in rows if not row.is_reference]
    if asks and others and not any(row.state or row.error for row in others):
        return Answer(Said.NOTHING, worded("verdict.nothing_known_yet"))
    chosen = next((row for row in rows if row.key == found.file), None)
    if chosen is None:
        known = any(row.needed_bytes is not None for row in rows)
        if known:
            return Answer(
                Said.NONE_KEEPS, worded("verdict.none_keeps_limits"), below=found.sentence
            )
        return Answer(Said.NONE_MEASURED, worded("verdict.none_measured"), below=found.sentence)
    kind, headline, below = _headline(chosen, others)
    pace = pace_of(chosen.rung, reference.rung)
    return Answer(
        kind,
        headline,
        chosen.key,
        below,
        _answers(chosen, reference),
        _memory(chosen, reference),
        _speed(chosen, pace),
        pace in (Pace.BUSY, Pace.SWINGS),
    )


def answer_of_settings(tuned: Tuned, rows: Sequence[Row]) -> Answer:
    """Which settings to run a model with; the facts are of the row that has just these.

    Args:
        tuned: What settings bring.
        rows: Of the ladder, the reference among them.
    """
    if not tuned.is_known:
        return Answer(Said.NOTHING, tuned.headline)
    kind = Said.CANNOT_TELL if tuned.is_unsure else Said.RUN
    chosen = next((row for row in rows if row.key == tuned.measured), None)
    if chosen is None:
        return Answer(kind, tuned.headline, below=tuned.sentence)
    reference = next(row for row in rows if row.is_reference)
    pace = pace_of(chosen.rung, reference.rung)
    return Answer(
        kind,
        tuned.headline,
        chosen.key,
        tuned.sentence,
        _answers(chosen, reference),
        _memory(chosen, reference),
        _speed(chosen, pace),
        pace in (Pace.BUSY, Pace.SWINGS) or tuned.is_unsure,
    )


def short_of(row: Row, chosen: Row | None) -> English:
    """A further version in few words, beside the one to run."""
    said = _short_of(row, chosen)
    return worded("verdict.short_elsewhere", said=said) if row.is_far else said


def _short_of(row: Row, chosen: Row | None) -> English:
    if row.has_failed:
        return worded("verdict.short_failed")
    right = row.right
    if row.over_limit:
        state = worded("verdict.short_over_limit", needed=size(row.needed_bytes or 0))
    elif row.state is State.LOSES:
        state = worded("verdict.short_loses")
    elif row.state is State.CANNOT_TELL:
        return worded("verdict.short_cannot_tell")
    elif row.state is State.AS_GOOD:
        more = (row.needed_bytes or 0) - ((chosen.needed_bytes if chosen else None) or 0)
        if chosen is None or not row.needed_bytes or more <= 0:
            return worded("verdict.short_as_good")
        return worded("verdict.short_as_good_more", more=size(more))
    else:
        return worded("verdict.short_not_asked")
    if right is None or right.counts is None:
        return state
    return worded("verdict.short_and_right", state=state, right=_right(row))


def _headline(chosen: Row, others: Sequence[Row]) -> tuple[Said, English, str]:
    run = worded("verdict.run_this", name=chosen.name)
    if chosen.is_reference:
        if not others:
            return Said.RUN, run, ""
        if all(row.state is State.LOSES or row.has_failed for row in others):
            return Said.RUN, run, worded("verdict.all_others_lose")
        below = worded("verdict.until_then", name=chosen.name, what=chosen.stands_as)
        return Said.CANNOT_TELL, worded("verdict.cannot_tell_yet"), below
    match chosen.state:
        case State.AS_GOOD:
            return Said.RUN, run, ""
        case State.LOSES:
            return Said.AT_A_LOSS, worded("verdict.run_at_loss", name=chosen.name), ""
        case _:
            below = worded("verdict.until_then_largest", name=chosen.name)
            return Said.CANNOT_TELL, worded("verdict.cannot_tell_yet"), below


def _right(row: Row) -> English:
    right, total = (row.right.counts if row.right else None) or (0, 0)
    return worded("verdict.right_of", right=right, total=total)


def _whom(reference: Row) -> str:
    """The reference within a line: the original, or by its name."""
    is_original = reference.stands_as == worded("verdict.original")
    return reference.stands_as if is_original else reference.name


def _answers(row: Row, reference: Row) -> Fact | None:
    if row.right is None or row.right.counts is None:
        return None
    if row.is_reference or row.judgement is None:
        said = worded("verdict.fact_and", said=row.stands_as, more=_right(row))
        return Fact(said)
    judged, whom = row.judgement, _whom(reference)
    match judged.state:
        case State.AS_GOOD:
            state = worded("verdict.fact_as_good", whom=whom)
        case State.LOSES:
            state = worded("verdict.short_loses")
        case State.CANNOT_TELL:
            state = worded("verdict.short_cannot_tell")
    if judged.hint:
        state = worded("verdict.hint_only", said=state)
    summary = row.summary
    assert summary is not None
    ours, theirs = summary.counts.right, summary.counts.both + summary.counts.lost
    right = _right(row)
    counts = (
        worded("verdict.right_both", right=right)
        if ours == theirs
        else worded("verdict.right_and_whom", right=right, whom=whom, theirs=theirs)
    )
    apart, beside = row.difference, ""
    if apart is not None and apart.low is not None and apart.high is not None:
        half = (apart.high - apart.low) / 2
        beside = worded("verdict.give_or_take", swing=figures.number(100 * half, 1))
    full = worded("verdict.of_version", name=row.name, parted=said_of(judged, reference.name))
    return Fact(worded("verdict.fact_and", said=state, more=counts), beside, full)


def _memory(row: Row, reference: Row) -> Fact | None:
    needed, base = row.needed_bytes, reference.needed_bytes
    if needed is None:
        return None
    said = worded("verdict.as_it_is", what=size(needed))
    beside = worded("verdict.memory_predicted") if row.is_predicted else ""
    if row.is_reference or not base:
        return Fact(said, beside)
    saved = 1 - needed / base
    full = worded("verdict.memory_full", needed=size(needed), name=reference.name, base=size(base))
    if abs(saved) < _SAME_MEMORY:
        more = worded("verdict.fact_as_much", name=reference.name)
    elif saved > 0:
        more = worded("verdict.fact_less", share=share(saved))
    else:
        more = worded("verdict.fact_more", share=share(-saved))
    return Fact(worded("verdict.fact_and", said=said, more=more), beside, full)


def _speed(row: Row, pace: Pace | Times | None) -> Fact | None:
    rate = row.rate("tg")
    if rate is None:
        return None
    if pace is Pace.BUSY:
        return Fact(worded("verdict.fact_busy"), full=worded("verdict.fact_busy_full"))
    if pace is Pace.SWINGS:
        return Fact(worded("verdict.fact_swings"), full=worded("verdict.fact_swings_full"))
    said, swing = worded("verdict.tokens_a_second", rate=speed(rate.number)), ""
    if rate.high is not None:
        swing = worded("verdict.swing", swing=speed(rate.high - rate.number))
    if isinstance(pace, Times):
        more = worded("verdict.times_fast", ratio=f"{pace.times:.2g}")
        off = worded("verdict.swing", swing=f"{pace.swing:.1g}") if pace.swing else ""
        full = worded("verdict.speed_full", said=said, swing=swing) if swing else ""
        return Fact(worded("verdict.fact_and", said=said, more=more), off, full)
    if pace is Pace.SAME:
        said = worded("verdict.fact_and", said=said, more=worded("verdict.about_fast"))
    return Fact(said, swing)
