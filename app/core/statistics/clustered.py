"""Paired answers to questions that come in sorts: what alike questions are worth.

Questions of one sort are made alike, so that a candidate that fails at one is likelier to fail at
the next. Who takes all questions for independent is too sure of what is said of *this kind of
question*; here a sort counts as one, as far as its answers hang together. A group is the counts of
one sort; questions that belong to none are each a sort of their own.

Questions about one text hang together as well: who misread it fails at all of them. Whether it is
sorts or texts that answers hang together by, nobody knows before; so both are counted, and what is
less certain counts (``Clusters``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.statistics.distributions import normal_quantile, student_quantile
from app.core.statistics.paired import PairedCounts


def sign_flip_exact(counts: PairedCounts, groups: Sequence[PairedCounts] = ()) -> float:
    """The two-sided exact p-value of no net loss, sort by sort.

    If losing and gaining are equally likely at each sort, its gains minus its losses might as well
    have had the other sign: of all ways to choose these signs, the share in which the sum is as far
    from zero as it is. R. A. Fisher, "The Design of Experiments" (1935), section 21. Where no two
    questions share a sort it is McNemar's exact test.

    Args:
        counts: All questions.
        groups: Of these the ones that share a sort.
    """
    sizes = [abs(group.gained - group.lost) for group in groups]
    alone = counts.lost + counts.gained - sum(group.lost + group.gained for group in groups)
    sizes = [size for size in sizes if size] + [1] * alone
    all_of_it, seen = sum(sizes), abs(counts.gained - counts.lost)
    if not seen:
        return 1.0
    # The number of ways to each sum of the sizes that are lost stands in a digit of its own.
    bits = len(sizes) + 1
    ways = 1
    for size in sizes:
        ways += ways << (bits * size)
    most_lost = (all_of_it - seen) // 2
    tail = ways & ((1 << (bits * (most_lost + 1))) - 1)
    as_far = tail % ((1 << bits) - 1)  # the sum of the digits
    return min(1.0, 2 * as_far / (1 << len(sizes)))


def widening(
    counts: PairedCounts, groups: Sequence[PairedCounts] = (), confidence: float = 0.95
) -> float:
    """How much wider the interval of the difference is for the sorts; 1 where they do not matter.

    The root of the design effect: the variance of the difference between sorts over the one that
    independent questions would have, never below 1; with Student's quantile for the number of
    sorts. L. Kish, "Survey Sampling" (1965), chapter 8; J. N. K. Rao and A. J. Scott, "A simple
    method for the analysis of clustered binary data", Biometrics 48 (1992).
    """
    total = counts.total
    sorts = len(groups) + total - sum(group.total for group in groups)
    if sorts < 2 or all(group.total < 2 for group in groups):
        return 1.0
    mean = counts.difference
    within = counts.lost + counts.gained - total * mean * mean
    if within <= 0:
        return 1.0
    rest = PairedCounts(
        0,
        counts.lost - sum(group.lost for group in groups),
        counts.gained - sum(group.gained for group in groups),
        0,
    )
    still = sorts - len(groups) - rest.total
    between = rest.lost * (1 + mean) ** 2 + rest.gained * (1 - mean) ** 2 + still * mean * mean
    between += math.fsum((one.gained - one.lost - one.total * mean) ** 2 for one in groups)
    effect = sorts / (sorts - 1) * between / within
    if effect <= 1:
        return 1.0
    return math.sqrt(effect) * student_quantile(confidence, sorts - 1) / normal_quantile(confidence)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Of counts those of the questions that may hang together.

    Attributes:
        by_sort: Those of each sort.
        by_text: Those of each text that stands before several questions, and of each sort of
            questions without one. Empty where no question has a text: then sorts alone count.
    """

    by_sort: tuple[PairedCounts, ...] = ()
    by_text: tuple[PairedCounts, ...] = ()

    @classmethod
    def of_all(cls, parts: Iterable[Clusters]) -> Clusters:
        """Those of several kinds of questions together."""
        several = list(parts)
        with_texts = any(part.by_text for part in several)
        return cls(
            tuple(group for part in several for group in part.by_sort),
            tuple(group for part in several for group in part.by_text or part.by_sort)
            if with_texts
            else (),
        )

    def p_value(self, counts: PairedCounts) -> float:
        """The p-value of no net loss over all questions, by what makes it less certain."""
        return max(sign_flip_exact(counts, groups) for groups in self._ways)

    def widening(self, counts: PairedCounts, confidence: float) -> float:
        """How much wider the interval of the difference is, by what makes it widest."""
        return max(widening(counts, groups, confidence) for groups in self._ways)

    def least_questions(self, counts: PairedCounts, p_value: float) -> int:
        """How many questions it takes until so small a p-value is possible at all.

        Of so many texts that are all lost, the chance of as clear a loss without any is two to the
        power of one less: of four texts 1 in 8, however many questions are asked about them. All
        that there are, where none has a text: other sorts than those asked there may not be.
        """
        if not self.by_text or not counts.total:
            return counts.total
        texts = len(self.by_text) + counts.total - sum(group.total for group in self.by_text)
        wanted = math.ceil(1 - math.log2(p_value))
        return max(counts.total, math.ceil(counts.total * wanted / texts))

    @property
    def _ways(self) -> tuple[tuple[PairedCounts, ...], ...]:
        return (self.by_sort, self.by_text) if self.by_text else (self.by_sort,)
