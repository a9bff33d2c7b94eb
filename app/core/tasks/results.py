"""What candidates lose at tasks against their reference, kind by kind.

Both are asked the same questions, so results are paired: what counts are the *flips*, questions
that only one of them got right. Accuracy carries Wilson's interval, the difference Newcombe's
paired one, and the p-value is McNemar's exact test, corrected by Holm over all kinds × candidates
that are compared at once.

Running out of tokens and saying nothing are shown apart and are no right answers either: who waits
for an answer that does not come has lost it. Questions that failed for one of the two (a crashed
engine) are left out of the pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.core.statistics.describe import Interval, wilson_interval
from app.core.statistics.paired import (
    PairedCounts,
    holm,
    items_to_settle,
    mcnemar_exact,
    paired_difference_interval,
)
from app.core.tasks.items import FULL_ITEMS, QUICK_ITEMS, Check, TaskItem, name_of_kind
from app.core.tasks.scoring import Outcome

TOLERANCE = 0.03
SIGNIFICANCE = 0.05
REFERENCE_MUST_REACH = 0.20
UNSEEN_TOLERANCES = 5
"""So many tolerances a kind (small ones: their sum) may lose unseen where the whole is as good."""
CHOICE_BY_CHANCE = 0.25
"""The bundled choices have four options: who guesses gets a quarter right."""

Outcomes = Mapping[str, Outcome]
"""For one model the outcome of each question, by the item's key."""


class KindVerdict(Enum):
    """What a kind says about a candidate; the values stand in results that are exported."""

    AS_GOOD = "as good as"
    LOSES = "loses"
    GAINS = "gains"
    CANNOT_TELL = "cannot tell yet"
    REFERENCE_CANNOT = "the reference cannot do this"
    CANNOT_SEE = "cannot see"


@dataclass(frozen=True, slots=True)
class KindResult:
    """One candidate at one kind, against the reference.

    Attributes:
        kind: What was asked for.
        counts: How often each of the two was right; ``lost`` and ``gained`` are the flips.
        out_of_tokens: Candidate's answers that were cut off.
        reference_out_of_tokens: The reference's.
        failed: Questions left out because one of the two could not be asked.
        accuracy: The candidate's share of right answers; Wilson's interval. None, as all that
            follow, where no pair is left.
        reference_accuracy: The reference's.
        difference: Interval of candidate minus reference; its middle is ``counts.difference``.
        p_value: McNemar's, of this kind alone.
        corrected_p_value: After Holm's correction over all kinds × candidates; None where the
            reference cannot do this.
        verdict: By the rule of ``verdict_of``.
        hint: Fewer items than a result needs to be more than a hint.
        items_to_settle: About how many items in all would settle what cannot be told yet, if the
            shares stayed as they are, which they will not quite; None where nothing is open or no
            sensible number would do.
        empty: Candidate's answers that ended without a word.
        reference_empty: The reference's.
    """

    kind: str
    counts: PairedCounts
    out_of_tokens: int
    reference_out_of_tokens: int
    failed: int
    accuracy: Interval | None
    reference_accuracy: Interval | None
    difference: Interval | None
    p_value: float | None
    corrected_p_value: float | None
    verdict: KindVerdict
    hint: bool
    items_to_settle: int | None
    empty: int = 0
    reference_empty: int = 0


def compare_tasks(
    items: Sequence[TaskItem],
    reference: Outcomes,
    candidates: Sequence[Outcomes],
    tolerance: float = TOLERANCE,
) -> list[list[KindResult]]:
    """Compare candidates with their reference, all kinds at once.

    Args:
        items: The questions. Kinds come in the order of their first item.
        reference: The reference's outcomes; a question without one counts as failed.
        candidates: Each candidate's. Compare all of a ladder together: Holm's correction needs to
            know how many tests there are.
        tolerance: How much smaller or larger an accuracy may be and still be as good.

    Returns:
        For each candidate its kinds.
    """
    by_kind: dict[str, list[TaskItem]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    rows = [
        [_pair(kind, of_kind, reference, candidate) for kind, of_kind in by_kind.items()]
        for candidate in candidates
    ]
    tested = [row for kinds in rows for row in kinds if row.verdict is KindVerdict.CANNOT_TELL]
    corrected = holm([row.p_value for row in tested if row.p_value is not None])
    p_values = iter(corrected)
    return [[_settle(row, p_values, tolerance, len(corrected)) for row in kinds] for kinds in rows]


def needed_to_settle(counts: PairedCounts, tolerance: float, tests: int) -> int | None:
    """About how many items in all would settle what cannot be told yet.

    Args:
        counts: So far.
        tolerance: How much worse or better may still be called as good.
        tests: How many are corrected together. Where a kind's interval by itself is settled and
            the correction alone keeps it open, it is counted for an interval as sure as the
            strictest of the tests.
    """
    needed = items_to_settle(counts, tolerance)
    if needed == counts.total:
        return items_to_settle(counts, tolerance, 1 - SIGNIFICANCE / tests)
    return needed


def verdict_of(
    counts: PairedCounts, difference: Interval, corrected_p_value: float, tolerance: float
) -> KindVerdict:
    """The rule: *as good as*, *loses*, *gains* or *cannot tell yet*.

    As good as: the whole interval lies inside ± tolerance; that comes first, so that a loss that is
    certain and too small to matter is no loss. Loses: significant after the correction, and the
    interval lies below zero. Gains likewise above.
    """
    if -tolerance <= difference.low and difference.high <= tolerance:
        return KindVerdict.AS_GOOD
    if corrected_p_value <= SIGNIFICANCE:
        if counts.lost > counts.gained and difference.high < 0:
            return KindVerdict.LOSES
        if counts.gained > counts.lost and difference.low > 0:
            return KindVerdict.GAINS
    return KindVerdict.CANNOT_TELL


def standing_against(kinds: Sequence[KindResult], tolerance: float) -> list[KindResult]:
    """The kinds that forbid to call all questions together as good.

    A kind's own interval, not corrected for how many others are compared, lies below zero and goes
    beyond the tolerance; or it goes so far beyond that a large loss could hide in it. By the first,
    a candidate that loses in company of few is never called as good in company of many. Kinds of
    few questions always go so far: of these it is asked what could hide in their sum.
    """
    tested = [
        kind
        for kind in kinds
        if kind.difference is not None and kind.verdict is not KindVerdict.REFERENCE_CANNOT
    ]
    small = [kind for kind in tested if kind.counts.total < QUICK_ITEMS]
    sum_of_small = PairedCounts.sum_of(kind.counts for kind in small)
    hides = bool(small) and _may_hide(paired_difference_interval(sum_of_small), tolerance)
    return [
        kind
        for kind in tested
        if is_below(kind, tolerance)
        or ((hides or kind not in small) and _may_hide(kind.difference, tolerance))
    ]


def _may_hide(difference: Interval | None, tolerance: float) -> bool:
    """Whether a large loss lies within an interval."""
    return difference is not None and difference.low < -UNSEEN_TOLERANCES * tolerance


def is_below(kind: KindResult, tolerance: float) -> bool:
    """Whether a kind's own interval lies below zero and goes beyond the tolerance."""
    seen = kind.difference
    return seen is not None and seen.high < 0 and seen.low < -tolerance


def reference_can(kind_items: Iterable[TaskItem], right: int, asked: int) -> bool:
    """Whether the reference is good enough at a kind for a loss to be seen.

    It must get a fifth right; where all answers are letters of options, it must also be better than
    guessing, the lower end of its interval above a quarter.
    """
    if not asked or right / asked < REFERENCE_MUST_REACH:
        return False
    if all(item.check is Check.LETTER for item in kind_items):
        return wilson_interval(right, asked).low > CHOICE_BY_CHANCE
    return True


def _pair(
    kind: str, items: Sequence[TaskItem], reference: Outcomes, candidate: Outcomes
) -> KindResult:
    """One kind before the correction: tested rows read *cannot tell yet*."""
    asked = [
        (reference.get(item.key, Outcome.FAILED), candidate.get(item.key, Outcome.FAILED))
        for item in items
    ]
    pairs = [(base, ours) for base, ours in asked if Outcome.FAILED not in (base, ours)]
    right = [(base is Outcome.CORRECT, ours is Outcome.CORRECT) for base, ours in pairs]
    counts = PairedCounts(
        both=right.count((True, True)),
        lost=right.count((True, False)),
        gained=right.count((False, True)),
        neither=right.count((False, False)),
    )
    row = KindResult(
        kind=name_of_kind(kind),
        counts=counts,
        out_of_tokens=sum(ours is Outcome.OUT_OF_TOKENS for _, ours in pairs),
        reference_out_of_tokens=sum(base is Outcome.OUT_OF_TOKENS for base, _ in pairs),
        empty=sum(ours is Outcome.EMPTY for _, ours in pairs),
        reference_empty=sum(base is Outcome.EMPTY for base, _ in pairs),
        failed=len(asked) - len(pairs),
        accuracy=None,
        reference_accuracy=None,
        difference=None,
        p_value=None,
        corrected_p_value=None,
        verdict=KindVerdict.CANNOT_TELL,
        hint=counts.total < FULL_ITEMS,
        items_to_settle=None,
    )
    if not counts.total:
        shown = all(item.picture for item in items)
        is_blind = shown and not any(item.key in candidate for item in items)
        return replace(row, verdict=KindVerdict.CANNOT_SEE) if is_blind else row
    reference_right = counts.both + counts.lost
    able = reference_can(items, reference_right, counts.total)
    return replace(
        row,
        accuracy=wilson_interval(counts.both + counts.gained, counts.total),
        reference_accuracy=wilson_interval(reference_right, counts.total),
        difference=paired_difference_interval(counts),
        p_value=mcnemar_exact(counts.lost, counts.gained),
        verdict=KindVerdict.CANNOT_TELL if able else KindVerdict.REFERENCE_CANNOT,
    )


def _settle(row: KindResult, p_values: Iterable[float], tolerance: float, tests: int) -> KindResult:
    if row.verdict is KindVerdict.REFERENCE_CANNOT or row.difference is None:
        return row
    corrected = next(iter(p_values))
    verdict = verdict_of(row.counts, row.difference, corrected, tolerance)
    open_still = verdict is KindVerdict.CANNOT_TELL
    return replace(
        row,
        corrected_p_value=corrected,
        verdict=verdict,
        items_to_settle=needed_to_settle(row.counts, tolerance, tests) if open_still else None,
    )
