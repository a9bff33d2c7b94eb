"""What may be said of each candidate: *as good as* the reference, *loses*, or *cannot tell yet*.

Only answers decide: paired results at tasks, and blind votes. KL divergence never does; it
is positive by construction, so that it can describe a candidate but not call it equal.

Two errors are possible, and each is bounded by a rule of its own. All tests of one ladder for a
loss are corrected together by Holm: one for every kind of every candidate, one for all questions
of a candidate together, one for its votes. So the whole ladder calls an equal candidate a loser at
most once in twenty ladders. *As good as* is claimed of one candidate by its own intervals alone,
whatever it is compared with: an intersection of tests, all of which must pass, so that none needs
a correction. Where asking may stop before all questions were asked, both have the share of the 5 %
that the look has (``tasks.looks``). What the error rates are, `tools/verdict_error_rates.py` shows.

- *loses*: a kind, or all questions together, or the votes are significantly worse after the
  correction, and the interval lies below zero;
- *as good as*: every kind that the reference can do has its interval of the difference above
  −tolerance (or is better), or all questions together have, while nothing stands against it:
  no kind by itself (``standing_against``), and no votes whose own interval lies below one half;
- *cannot tell yet*: everything else, also where nothing was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from app.core.statistics.paired import holm
from app.core.tasks.results import (
    SIGNIFICANCE,
    TOLERANCE,
    KindResult,
    KindVerdict,
    settled_by,
    together,
)
from app.core.tasks.standing import is_below, needed_to_allow, standing_against
from app.core.words.sentence import worded

if TYPE_CHECKING:
    from app.core.statistics.anytime import WinRate
    from app.core.tasks.looks import Decided

ALL_QUESTIONS = worded("verdict.all_questions")
_GOOD = (KindVerdict.AS_GOOD, KindVerdict.GAINS)
_TESTED = frozenset({KindVerdict.AS_GOOD, KindVerdict.LOSES, KindVerdict.GAINS})


class State(Enum):
    """What is known of a candidate; the values stand in results that are exported."""

    AS_GOOD = "as good as"
    LOSES = "loses"
    CANNOT_TELL = "cannot tell yet"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the person wants at least, or has at most.

    Attributes:
        memory_bytes: A candidate may need so much; None for no limit.
        least_tokens_per_second: So fast it should generate; None for no limit.
        tolerance: How much smaller a share of right answers may be and still be as good.
    """

    memory_bytes: int | None = None
    least_tokens_per_second: float | None = None
    tolerance: float = TOLERANCE


READING_TOKENS_PER_SECOND = 5.0
"""About as fast as people read; the least speed where nobody asks for another."""


def default_limits(usable_bytes: int) -> Limits:
    """What suits a PC: the memory that it has for models, and the speed of reading."""
    return Limits(usable_bytes or None, READING_TOKENS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was asked of one candidate.

    Attributes:
        kinds: Its results at tasks by ``compare_tasks``; empty where none were asked.
        votes: Blind votes for it and against it, ties left out; None where nobody voted.
        decided: Where asking stopped because it was decided; None where all were asked.
    """

    kinds: Sequence[KindResult] = ()
    votes: WinRate | None = None
    decided: Decided | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said of one candidate.

    Attributes:
        state: The answer.
        kinds: Its kinds, corrected over the whole ladder.
        together: All questions that the reference can do, as one kind, not called as good where
            the candidate is not; None with fewer than two kinds.
        votes_p_value: Of its votes, corrected likewise; None where nobody voted.
        loses_votes: Whether people prefer the reference.
        is_whole_good: All questions together are as good, whatever stands against it.
        against: Kinds without which it would be as good over all questions together, or that look
            like a loss where nothing can be told yet.
        votes_against: Votes that would be a loss if nothing else were tested; None where they are
            none.
        hint: The state rests on fewer questions than a result needs.
        more_items: About how many more questions would settle it; None where nothing is open or no
            sensible number would do.
        decided: Where asking stopped because it was decided; None where all were asked.
        only_votes_tell: All questions that there are were asked, or too few are left.
        is_same: It is the reference with settings that change speed and memory alone.
    """

    state: State
    kinds: tuple[KindResult, ...] = ()
    together: KindResult | None = None
    votes_p_value: float | None = None
    loses_votes: bool = False
    is_whole_good: bool = False
    against: tuple[KindResult, ...] = ()
    votes_against: WinRate | None = None
    hint: bool = False
    more_items: int | None = None
    decided: Decided | None = None
    only_votes_tell: bool = False
    is_same: bool = False

    @property
    def tested(self) -> tuple[KindResult, ...]:
        """The kinds at which a loss could be seen at all."""
        return tuple(kind for kind in self.kinds if kind.corrected_p_value is not None)

    @property
    def lost(self) -> tuple[KindResult, ...]:
        """The kinds at which it loses, the largest loss first."""
        found = [kind for kind in self.kinds if kind.verdict is KindVerdict.LOSES]
        return tuple(sorted(found, key=lambda kind: kind.counts.difference))

    @property
    def gained(self) -> tuple[KindResult, ...]:
        """The kinds at which it is better than the reference."""
        return tuple(kind for kind in self.kinds if kind.verdict is KindVerdict.GAINS)

    @property
    def in_every_kind(self) -> bool:
        """Whether each kind by itself is as good."""
        return bool(self.tested) and all(kind.verdict in _GOOD for kind in self.tested)

    @property
    def summary(self) -> KindResult | None:
        """All questions in one result: together, or the only kind."""
        if self.together is not None:
            return self.together
        return self.tested[0] if self.tested else None


def judge_candidates(
    evidence: Sequence[Evidence], tolerance: float = TOLERANCE, further_tests: int = 0
) -> list[Judgement]:
    """Judge all candidates of a ladder at once, without the reference itself.

    Args:
        evidence: Of each candidate.
        tolerance: How much worse may still be called as good.
        further_tests: So many more will be corrected with these: whatever comes of them, who loses
            now will then.

    Returns:
        One judgement for each, in order.
    """
    rows = [[_open(kind) for kind in one.kinds] for one in evidence]
    sums = [together(ALL_QUESTIONS, kinds) for kinds in rows]
    p_values: list[float] = []
    for kinds, total, one in zip(rows, sums, evidence, strict=True):
        p_values += [kind.p_value_of_look for kind in kinds if kind.is_tested]
        if total is not None:
            p_values.append(total.p_value_of_look)
        if one.votes is not None:
            p_values.append(one.votes.p_value)
    tests = len(p_values) + further_tests
    corrected = iter(holm([*p_values, *[1.0] * further_tests]))
    judged: list[Judgement] = []
    for kinds, total, one in zip(rows, sums, evidence, strict=True):
        done = tuple(
            settled_by(kind, next(corrected), tolerance, tests) if kind.is_tested else kind
            for kind in kinds
        )
        whole = None if total is None else settled_by(total, next(corrected), tolerance, tests)
        votes_p = None if one.votes is None else next(corrected)
        judged.append(_judged(done, whole, one, votes_p, tolerance))
    return judged


def _judged(
    kinds: tuple[KindResult, ...],
    together: KindResult | None,
    evidence: Evidence,
    votes_p: float | None,
    tolerance: float,
) -> Judgement:
    votes = evidence.votes
    votes_against = votes if votes is not None and votes.interval.high < 0.5 else None
    loses_votes = votes_against is not None and votes_p is not None and votes_p <= SIGNIFICANCE
    is_whole_good = together is not None and together.verdict in _GOOD
    shown = together
    if together is not None and together.verdict is KindVerdict.AS_GOOD:
        shown = replace(together, verdict=KindVerdict.CANNOT_TELL)  # until nothing is against it
    found = Judgement(
        State.CANNOT_TELL,
        kinds,
        shown,
        votes_p,
        loses_votes,
        is_whole_good,
        decided=evidence.decided,
    )
    losers = [*found.lost, *([together] if together else [])]
    losers = [kind for kind in losers if kind.verdict is KindVerdict.LOSES]
    if losers or loses_votes:
        # What few questions tell for certain, with all the looks there are, is no hint.
        firm = loses_votes or evidence.decided is not None or any(not kind.hint for kind in losers)
        return replace(found, state=State.LOSES, hint=not firm)
    several = found.tested if together is not None else ()
    against = (
        tuple(standing_against(several, tolerance))
        if is_whole_good
        else tuple(kind for kind in several if is_below(kind, tolerance))
    )
    if not against and votes_against is None:
        good = replace(found, state=State.AS_GOOD, together=together)
        if together is not None and is_whole_good:
            return replace(good, hint=together.hint)
        if found.in_every_kind:
            return replace(good, hint=any(kind.hint for kind in found.tested))
    found = replace(found, against=against, votes_against=votes_against)
    if is_whole_good:
        wanted = [(kind, needed_to_allow(kind, tolerance)) for kind in against]
    else:
        wanted = [] if (whole := found.summary) is None else [(whole, whole.items_to_settle)]
    return replace(found, more_items=_more_items(wanted))


def _more_items(wanted: Sequence[tuple[KindResult, int | None]]) -> int | None:
    """How many further questions all of these would take; None where no sensible number would."""
    needed = 0
    for kind, items in wanted:
        if items is None:
            return None
        needed += items - kind.counts.total
    return needed or None


def _open(kind: KindResult) -> KindResult:
    """A kind before the ladder's own correction."""
    if kind.verdict in _TESTED:
        return replace(kind, verdict=KindVerdict.CANNOT_TELL, corrected_p_value=None)
    return replace(kind, corrected_p_value=None)
