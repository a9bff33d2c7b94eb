"""Which candidate to run, and the sentences about all of them.

The rule: of those that keep to the limits, the one that needs the least memory and is known to be
as good as the reference. Where none is known to be, the reference itself, if it keeps to the
limits; else the least shrunken of those of which nothing can be told yet; else, of those that lose,
the one that loses least. A candidate that is slower than wanted is taken only where none is faster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.fit import gigabytes
from app.core.tasks.results import KindVerdict
from app.core.verdict import Judgement, Limits, State

if TYPE_CHECKING:
    from app.core.tasks.results import KindResult

_NAMED_KINDS = 3
_SAME_SPEED = 1.05
_SAME_MEMORY = 0.02
# With few repetitions a 95 % interval is wider than two errors.
_SURE_ERRORS = 2.5
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
    """

    file: str
    name: str
    judgement: Judgement | None
    needed_bytes: int | None = None
    tokens_per_second: float | None = None
    same_top: float | None = None
    error: str | None = None
    speed_error: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which one to run.

    Attributes:
        file: None where none can be recommended.
        sentence: With the reason.
        remarks: What else could be chosen, and what further measuring would settle.
    """

    file: str | None
    sentence: str
    remarks: tuple[str, ...] = ()


def recommend(rungs: Sequence[Rung], reference: Rung, limits: Limits) -> Recommendation:
    """Choose one.

    Args:
        rungs: All rows, the reference among them or not.
        reference: What they were measured against.
        limits: Of the person.
    """
    others = [rung for rung in rungs if rung.judgement is not None]
    every = [*others, reference]
    fitting = [rung for rung in every if _fits(rung, limits)]
    if not fitting:
        return _none_fits(every, limits)
    fast = [rung for rung in fitting if _is_fast(rung, limits)]
    chosen = _chosen(fast or fitting, reference)
    sentence = f"Run {chosen.name}: {_reason(chosen, reference, others)}"
    if not fast and limits.least_tokens_per_second is not None:
        sentence += f"; none of these reaches {limits.least_tokens_per_second:g} tokens a second"
    return Recommendation(
        chosen.file, sentence + ".", tuple(_remarks(chosen, others, reference, limits))
    )


def sentence_of(rung: Rung, reference: Rung) -> str:
    """One sentence about a candidate."""
    if rung.judgement is None:
        return f"{rung.name} is the reference that the others are measured against."
    parts = [*_advantages(rung, reference), _said_of(rung.judgement, reference.name)]
    if rung.same_top is not None:
        parts.append(f"it picks the same next word {_percent(rung.same_top)} of the time")
    if rung.error:
        parts.append(f"not all could be measured: {rung.error.rstrip('.')}")
    return f"{rung.name}: {'; '.join(parts)}."


def _chosen(rungs: Sequence[Rung], reference: Rung) -> Rung:
    def of(state: State) -> list[Rung]:
        return [r for r in rungs if r.judgement is not None and r.judgement.state is state]

    good = of(State.AS_GOOD)
    if good:
        return min(good, key=_memory_key)
    if reference in rungs:
        return reference
    unknown = of(State.CANNOT_TELL)
    if unknown:
        return max(unknown, key=_memory_key)
    return max(of(State.LOSES), key=_loss_key)


def _memory_key(rung: Rung) -> tuple[float, float]:
    memory = float("inf") if rung.needed_bytes is None else float(rung.needed_bytes)
    return memory, -(rung.tokens_per_second or 0.0)


def _loss_key(rung: Rung) -> tuple[float, float]:
    summary = rung.judgement.summary if rung.judgement else None
    loss = summary.counts.difference if summary is not None else -1.0
    return loss, rung.same_top or 0.0


def _fits(rung: Rung, limits: Limits) -> bool:
    if rung.needed_bytes is None:
        # Nothing is known of one that failed; it cannot be recommended.
        return rung.error is None
    return limits.memory_bytes is None or rung.needed_bytes <= limits.memory_bytes


def _is_fast(rung: Rung, limits: Limits) -> bool:
    least, speed = limits.least_tokens_per_second, rung.tokens_per_second
    return least is None or speed is None or speed >= least


def _none_fits(every: Sequence[Rung], limits: Limits) -> Recommendation:
    known = [rung for rung in every if rung.needed_bytes is not None]
    if not known or limits.memory_bytes is None:
        return Recommendation(None, "None of these could be measured.")
    least = min(known, key=_memory_key)
    assert least.needed_bytes is not None
    return Recommendation(
        None,
        f"None of these keeps to {gigabytes(limits.memory_bytes)}: even {least.name} needs "
        f"{gigabytes(least.needed_bytes)}.",
    )


def _reason(chosen: Rung, reference: Rung, others: Sequence[Rung]) -> str:
    judgement = chosen.judgement
    if judgement is None:
        if not others:
            return "it is the only one"
        if all(r.judgement and r.judgement.state is State.LOSES for r in others):
            return "all the others lose against it"
        return "it is the reference, and nothing smaller is known to be as good yet"
    parts = _advantages(chosen, reference)
    match judgement.state:
        case State.AS_GOOD:
            parts.append(_said_of(judgement, reference.name))
        case State.CANNOT_TELL:
            parts.append("the least shrunken that keeps to the limits")
            parts.append(_said_of(judgement, reference.name))
        case State.LOSES:
            parts.append("the best that keeps to the limits")
            parts.append(f"but it {_said_of(judgement, reference.name)}")
    if chosen.same_top is not None:
        parts.append(f"it picks the same next word {_percent(chosen.same_top)} of the time")
    return "; ".join(parts)


def _remarks(chosen: Rung, others: Sequence[Rung], reference: Rung, limits: Limits) -> list[str]:
    remarks: list[str] = []
    for rung in others:
        judgement = rung.judgement
        if rung is chosen or judgement is None:
            continue
        saved = _difference(chosen.needed_bytes, rung.needed_bytes)
        if judgement.state is State.LOSES and saved is not None and saved > 0:
            remarks.append(
                f"{rung.name} would save another {gigabytes(saved)}, but it "
                f"{_said_of(judgement, reference.name)}."
            )
        elif judgement.state is State.CANNOT_TELL and not rung.error:
            more = judgement.more_items
            about = f": about {_about(more)} more questions would" if more else ""
            remarks.append(
                f"Whether {rung.name} loses against {reference.name} cannot be told yet{about}."
            )
    if _fits(reference, limits) is False and reference.judgement is None:
        assert reference.needed_bytes is not None
        remarks.append(
            f"{reference.name} itself needs {gigabytes(reference.needed_bytes)}, more than the "
            "limit."
        )
    return remarks


def _said_of(judgement: Judgement, reference: str) -> str:
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
    if judgement.more_items:
        more = f", about {_about(judgement.more_items)} more questions would settle it"
    else:
        more = ""
    return f"whether it loses against {reference} cannot be told yet ({points(summary)}){more}"


def points(kind: KindResult) -> str:
    """A paired difference in points with its 95 % interval."""
    interval = kind.difference
    assert interval is not None
    low, high = _signed(100 * interval.low), _signed(100 * interval.high)
    return f"{_signed(100 * kind.counts.difference)} points, {low} to {high}"


def _signed(value: float) -> str:
    rounded = round(value, 1) if abs(value) < 10 else round(value)
    text = f"{abs(rounded):g}"
    if text == "0":
        return "0"
    return ("−" if rounded < 0 else "+") + text


def _advantages(rung: Rung, reference: Rung) -> list[str]:
    parts: list[str] = []
    joint = "as"
    if rung.needed_bytes and reference.needed_bytes:
        share = 1 - rung.needed_bytes / reference.needed_bytes
        if abs(share) >= _SAME_MEMORY:
            parts.append(f"{abs(100 * share):.0f} % {'less' if share > 0 else 'more'} memory")
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


def _ratio_error(rung: Rung, reference: Rung) -> float:
    """The standard error of the logarithm of two speeds' ratio."""
    errors = [
        (one.speed_error or 0.0) / one.tokens_per_second
        for one in (rung, reference)
        if one.tokens_per_second
    ]
    return math.hypot(*errors)


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def _percent(share: float) -> str:
    """Without claiming a hundred where it is not."""
    percent = 100 * share
    if percent >= 100:
        return "100 %"
    digits = 0 if percent < 99 else 1 if percent < 99.9 else 2
    return f"{min(percent, 99.99):.{digits}f} %"


def _about(count: int) -> str:
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
