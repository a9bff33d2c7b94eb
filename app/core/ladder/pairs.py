"""Two ways of shrinking at equal memory: a smaller model, or a larger one at fewer bits or layers.

Against the reference both may lose; which of the two to take says the comparison of the two alone.
Their answers to the same questions are paired as a candidate's and the reference's are, and all
such pairs of a ladder are corrected together by Holm, apart from the tests against the reference.
Bits per byte describe both, whatever their vocabularies; they do not decide.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.tasks.results import TOLERANCE, KindResult
from app.core.verdict import Evidence, Judgement, State, judge_candidates
from app.core.verdict_words import MoreBits, Rung, bits_words, but_words, points, said_of
from app.core.words.sentence import chained, size, worded

if TYPE_CHECKING:
    from app.core.statistics.anytime import WinRate

ABOUT_THE_SAME = 1.15
"""Two needs of memory are about the same where one is at most so many times the other."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two candidates of different models that need about the same memory.

    Attributes:
        first: Got at least as many questions right as the other.
        second: The other; the judgement is about it, held against the first.
        judgement: By the rules of a candidate and its reference.
        bits: How many more bits the second needs for a byte of text; None where it is not known.
        sentence: What may be said.
    """

    first: str
    second: str
    judgement: Judgement
    bits: MoreBits | None
    sentence: str


def compare_at_equal_memory(
    rungs: Sequence[Rung],
    models: Mapping[str, str],
    kinds_of: Callable[[str, str], Sequence[KindResult]],
    tolerance: float = TOLERANCE,
    votes: Mapping[tuple[str, str], WinRate] | None = None,
    ways: Mapping[str, str] | None = None,
) -> list[Pair]:
    """Compare all pairs of different models, or ways, that need about the same memory.

    Args:
        rungs: All rows of a ladder, the reference among them or not.
        models: For each file which model it is a version of; versions of one are not compared.
        kinds_of: Results at tasks of the second file with the first in the reference's place.
        tolerance: How much worse or better may still be called as good.
        votes: Blind votes for the first of two files against the second.
        ways: By which way files came to need less; versions of one model are compared where both
            have one, and another.
    """
    by_way = ways or {}
    found = [
        _ordered(one, other, kinds_of)
        for one, other in itertools.combinations(rungs, 2)
        if one.key in models
        and other.key in models
        and (
            models[one.key] != models[other.key]
            or len({by_way.get(one.key, ""), by_way.get(other.key, ""), ""}) > 2
        )
        and _alike(one, other)
    ]
    rates = [(votes or {}).get((other.key, one.key)) for one, other in found]
    evidence = [
        Evidence(kinds_of(one.key, other.key), rate)
        for (one, other), rate in zip(found, rates, strict=True)
    ]
    pairs: list[Pair] = []
    judged = judge_candidates(evidence, tolerance)
    for (one, other), judgement, rate in zip(found, judged, rates, strict=True):
        bits = _bits_between(one, other)
        sentence = _sentence(one, other, judgement, bits, rate)
        pairs.append(Pair(one.key, other.key, judgement, bits, sentence))
    return pairs


def _ordered(
    one: Rung, other: Rung, kinds_of: Callable[[str, str], Sequence[KindResult]]
) -> tuple[Rung, Rung]:
    """The one with more right answers takes the reference's place: what it can do, counts."""
    counts = [kind.counts for kind in kinds_of(one.key, other.key)]
    balance = sum(count.gained - count.lost for count in counts)
    behind = balance > 0 or (balance == 0 and _need(other) > _need(one))
    return (other, one) if behind else (one, other)


def _need(rung: Rung) -> int:
    return rung.needed_bytes or 0


def _alike(one: Rung, other: Rung) -> bool:
    if not one.needed_bytes or not other.needed_bytes:
        return False
    larger, smaller = max(_need(one), _need(other)), min(_need(one), _need(other))
    return larger <= ABOUT_THE_SAME * smaller


def _bits_between(first: Rung, second: Rung) -> MoreBits | None:
    """How many more bits the second needs; the reference's own noise is in it twice at most."""
    mine, theirs = second.more_bits, first.more_bits
    if mine is None or theirs is None:
        return None
    base = 1 + theirs.share
    errors = [one.standard_error for one in (mine, theirs)]
    error = None
    if errors[0] is not None and errors[1] is not None:
        error = math.hypot(errors[0], errors[1]) / base
    return MoreBits((mine.share - theirs.share) / base, error)


def _sentence(
    first: Rung,
    second: Rung,
    judgement: Judgement,
    bits: MoreBits | None,
    votes: WinRate | None,
) -> str:
    said: str
    one, other = first.name, second.name
    summary = judgement.summary
    if judgement.state is State.LOSES:
        lost = said_of(judgement, one)
        said = worded("verdict.better_choice", one=one, other=other, lost=lost)
    elif judgement.state is State.AS_GOOD:
        good = said_of(judgement, one)
        said = worded("verdict.is_good", other=other, good=good)
    elif summary is None:
        said = worded("verdict.whether_answers_better_cannot_told", one=one, other=other)
    else:
        change, but = points(summary), but_words(judgement)
        said = worded(
            "verdict.whether_better_cannot_told_yet", one=one, other=other, change=change, but=but
        )
    parts = [said]
    if bits:
        more = bits_words(bits)
        parts.append(worded("verdict.pair_bits_than", other=other, more=more, one=one))
    if votes is not None:
        total, wins = votes.wins + votes.losses, votes.wins
        voted = worded("verdict.blind_votes_preferred", total=total, wins=wins, other=other)
        parts.append(voted if votes.decided else worded("verdict.not_enough_tell", voted=voted))
    parted = chained("program.list_semicolon", parts)
    return worded(
        "verdict.about_same_memory",
        first=size(_need(first)),
        second=size(_need(second)),
        parted=parted,
    )
