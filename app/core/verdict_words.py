"""The sentences about candidates: what they spare, what they lose, what cannot be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.quality.floor import NO_FURTHER
from app.core.tasks.results import KindVerdict
from app.core.verdict import Judgement, State
from app.core.words import figures

if TYPE_CHECKING:
    from app.core.tasks.results import KindResult

_NAMED_KINDS = 3
_SAME_SPEED = 1.05
_SAME_MEMORY = 0.02
# With few repetitions a 95 % interval is wider than two errors.
_SURE_ERRORS = 2.5
# From this part of a difference on, what the reference differs from itself is told beside it.
_FLOOR_SHARE = 0.25
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
        file: Names it.
        name: What sentences call it, e.g. ``Q4_K_M``.
        judgement: None for the reference.
        needed_bytes: Needed memory, measured, else predicted; None where it is not known.
        tokens_per_second: While generating with an empty context; None likewise.
        speed_error: Its standard error; None where there is none.
        same_top: Share of positions with the reference's most likely token; it only describes.
        error: Why it could not be measured, or not all of it.
        more_bits: Than the reference; it only describes.
        other_vocabulary: Its next words cannot be held against the reference's.
        at_floor: It is no further from the reference than the reference from itself.
        own_top: Of the reference: share of positions where it finds the same token most likely,
            read in slices and written token by token; None where it was not measured.
        guesses: It foresees the text worse than guessing would, so that how far words are apart
            there says nothing.
    """

    file: str
    name: str
    judgement: Judgement | None
    needed_bytes: int | None = None
    tokens_per_second: float | None = None
    same_top: float | None = None
    error: str | None = None
    speed_error: float | None = None
    more_bits: MoreBits | None = None
    other_vocabulary: bool = False
    guesses: bool = False
    at_floor: bool = False
    own_top: float | None = None


def sentence_of(rung: Rung, reference: Rung) -> str:
    """One sentence about a candidate."""
    if rung.judgement is None:
        return f"{rung.name} is the reference that the others are measured against."
    parts = [*advantages(rung, reference), said_of(rung.judgement, reference.name)]
    parts += described(rung, reference)
    if rung.error:
        parts.append(f"not all could be measured: {rung.error.rstrip('.')}")
    return f"{rung.name}: {'; '.join(parts)}."


def described(rung: Rung, reference: Rung) -> list[str]:
    """How far its words are from the reference's: the same next word, or bits for a byte."""
    if reference.guesses:
        return []
    if rung.guesses:
        return ["it foresees the text worse than guessing would"]
    if rung.same_top is not None:
        return [_same_word(rung, rung.same_top, reference)]
    if rung.other_vocabulary and rung.more_bits is not None:
        return [f"it {bits_words(rung.more_bits)} than {reference.name}"]
    return []


def _same_word(rung: Rung, share: float, reference: Rung) -> str:
    """How often the next word is the same, beside how often the reference's own is."""
    said, own = f"it picks the same next word {figures.share(share)} of the time", reference.own_top
    beside = "" if own is None else f"{reference.name} beside itself {figures.share(own)}"
    if rung.at_floor:
        return f"{said}{beside and ', '}{beside}: {NO_FURTHER}"
    matters = own is not None and own < 1 and 1 - own >= _FLOOR_SHARE * (1 - share)
    return f"{said} ({beside})" if matters else said


def bits_words(bits: MoreBits) -> str:
    """What a model needs for a byte of text, beside another."""
    error = bits.standard_error
    if error is not None and abs(bits.share) < _SURE_ERRORS * error:
        return f"needs about as many bits for a byte of text (± {200 * error:.2g} %)"
    word = "more" if bits.share > 0 else "fewer"
    swing = "" if error is None else f" ± {200 * error:.2g}"
    return f"needs {abs(100 * bits.share):.2g}{swing} % {word} bits for a byte of text"


def said_of(judgement: Judgement, reference: str) -> str:
    """What is known of a candidate beside the reference of this name."""
    hint = ", a hint only" if judgement.hint else ""
    match judgement.state:
        case State.LOSES:
            return _loss(judgement, reference) + hint
        case State.AS_GOOD:
            return _equality(judgement, reference) + hint
        case State.CANNOT_TELL:
            return _doubt(judgement, reference)


def _loss(judgement: Judgement, reference: str) -> str:
    lost, together = judgement.lost, judgement.together
    if together is not None and together.verdict is not KindVerdict.LOSES:
        together = None
    parts: list[str] = []
    named = [f"{kind.kind} ({points(kind)})" for kind in lost]
    if together is not None and (not lost or len(lost) > _NAMED_KINDS):
        where = f"loses over all {together.counts.total} questions together ({points(together)})"
        if lost:
            short = [kind.kind for kind in lost]
            where += f", in {_count(len(lost))} of {_count(len(judgement.tested))} kinds, most at "
            where += _listed(short[:_NAMED_KINDS])
        parts.append(where)
    elif named:
        rest = len(named) - _NAMED_KINDS
        shown = named[:_NAMED_KINDS]
        if rest > 0:
            shown.append(f"{_count(rest)} more kind{'s' if rest > 1 else ''}")
        parts.append(f"loses at {_listed(shown)}")
    if judgement.loses_votes:
        parts.append(f"loses the blind votes against {reference}")
    return " and ".join(parts)


def _equality(judgement: Judgement, reference: str) -> str:
    tested = judgement.tested
    better = (
        f", better at {_listed([k.kind for k in judgement.gained])}" if judgement.gained else ""
    )
    if judgement.in_every_kind:
        names = [kind.kind for kind in tested]
        where = names[0] if len(names) == 1 else f"all {_count(len(names))} kinds"
        where = "both kinds" if len(names) == 2 else where
        return f"as good as {reference} in {where}{better}"
    together = judgement.together
    assert together is not None
    return (
        f"as good as {reference} over all {together.counts.total} questions together "
        f"({points(together)}){better}"
    )


def _doubt(judgement: Judgement, reference: str) -> str:
    if not judgement.kinds:
        return f"whether it loses against {reference} cannot be told, no questions were asked"
    summary = judgement.summary
    if summary is None:
        return f"whether it loses cannot be told, {reference} itself fails at these questions"
    more = more_words(judgement)
    return (
        f"whether it loses against {reference} cannot be told yet ({points(summary)}"
        f"{but_words(judgement)}){f', {more}' if more else ''}"
    )


def but_words(judgement: Judgement) -> str:
    """What stands against calling it as good, behind the figure of all questions; or nothing."""
    named = [f"{kind.kind} {points(kind)}" for kind in judgement.against[:_NAMED_KINDS]]
    rest = len(judgement.against) - _NAMED_KINDS
    if rest > 0:
        named.append(f"{_count(rest)} more kind{'s' if rest > 1 else ''}")
    votes = judgement.votes_against
    if votes is not None:
        named.append(f"only {votes.wins} of {votes.wins + votes.losses} blind votes preferred it")
    return f", but {'; '.join(named)}" if named else ""


def more_words(judgement: Judgement) -> str:
    """How many more questions, and of which kinds, might settle it; or nothing."""
    if not judgement.more_items:
        return ""
    kinds = [kind.kind for kind in judgement.against] if judgement.is_whole_good else []
    of = f" of {_listed(kinds)}" if 0 < len(kinds) <= _NAMED_KINDS else ""
    return f"about {about(judgement.more_items)} more questions{of} might settle it"


def points(kind: KindResult) -> str:
    """A paired difference in points with its 95 % interval."""
    interval = kind.difference
    assert interval is not None
    low, high = figures.points(interval.low).value, figures.points(interval.high).value
    return f"{figures.points(kind.counts.difference)}, {low} to {high}"


def advantages(rung: Rung, reference: Rung) -> list[str]:
    """What it spares, in one part of a sentence, or none where nothing is known."""
    parts: list[str] = []
    joint = "as"
    if rung.needed_bytes and reference.needed_bytes:
        share = 1 - rung.needed_bytes / reference.needed_bytes
        if abs(share) >= _SAME_MEMORY:
            parts.append(f"{figures.share(abs(share), 0)} {'less' if share > 0 else 'more'} memory")
            joint = "than"
        else:
            parts.append("as much memory")
    if rung.tokens_per_second and reference.tokens_per_second:
        times = rung.tokens_per_second / reference.tokens_per_second
        same = 1 / _SAME_SPEED < times < _SAME_SPEED
        if same or abs(math.log(times)) < _SURE_ERRORS * _ratio_error(rung, reference):
            parts.append("about as fast")
        else:
            parts.append(f"{times:.2g} times as fast")
        joint = "as"
    return [f"{' and '.join(parts)} {joint} {reference.name}"] if parts else []


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


def _is_faster(rung: Rung, reference: Rung) -> bool:
    if not rung.tokens_per_second or not reference.tokens_per_second:
        return True
    times = rung.tokens_per_second / reference.tokens_per_second
    return times >= max(_SAME_SPEED, math.exp(_SURE_ERRORS * _ratio_error(rung, reference)))


def _ratio_error(rung: Rung, reference: Rung) -> float:
    """The standard error of the logarithm of two speeds' ratio."""
    errors = [
        (one.speed_error or 0.0) / one.tokens_per_second
        for one in (rung, reference)
        if one.tokens_per_second
    ]
    return math.hypot(*errors)


def about(count: int) -> str:
    """A rough plan is no exact number."""
    if count < 20:
        return str(count)
    size = 10 ** (len(str(count)) - 1)
    step = size // 10 if size > 10 else 10
    return f"{-(-count // step) * step:,}"


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
