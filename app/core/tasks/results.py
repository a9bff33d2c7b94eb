"""What candidates lose at tasks against their reference, kind by kind.

Both are asked the same questions, so results are paired: what counts are the *flips*, questions
that only one of them got right. Accuracy carries Wilson's interval, the difference Newcombe's
paired one, and the p-value is McNemar's exact test, corrected by Holm over all kinds × candidates
that are compared at once. The latter two count questions of one sort, and those about one text, as
far as they hang together, and have the share of the 5 % that the look has at which asking ended
(``looks``). Wilson's interval takes the mixture of sorts as given and says nothing of others.

Running out of tokens and saying nothing are shown apart and are no right answers either: who waits
for an answer that does not come has lost it. Questions that failed for one of the two (a crashed
engine) are left out of the pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.core.statistics.clustered import Clusters
from app.core.statistics.describe import Interval, wilson_interval
from app.core.statistics.paired import (
    PairedCounts,
    holm,
    items_to_settle,
    paired_difference_interval,
)
from app.core.tasks.items import FULL_ITEMS, Check, TaskItem, name_of_kind
from app.core.tasks.looks import Look
from app.core.tasks.scoring import Outcome

TOLERANCE = 0.03
SIGNIFICANCE = 0.05
REFERENCE_MUST_REACH = 0.20
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
    CANNOT_HOLD = "context too small"


UNASKED = frozenset({KindVerdict.CANNOT_SEE, KindVerdict.CANNOT_HOLD})
"""Verdicts on kinds whose questions a candidate cannot be asked at all."""
_ALONE = Clusters()


@dataclass(frozen=True, slots=True)
class KindResult:
    """One candidate at one kind, against the reference.

    Attributes:
        kind: What was asked for.
        counts: How often each of the two was right; ``lost`` and ``gained`` are the flips.
        out_of_tokens: Candidate's answers that were cut off.
        reference_out_of_tokens: The reference's.
        failed: Questions left out because one of the two could not be asked.
        accuracy: The candidate's share of right answers; Wilson's interval, of further questions
            in the same mixture of sorts. None, as all that follow, where no pair is left.
        reference_accuracy: The reference's.
        difference: Interval of candidate minus reference; its middle is ``counts.difference``.
        p_value: McNemar's, of this kind alone and of this look alone.
        corrected_p_value: After Holm's correction over all kinds × candidates; None where the
            reference cannot do this.
        verdict: By the rule of ``verdict_of``.
        hint: Fewer items than a result needs to be more than a hint.
        items_to_settle: About how many items in all would settle what cannot be told yet, if the
            shares stayed as they are, which they will not quite; None where nothing is open or no
            sensible number would do.
        empty: Candidate's answers that ended without a word.
        reference_empty: The reference's.
        clusters: Of the counts those of questions that may hang together.
        share: Of the 5 % that may go wrong, what may at the look where asking ended.
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
    clusters: Clusters = _ALONE
    share: float = 1.0

    @property
    def is_tested(self) -> bool:
        """Whether a loss could be seen: the reference can do it, and both were asked."""
        return self.verdict is not KindVerdict.REFERENCE_CANNOT and self.p_value is not None

    @property
    def p_value_of_look(self) -> float:
        """The p-value over the share of its look: valid however many looks there were.

        One where there is nothing to test.
        """
        return 1.0 if self.p_value is None else min(1.0, self.p_value / self.share)


def paired_result(
    kind: str,
    counts: PairedCounts,
    clusters: Clusters = _ALONE,
    share: float = 1.0,
) -> KindResult:
    """One kind's counts as a result that is not judged yet; without figures where there are none.

    Args:
        kind: What was asked for.
        counts: Of all questions.
        clusters: Of those that may hang together.
        share: Of the look.
    """
    row = KindResult(
        kind=kind,
        counts=counts,
        out_of_tokens=0,
        reference_out_of_tokens=0,
        failed=0,
        accuracy=None,
        reference_accuracy=None,
        difference=None,
        p_value=None,
        corrected_p_value=None,
        verdict=KindVerdict.CANNOT_TELL,
        hint=counts.total < FULL_ITEMS,
        items_to_settle=None,
        clusters=clusters,
        share=share,
    )
    if not counts.total:
        return row
    return replace(
        row,
        accuracy=wilson_interval(counts.both + counts.gained, counts.total),
        reference_accuracy=wilson_interval(counts.both + counts.lost, counts.total),
        difference=_difference(counts, clusters, share),
        p_value=clusters.p_value(counts),
    )


def compare_tasks(
    items: Sequence[TaskItem],
    reference: Outcomes,
    candidates: Sequence[Outcomes],
    tolerance: float = TOLERANCE,
    looks: Sequence[Look] | None = None,
) -> list[list[KindResult]]:
    """Compare candidates with their reference, all kinds at once.

    Args:
        items: The questions. Kinds come in the order of their first item.
        reference: The reference's outcomes; a question without one counts as failed.
        candidates: Each candidate's. Compare all of a ladder together: Holm's correction needs to
            know how many tests there are.
        tolerance: How much smaller an accuracy may be and still be as good.
        looks: Where asking ended for each candidate: the questions before that count for both. At
            all questions where nothing is said.

    Returns:
        For each candidate its kinds.
    """
    ends = looks or [Look(len(items))] * len(candidates)
    able = kinds_that_can_be_done(items, reference)
    rows = [
        [
            _pair(kind, of_kind, reference, candidate, end.share, able=kind in able)
            for kind, of_kind in _by_kind(items[: end.questions]).items()
        ]
        for candidate, end in zip(candidates, ends, strict=True)
    ]
    tested = [row for kinds in rows for row in kinds if row.verdict is KindVerdict.CANNOT_TELL]
    corrected = holm([row.p_value_of_look for row in tested if row.p_value is not None])
    p_values = iter(corrected)
    return [[_settle(row, p_values, tolerance, len(corrected)) for row in kinds] for kinds in rows]


def needed_to_settle(kind: KindResult, tolerance: float, tests: int) -> int | None:
    """About how many items in all would settle what cannot be told yet.

    Args:
        kind: So far.
        tolerance: How much worse may still be called as good.
        tests: How many are corrected together. Where a kind's interval by itself is settled and
            the correction alone keeps it open, it is counted for an interval as sure as the
            strictest of the tests, and for as many texts as that test takes.
    """
    counts, at_risk = kind.counts, SIGNIFICANCE * kind.share
    wider = kind.clusters.widening(counts, 1 - at_risk)
    needed = items_to_settle(counts, tolerance, 1 - at_risk, wider)
    if needed == counts.total:
        needed = items_to_settle(counts, tolerance, 1 - at_risk / tests, wider)
        least = kind.clusters.least_questions(counts, at_risk / tests)
        return None if needed is None else max(needed, least)
    return needed


def verdict_of(
    counts: PairedCounts, difference: Interval, corrected_p_value: float, tolerance: float
) -> KindVerdict:
    """The rule: *as good as*, *loses*, *gains* or *cannot tell yet*.

    Gains: significant after the correction, and the interval lies above zero. As good as: the
    interval lies above −tolerance, whatever may be gained: what is asked is what one loses. It
    comes before a loss, so that one that is certain and too small to matter is none. Loses:
    significant after the correction, and the interval lies below zero.
    """
    is_certain = corrected_p_value <= SIGNIFICANCE
    if is_certain and counts.gained > counts.lost and difference.low > 0:
        return KindVerdict.GAINS
    if difference.low >= -tolerance:
        return KindVerdict.AS_GOOD
    if is_certain and counts.lost > counts.gained and difference.high < 0:
        return KindVerdict.LOSES
    return KindVerdict.CANNOT_TELL


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


def kinds_that_can_be_done(items: Sequence[TaskItem], reference: Outcomes) -> set[str]:
    """The kinds at which a loss could be seen, by all that the reference was asked."""
    found: set[str] = set()
    for kind, of_kind in _by_kind(items).items():
        known = [reference.get(item.key, Outcome.FAILED) for item in of_kind]
        asked = len(known) - known.count(Outcome.FAILED)
        if reference_can(of_kind, known.count(Outcome.CORRECT), asked):
            found.add(kind)
    return found


def together(name: str, kinds: Sequence[KindResult]) -> KindResult | None:
    """All questions that the reference can do as one kind; None of fewer than two such kinds."""
    tested = [kind for kind in kinds if kind.is_tested]
    return added_up(name, tested) if len(tested) > 1 else None


def added_up(name: str, kinds: Sequence[KindResult]) -> KindResult:
    """Several kinds as one, not judged yet; all ended at the same look."""
    total = paired_result(
        name,
        PairedCounts.sum_of(kind.counts for kind in kinds),
        Clusters.of_all(kind.clusters for kind in kinds),
        kinds[0].share,
    )
    return replace(
        total,
        out_of_tokens=sum(kind.out_of_tokens for kind in kinds),
        reference_out_of_tokens=sum(kind.reference_out_of_tokens for kind in kinds),
        empty=sum(kind.empty for kind in kinds),
        reference_empty=sum(kind.reference_empty for kind in kinds),
        failed=sum(kind.failed for kind in kinds),
    )


def _by_kind(items: Iterable[TaskItem]) -> dict[str, list[TaskItem]]:
    by_kind: dict[str, list[TaskItem]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    return by_kind


def _difference(counts: PairedCounts, clusters: Clusters, share: float) -> Interval:
    sure = 1 - SIGNIFICANCE * share
    return paired_difference_interval(counts, sure, clusters.widening(counts, sure))


def _pair(
    kind: str,
    items: Sequence[TaskItem],
    reference: Outcomes,
    candidate: Outcomes,
    share: float,
    *,
    able: bool,
) -> KindResult:
    """One kind before the correction: tested rows read *cannot tell yet*."""
    asked = [
        (item, reference.get(item.key, Outcome.FAILED), candidate.get(item.key, Outcome.FAILED))
        for item in items
    ]
    pairs = [(item, base, ours) for item, base, ours in asked if Outcome.FAILED not in (base, ours)]
    right = [
        (item, (base is Outcome.CORRECT, ours is Outcome.CORRECT)) for item, base, ours in pairs
    ]
    row = paired_result(
        name_of_kind(kind), _counted([answers for _, answers in right]), _clusters(right), share
    )
    row = replace(
        row,
        out_of_tokens=sum(ours is Outcome.OUT_OF_TOKENS for _, _, ours in pairs),
        reference_out_of_tokens=sum(base is Outcome.OUT_OF_TOKENS for _, base, _ in pairs),
        empty=sum(ours is Outcome.EMPTY for _, _, ours in pairs),
        reference_empty=sum(base is Outcome.EMPTY for _, base, _ in pairs),
        failed=len(asked) - len(pairs),
    )
    if not pairs:
        return replace(row, verdict=_why_unasked(items, reference, candidate))
    return row if able else replace(row, verdict=KindVerdict.REFERENCE_CANNOT)


def _clusters(right: Sequence[tuple[TaskItem, tuple[bool, bool]]]) -> Clusters:
    by_sort = _grouped((item.sort, answers) for item, answers in right)
    if not any(item.text for item, _ in right):
        return Clusters(by_sort)
    return Clusters(by_sort, _grouped((item.text or item.sort, answers) for item, answers in right))


def _grouped(right: Iterable[tuple[str, tuple[bool, bool]]]) -> tuple[PairedCounts, ...]:
    """Counts of those that share a name; who has none is left out."""
    groups: dict[str, list[tuple[bool, bool]]] = {}
    for name, answers in right:
        if name:
            groups.setdefault(name, []).append(answers)
    return tuple(map(_counted, groups.values()))


def _counted(right: Sequence[tuple[bool, bool]]) -> PairedCounts:
    """Counts of pairs: whether the reference, and the candidate, was right."""
    return PairedCounts(
        both=right.count((True, True)),
        lost=right.count((True, False)),
        gained=right.count((False, True)),
        neither=right.count((False, False)),
    )


def _why_unasked(
    items: Sequence[TaskItem], reference: Outcomes, candidate: Outcomes
) -> KindVerdict:
    """Why there is no pair: pictures for the blind, texts for a small context, or an error."""
    is_unasked = not any(item.key in candidate for item in items)
    if is_unasked and all(item.picture for item in items):
        return KindVerdict.CANNOT_SEE
    is_unasked = is_unasked or not any(item.key in reference for item in items)
    if is_unasked and all(item.text for item in items):
        return KindVerdict.CANNOT_HOLD
    return KindVerdict.CANNOT_TELL


def _settle(row: KindResult, p_values: Iterable[float], tolerance: float, tests: int) -> KindResult:
    if row.verdict is KindVerdict.REFERENCE_CANNOT or row.difference is None:
        return row
    return settled_by(row, next(iter(p_values)), tolerance, tests)


def settled_by(kind: KindResult, corrected: float, tolerance: float, tests: int) -> KindResult:
    """A kind with what its corrected p-value makes of it."""
    assert kind.difference is not None
    verdict = verdict_of(kind.counts, kind.difference, corrected, tolerance)
    is_open = verdict is KindVerdict.CANNOT_TELL
    more = needed_to_settle(kind, tolerance, tests) if is_open else None
    return replace(kind, corrected_p_value=corrected, verdict=verdict, items_to_settle=more)
