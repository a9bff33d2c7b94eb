"""Which candidate to run, and the sentences about all of them.

The rule: of those that keep to the limits, the one that needs the least memory, is known to be as
good as the reference and has something before it: less memory, speed, or better answers. Where
there is none, the reference itself, if it keeps to the limits; else the least shrunken of those of
which nothing can be told yet; else, of those that lose, the one that loses least. A candidate that
is slower than wanted is taken only where none is faster. What a server runs is never recommended:
the choice is for this PC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.verdict import Limits, State
from app.core.verdict_words import Rung, advantages, described, gains, more_words, said_of
from app.core.words.sentence import English, chained, size, worded


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
    others = [rung for rung in rungs if rung.judgement is not None and not rung.host]
    every = [*others, *([] if reference.host else [reference])]
    if not every:
        return Recommendation(None, worded("verdict.all_on_servers"))
    fitting = [rung for rung in every if _fits(rung, limits)]
    if not fitting:
        return _none_fits(every, limits)
    fast = [rung for rung in fitting if _is_fast(rung, limits)]
    chosen = _chosen(fast or fitting, reference)
    reason = _reason(chosen, reference, others)
    sentence = worded("verdict.run", name=chosen.name, reason=reason)
    if not fast and limits.least_tokens_per_second is not None:
        least = f"{limits.least_tokens_per_second:g}"
        sentence = worded("verdict.none_reaches_tokens_second", sentence=sentence, least=least)
    return Recommendation(
        chosen.key,
        worded("verdict.whole", sentence=sentence),
        tuple(_remarks(chosen, others, reference, limits)),
    )


def _chosen(rungs: Sequence[Rung], reference: Rung) -> Rung:
    def of(state: State) -> list[Rung]:
        return [r for r in rungs if r.judgement is not None and r.judgement.state is state]

    good = of(State.AS_GOOD)
    if reference in rungs:
        good = [rung for rung in good if gains(rung, reference)]
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
        return Recommendation(None, worded("verdict.none_could_measured"))
    least = min(known, key=_memory_key)
    assert least.needed_bytes is not None
    return Recommendation(
        None,
        worded(
            "verdict.none_keeps_even_needs",
            memory_bytes=size(limits.memory_bytes),
            name=least.name,
            needed_bytes=size(least.needed_bytes),
        ),
    )


def _reason(chosen: Rung, reference: Rung, others: Sequence[Rung]) -> str:
    judgement = chosen.judgement
    if judgement is None:
        if not others:
            return worded("verdict.only")
        if all(r.judgement and r.judgement.state is State.LOSES for r in others):
            return worded("verdict.all_others_lose_against")
        return worded("verdict.reference_nothing_smaller_known_good")
    parts = advantages(chosen, reference)
    match judgement.state:
        case State.AS_GOOD:
            parts.append(said_of(judgement, reference.name))
        case State.CANNOT_TELL:
            parts.append(worded("verdict.least_shrunken_keeps_limits"))
            parts.append(said_of(judgement, reference.name))
        case State.LOSES:
            parts.append(worded("verdict.best_keeps_limits"))
            lost = said_of(judgement, reference.name)
            parts.append(worded("verdict.but_it_loses", lost=lost))
    parts += described(chosen, reference)
    return English(chained("program.list_semicolon", parts))


def _remarks(chosen: Rung, others: Sequence[Rung], reference: Rung, limits: Limits) -> list[str]:
    remarks: list[str] = []
    for rung in others:
        judgement = rung.judgement
        if rung is chosen or judgement is None:
            continue
        saved = _difference(chosen.needed_bytes, rung.needed_bytes)
        if judgement.state is State.LOSES and saved is not None and saved > 0:
            lost = said_of(judgement, reference.name)
            remarks.append(
                worded(
                    "verdict.would_save_another_but", name=rung.name, saved=size(saved), lost=lost
                )
            )
        elif judgement.state is State.CANNOT_TELL and not rung.error:
            more = more_words(judgement)
            one, other = rung.name, reference.name
            remarks.append(
                worded("verdict.whether_loses_against_cannot_told", one=one, other=other, more=more)
                if more
                else worded("verdict.whether_loses_against_cannot_told_2", one=one, other=other)
            )
    if reference.needed_bytes is not None and not _fits(reference, limits):
        remarks.append(
            worded(
                "verdict.itself_needs_more_than_limit",
                name=reference.name,
                needed_bytes=size(reference.needed_bytes),
            )
        )
    return remarks


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
