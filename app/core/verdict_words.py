"""The sentences about candidates: what they spare, what they lose, what cannot be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from app.core.quality.floor import NO_FURTHER
from app.core.tasks.results import KindResult, KindVerdict
from app.core.verdict import Judgement, State
from app.core.words.sentence import English, chained, listed, worded
from app.core.words.sentence import points as difference
from app.core.words.sentence import share as of_one

_NAMED_KINDS = 3
_SAME_SPEED = 1.05
_SAME_MEMORY = 0.02
# With few repetitions a 95 % interval is wider than two errors.
_SURE_ERRORS = 2.5
# A mean that may be off by more of itself says nothing of a factor.
_SWINGS = 0.15
# From this part of a difference on, what the reference differs from itself is told beside it.
_FLOOR_SHARE = 0.25
_NUMBERS = (
    worded("verdict.no"),
    worded("verdict.just_one"),
    worded("verdict.two"),
    worded("verdict.three"),
    worded("verdict.four"),
    worded("verdict.five"),
    worded("verdict.six"),
    worded("verdict.seven"),
    worded("verdict.eight"),
    worded("verdict.nine"),
    worded("verdict.ten"),
)


class Pace(Enum):
    """How fast a version is beside the reference, where no factor is told."""

    BUSY = "the PC was busy"
    SWINGS = "repetitions differ too much"
    SAME = "about as fast"


@dataclass(frozen=True, slots=True)
class Times:
    """So many times as fast, give or take (95 %)."""

    times: float
    swing: float


@dataclass(frozen=True, slots=True)
class MoreBits:
    """How many more bits for a byte of text than another model needs; it only describes.

    Attributes:
        share: 0.03 for three percent more, below zero for fewer.
        standard_error: Of the share; None where it is not known.
    """

    share: float
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of the ladder, as far as a verdict needs it.

    Attributes:
        key: Names it.
        name: What sentences call it, e.g. ``Q4_K_M``.
        judgement: None for the reference.
        needed_bytes: Needed memory, measured, else predicted; None where it is not known.
        tokens_per_second: While generating with an empty context; None likewise.
        same_top: Share of positions with the reference's most likely token; it only describes.
        error: Why it could not be measured, or not all of it.
        speed_error: Standard error of the speed; None where there is none.
        more_bits: Than the reference; it only describes.
        other_vocabulary: Its next words cannot be held against the reference's.
        guesses: It foresees the text worse than guessing would; distances there say nothing.
        at_floor: It is no further from the reference than the reference from itself.
        own_top: Of the reference: share of positions where it agrees with itself; None if unknown.
        speed_unsure: Other programs kept the PC busy while its speed was measured.
        host: The server that runs it; empty on this PC.
    """

    key: str
    name: str
    judgement: Judgement | None
    needed_bytes: int | None = None
    tokens_per_second: float | None = None
    same_top: float | None = None
    error: English | None = None
    speed_error: float | None = None
    more_bits: MoreBits | None = None
    other_vocabulary: bool = False
    guesses: bool = False
    at_floor: bool | None = False
    own_top: float | None = None
    speed_unsure: bool = False
    host: str = ""


def sentence_of(rung: Rung, reference: Rung) -> str:
    """One sentence about a candidate."""
    if rung.judgement is None:
        return worded("verdict.reference_others_measured_against", name=rung.name)
    parts = [*advantages(rung, reference), said_of(rung.judgement, reference.name)]
    parts += described(rung, reference)
    if rung.host:
        parts.append(worded("verdict.runs_on_server", host=rung.host))
    if rung.error:
        parts.append(worded("verdict.not_all_could_measured", reason=rung.error))
    parted = chained("program.list_semicolon", parts)
    return worded("verdict.of_version", name=rung.name, parted=parted)


def described(rung: Rung, reference: Rung) -> list[str]:
    """How far its words are from the reference's: the same next word, or bits for a byte."""
    if reference.guesses or (rung.judgement is not None and rung.judgement.is_same):
        return []
    if rung.guesses:
        return [worded("verdict.foresees_text_worse_than_guessing_3")]
    if rung.same_top is not None:
        return [_same_word(rung, rung.same_top, reference)]
    if rung.other_vocabulary and rung.more_bits is not None:
        bits = bits_words(rung.more_bits)
        return [worded("verdict.bits_than", bits=bits, name=reference.name)]
    return []


def _same_word(rung: Rung, share: float, reference: Rung) -> str:
    """How often the next word is the same, beside how often the reference's own is."""
    said, own = worded("verdict.picks_same_next_word_time", share=of_one(share)), reference.own_top
    if own is None:
        return (
            worded("verdict.next_word_at_floor", said=said, no_further=NO_FURTHER)
            if rung.at_floor
            else said
        )
    beside = worded("verdict.beside_itself", name=reference.name, own=of_one(own))
    if rung.at_floor:
        return worded(
            "verdict.next_word_beside_at_floor", said=said, beside=beside, no_further=NO_FURTHER
        )
    matters = own < 1 and 1 - own >= _FLOOR_SHARE * (1 - share)
    return worded("verdict.next_word_beside", said=said, beside=beside) if matters else said


def bits_words(bits: MoreBits) -> str:
    """What a model needs for a byte of text, beside another."""
    error = bits.standard_error
    if error is not None and abs(bits.share) < _SURE_ERRORS * error:
        swing = f"{200 * error:.2g}"
        return worded("verdict.needs_about_many_bits_byte", swing=swing)
    swing = "" if error is None else f" ± {200 * error:.2g}"
    percent = f"{abs(100 * bits.share):.2g}{swing}"
    if bits.share > 0:
        return worded("verdict.needs_more_bits_byte_text", percent=percent)
    return worded("verdict.needs_fewer_bits_byte_text", percent=percent)


def said_of(judgement: Judgement, reference: str) -> str:
    """What is known of a candidate beside the reference of this name."""
    if judgement.is_same:
        return worded("verdict.same_by_construction", reference=reference)
    match judgement.state:
        case State.LOSES:
            said = _loss(judgement, reference)
        case State.AS_GOOD:
            said = _equality(judgement, reference)
        case State.CANNOT_TELL:
            return _doubt(judgement, reference)
    decided = judgement.decided
    if decided is not None:
        after, of = f"{decided.after:,}", f"{decided.of:,}"
        said = worded("verdict.decided_after", said=said, after=after, of=of)
    return worded("verdict.hint_only", said=said) if judgement.hint else said


def _loss(judgement: Judgement, reference: str) -> str:
    lost, together = judgement.lost, judgement.together
    if together is not None and together.verdict is not KindVerdict.LOSES:
        together = None
    parts: list[str] = []
    named: list[str] = [
        worded("verdict.kind_in_brackets", kind=kind.kind, kind_2=points(kind)) for kind in lost
    ]
    if together is not None and (not lost or len(lost) > _NAMED_KINDS):
        total, change = str(together.counts.total), points(together)
        where = worded("verdict.loses_over_all_questions_together", total=total, change=change)
        if lost:
            short = listed([kind.kind for kind in lost[:_NAMED_KINDS]])
            count, of = _count(len(lost)), _count(len(judgement.tested))
            where = worded("verdict.kinds_most", where=where, count=count, of=of, short=short)
        parts.append(where)
    elif named:
        rest = len(named) - _NAMED_KINDS
        shown = named[:_NAMED_KINDS]
        if rest > 0:
            shown.append(_more_kinds(rest))
        kinds = listed(shown)
        parts.append(worded("verdict.loses", kinds=kinds))
    if judgement.loses_votes:
        parts.append(worded("verdict.loses_blind_votes_against", reference=reference))
    return English(listed(parts))


def _equality(judgement: Judgement, reference: str) -> str:
    tested, together = judgement.tested, judgement.together
    if judgement.in_every_kind:
        count = _count(len(tested))
        where = tested[0].kind if len(tested) == 1 else worded("verdict.all_kinds", count=count)
        where = worded("verdict.both_kinds") if len(tested) == 2 else where
        said = worded("verdict.as_good_in", reference=reference, where=where)
    else:
        assert together is not None
        total, change = str(together.counts.total), points(together)
        said = worded(
            "verdict.good_over_all_questions_together",
            reference=reference,
            total=total,
            change=change,
        )
    if not judgement.gained:
        return said
    kinds = listed([kind.kind for kind in judgement.gained])
    return worded("verdict.better", said=said, kinds=kinds)


def _doubt(judgement: Judgement, reference: str) -> str:
    if not judgement.kinds:
        return worded("verdict.whether_loses_against_cannot_told_4", reference=reference)
    summary = judgement.summary
    if summary is None:
        return worded("verdict.whether_loses_cannot_told_itself", reference=reference)
    more, change, but = more_words(judgement), points(summary), but_words(judgement)
    said = worded(
        "verdict.whether_loses_against_cannot_told_3", reference=reference, change=change, but=but
    )
    return worded("verdict.doubt_and_more", said=said, more=more) if more else said


def but_words(judgement: Judgement) -> str:
    """What stands against calling it as good, behind the figure of all questions; or nothing."""
    named: list[str] = [
        worded("program.list_space", first=kind.kind, rest=points(kind))
        for kind in judgement.against[:_NAMED_KINDS]
    ]
    rest = len(judgement.against) - _NAMED_KINDS
    if rest > 0:
        named.append(_more_kinds(rest))
    votes = judgement.votes_against
    if votes is not None:
        wins, all_votes = votes.wins, votes.wins + votes.losses
        named.append(worded("verdict.only_blind_votes_preferred", wins=wins, all_votes=all_votes))
    if not named:
        return ""
    parts = chained("program.list_semicolon", named)
    return worded("verdict.but_against", parts=parts)


def more_words(judgement: Judgement) -> str:
    """How many more questions, and of which kinds, might settle it; or nothing."""
    if judgement.only_votes_tell:
        return worded("verdict.only_votes_tell")
    if not judgement.more_items:
        return ""
    kinds = [kind.kind for kind in judgement.against] if judgement.is_whole_good else []
    count = about(judgement.more_items)
    if not 0 < len(kinds) <= _NAMED_KINDS:
        return worded("verdict.about_more_questions_might_settle_2", count=count)
    of = listed(kinds)
    return worded("verdict.about_more_questions_might_settle", count=count, of=of)


def points(kind: KindResult) -> str:
    """A paired difference in points with its 95 % interval."""
    interval = kind.difference
    assert interval is not None
    change, low, high = map(difference, (kind.counts.difference, interval.low, interval.high))
    return worded("verdict.points", change=change, low=low, high=high)


def advantages(rung: Rung, reference: Rung) -> list[str]:
    """What it spares, in one part of a sentence, or none where nothing is known."""
    parts: list[str] = []
    is_as = True
    if rung.needed_bytes and reference.needed_bytes:
        share = 1 - rung.needed_bytes / reference.needed_bytes
        if abs(share) >= _SAME_MEMORY:
            saved = of_one(abs(share))
            less = (
                worded("verdict.less_memory", saved=saved)
                if share > 0
                else worded("verdict.more_memory", saved=saved)
            )
            parts.append(less)
            is_as = False
        else:
            parts.append(worded("verdict.much_memory"))
    unknown: list[str] = []
    match pace_of(rung, reference):
        case Pace.BUSY:
            unknown = [worded("verdict.speed_unsure")]
        case Pace.SWINGS:
            unknown = [worded("verdict.speed_swings")]
        case Pace.SAME:
            parts.append(worded("verdict.about_fast"))
            is_as = True
        case Times(times=times):
            parts.append(worded("verdict.times_fast", ratio=f"{times:.2g}"))
            is_as = True
        case None:
            pass
    if not parts:
        return unknown
    what, name = listed(parts), reference.name
    if is_as:
        return [worded("verdict.spares_as", what=what, name=name), *unknown]
    spared = worded("verdict.spares_than", what=what, name=name)
    return [spared, *unknown]


def gains(rung: Rung, reference: Rung) -> bool:
    """Whether there is a reason to run it in place of a reference that it is as good as.

    It spares memory, or is faster in no more of it, by as much as :func:`advantages` puts into
    words; or it is better. Of what was not measured the best is assumed.
    """
    judged = rung.judgement.summary if rung.judgement is not None else None
    if judged is not None and judged.difference is not None and judged.difference.low > 0:
        return True
    if not rung.needed_bytes or not reference.needed_bytes:
        return True
    share = 1 - rung.needed_bytes / reference.needed_bytes
    return share >= _SAME_MEMORY or (share > -_SAME_MEMORY and _is_faster(rung, reference))


def pace_of(rung: Rung, reference: Rung) -> Pace | Times | None:
    """How fast it is beside the reference; None where a speed is not known, or it is the reference.

    No factor is told of speeds that were taken on a busy PC, or whose repetitions differ so much
    that their mean says little.
    """
    if not rung.tokens_per_second or not reference.tokens_per_second:
        return None
    if rung.speed_unsure or reference.speed_unsure:
        return Pace.BUSY
    if any(_relative_error(one) > _SWINGS for one in (rung, reference)):
        return Pace.SWINGS
    if rung.key == reference.key:
        return None
    times = rung.tokens_per_second / reference.tokens_per_second
    error = math.hypot(*map(_relative_error, (rung, reference)))
    if 1 / _SAME_SPEED < times < _SAME_SPEED or abs(math.log(times)) < _SURE_ERRORS * error:
        return Pace.SAME
    return Times(times, _SURE_ERRORS * error * times)


def _is_faster(rung: Rung, reference: Rung) -> bool:
    match pace_of(rung, reference):
        case Times(times=times):
            return times > 1
        case Pace.SAME:
            return False
        case _:
            return True


def _relative_error(rung: Rung) -> float:
    """The standard error of a speed, as a part of it."""
    return (rung.speed_error or 0.0) / (rung.tokens_per_second or 1.0)


def about(count: int) -> str:
    """A rough plan is no exact number."""
    if count < 20:
        return str(count)
    size = 10 ** (len(str(count)) - 1)
    step = size // 10 if size > 10 else 10
    return f"{-(-count // step) * step:,}"


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _more_kinds(n: int) -> str:
    return worded("verdict.more_kinds", n=n, count=_count(n))
