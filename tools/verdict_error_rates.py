"""How often the verdict is wrong, and how often it can tell: made answers, judged by its rule.

    python -m tools.verdict_error_rates            the tables of docs/METHOD.md (some minutes)
    python -m tools.verdict_error_rates --quick    the same from fewer draws
    python -m tools.verdict_error_rates NAME …     some of them alone

Each candidate is drawn answer by answer: with a share of flips it and the reference differ, and a
true difference says how many more of these are lost than gained. Questions come in sorts, whose own
differences may be spread around that of their kind; twelve may share a text, as those of *recall*
do, whose own may be, too. Asking stops where it is decided, as in a real ladder. All ladders of a
cell are judged at once, as columns of numbers; a test holds this against the rule itself, ladder by
ladder.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.statistics.clustered import Clusters
from app.core.statistics.distributions import normal_quantile, student_quantile
from app.core.statistics.paired import PairedCounts
from app.core.tasks.items import QUICK_ITEMS
from app.core.tasks.looks import Look, looks_of
from app.core.tasks.results import SIGNIFICANCE, TOLERANCE, paired_result
from app.core.tasks.standing import UNSEEN_TOLERANCES
from app.core.verdict import Evidence, State, judge_candidates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Marks = NDArray[np.bool_]

KINDS, SORTS = 8, 24
A_TEXT, SORTS_A_TEXT = 12, 6
"""Questions about a text of *recall*, one after the other, and of how many sorts they are."""
PROFILES = {"quick": 45, "full": 240}
ACCURACY = 0.75
"""The reference's share of right answers."""
SEED = 11
OPEN, GOOD, LOSES = 0, 1, 2
# Fewer standard errors from zero are no small p-value, however many sorts there are.
_WORTH_A_TEST = 1.5


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a candidate at one kind.

    Attributes:
        items: How many questions there are.
        flips: The share that only one of the two gets right.
        difference: The candidate's true accuracy minus the reference's.
        sorts: How many sorts of questions take turns.
        spread: How far the sorts' own differences are from that, as a standard deviation.
        with_texts: Questions are about texts, as those of *recall*.
        text_spread: How far the texts' own differences are from that, likewise.
    """

    items: int
    flips: float
    difference: float = 0.0
    sorts: int = SORTS
    spread: float = 0.0
    with_texts: bool = False
    text_spread: float = 0.0

    @property
    def columns(self) -> Columns:
        """The questions in columns: one for each sort, or for each sort of each text."""
        at = np.arange(self.items)
        if not self.with_texts:
            return Columns(at % self.sorts, np.arange(self.sorts))
        # Every few texts hold each sort once.
        inside, cycle = at % SORTS_A_TEXT, self.sorts // SORTS_A_TEXT
        columns = np.arange(-(-self.items // A_TEXT) * SORTS_A_TEXT)
        texts = columns // SORTS_A_TEXT
        sorts = texts % cycle * SORTS_A_TEXT + columns % SORTS_A_TEXT
        return Columns(at // A_TEXT * SORTS_A_TEXT + inside, sorts, texts)


@dataclass(frozen=True, slots=True)
class Columns:
    """Questions of one kind, those together that nothing tells apart.

    Attributes:
        of_questions: The column of each question, in their order.
        sorts: The sort of each column.
        texts: The text of each column; None where no question has one.
    """

    of_questions: Counts
    sorts: Counts
    texts: Counts | None = None


Candidate = Sequence[Truth]


def equal(items: int, flips: float, kinds: int = KINDS) -> Candidate:
    """Truly equal at every kind."""
    return [Truth(items, flips)] * kinds


def evenly(items: int, flips: float, loss: float, kinds: int = KINDS) -> Candidate:
    """Loses the same at every kind."""
    return [Truth(items, max(flips, loss), -loss)] * kinds


def at_one_kind(items: int, flips: float, loss: float, kind_items: int | None = None) -> Candidate:
    """Loses at one kind, by flips of its own; equal at the others."""
    one = Truth(kind_items or items, max(flips, loss + 0.02), -loss)
    return [*equal(items, flips)[1:], one]


def many_small(flips: float, loss: float) -> Candidate:
    """Fifteen kinds of 20 questions of one sort each; loses at one of them."""
    one = Truth(20, min(1.0, max(flips, loss + 0.02)), -loss, 20)
    return [*[Truth(20, flips, 0.0, 20)] * 14, one if loss else Truth(20, flips, 0.0, 20)]


def spread_out(candidate: Candidate, spread: float) -> Candidate:
    """The same with sorts that differ."""
    return [replace(truth, spread=spread) for truth in candidate]


def with_recall(candidate: Candidate, text_spread: float = 0.0) -> Candidate:
    """The same with questions about texts as its last kind, and texts that differ."""
    last = replace(candidate[-1], with_texts=True, text_spread=text_spread)
    return [*candidate[:-1], last]


@dataclass(frozen=True, slots=True)
class Answers:
    """Drawn answers of one candidate to one kind: what was lost, gained, right and asked.

    Each has a plane for each look with the answers so far, a row for each ladder and the columns of
    the kind.
    """

    lost: Counts
    gained: Counts
    both: Counts
    asked: Counts
    columns: Columns

    def cut(self, looks: Sequence[int]) -> Answers:
        """Those at some looks alone."""
        lost, gained, both, asked = self.lost, self.gained, self.both, self.asked
        return Answers(lost[looks], gained[looks], both[looks], asked[looks], self.columns)

    def at(self, look: int) -> Part:
        """Those of all ladders at one look."""
        columns = self.columns
        groupings = () if columns.texts is None else (columns.sorts, columns.texts)
        lost, gained, both, asked = self.lost, self.gained, self.both, self.asked
        return Part(lost[look], gained[look], both[look], asked[look], groupings)

    def clusters(self, look: int, ladder: int) -> tuple[PairedCounts, Clusters]:
        """Counts of one ladder at one look, and those of its sorts and texts."""
        columns = self.columns
        by_sort = self._grouped(look, ladder, columns.sorts)
        texts = () if columns.texts is None else self._grouped(look, ladder, columns.texts)
        return PairedCounts.sum_of(by_sort), Clusters(by_sort, texts)

    def _grouped(self, look: int, ladder: int, names: Counts) -> tuple[PairedCounts, ...]:
        planes = [plane[look, ladder] for plane in (self.both, self.lost, self.gained)]
        rows = [
            [int(plane[names == name].sum()) for plane in (*planes, self.asked[look, 0])]
            for name in np.unique(names)
        ]
        return tuple(
            PairedCounts(both, lost, gained, asked - both - lost - gained)
            for both, lost, gained, asked in rows
            if asked
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One or several kinds at one look: counts with a row for each ladder.

    Attributes:
        lost, gained, both, asked: By column.
        groupings: What columns hang together by, each with the name of each column; none where
            every column stands by itself.
    """

    lost: Counts
    gained: Counts
    both: Counts
    asked: Counts
    groupings: tuple[Counts, ...] = ()

    def grouped(self, counts: Counts) -> list[Counts]:
        """Counts by column, put together in each way."""
        if not self.groupings:
            return [counts]
        return [
            np.rint(counts @ (names[:, None] == np.unique(names)).astype(float)).astype(np.int64)
            for names in self.groupings
        ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of drawn ladders: a row for each, a column for each candidate.

    Attributes:
        states: ``OPEN``, ``GOOD`` or ``LOSES``.
        ends: At which look asking ended.
        questions: How many questions were asked.
        answers: What was drawn, of each candidate and kind.
    """

    states: Counts
    ends: Counts
    questions: Counts
    answers: list[list[Answers]]

    def any_is(self, state: int) -> float:
        """The share of ladders in which some candidate is called so."""
        found: Marks = np.equal(self.states, state)
        return float(np.mean(found.any(axis=1)))

    def first_is(self, state: int) -> float:
        """The share in which the first is."""
        return float(np.mean(np.equal(self.states[:, 0], state)))


class Draws:
    """Ladders of made answers; the same ones for the same seed."""

    def __init__(self, runs: int, seed: int = SEED, *, stops: bool = True) -> None:
        self.runs = runs
        self._stops = stops
        self._random = np.random.default_rng(seed)

    def judged(self, ladder: Sequence[Candidate], quick_items: int = 0) -> Outcome:
        """Draw ladders of these candidates, ask as far as it is needed, and judge them.

        Args:
            ladder: What is true of each candidate.
            quick_items: First so many of a kind are asked; then all, of those of which nothing can
                be told. Else all at once.
        """
        each = [truth.items for truth in ladder[0]]
        looks = looks_of(each, stops=self._stops)
        first = looks_of([min(quick_items, count) for count in each], stops=self._stops)
        ends = sorted({look.questions for look in (*looks, *first)})
        drawn = [[self._kind(truth, one, ends) for truth in one] for one in ladder]
        if not first:
            return self._ended(drawn, looks, ends)
        least = [ends.index(look.questions) for look in first]
        quick = self._ended([[kind.cut(least) for kind in one] for one in drawn], first, ends)
        rest = self._ended(drawn, looks, ends)
        is_open = quick.states == OPEN
        return Outcome(
            np.where(is_open, rest.states, quick.states),
            np.where(is_open, rest.ends, quick.ends),
            np.where(is_open, rest.questions, quick.questions),
            drawn,
        )

    def _ended(
        self, answers: list[list[Answers]], looks: Sequence[Look], ends: Sequence[int]
    ) -> Outcome:
        """What is said where all are asked until they are decided."""
        places = [ends.index(look.questions) for look in looks]
        if len(answers[0][0].asked) != len(looks):
            answers = [[kind.cut(places) for kind in one] for one in answers]
        tests = len(answers[0]) + (len(answers[0]) > 1)
        all_tests = len(answers) * (tests + 1)
        least = sum(min(QUICK_ITEMS, int(kind.asked[-1].sum())) for kind in answers[0])
        stopped = np.full((self.runs, len(answers)), len(looks) - 1)
        found: list[list[_Seen]] = []
        for place, kinds in enumerate(answers):
            seen = [_seen(kinds, number, look) for number, look in enumerate(looks)]
            found.append(seen)
            for number in reversed(range(len(looks) - 1)):
                padded = np.ones((self.runs, all_tests - tests))
                corrected = _holm(np.hstack([seen[number].p_values, padded]))[:, :tests]
                state = _states(seen[number], corrected)
                stop = state == LOSES
                if looks[number].questions >= least:
                    stop |= state == GOOD
                stopped[stop, place] = number
        at_end = [_chosen(seen, stopped[:, place]) for place, seen in enumerate(found)]
        corrected = _holm(np.hstack([one.p_values for one in at_end]))
        states = np.stack(
            [
                _states(one, corrected[:, place * tests : (place + 1) * tests])
                for place, one in enumerate(at_end)
            ],
            axis=1,
        )
        questions = np.array([look.questions for look in looks])[stopped]
        return Outcome(states, stopped, questions, answers)

    def counts(self, truth: Truth) -> PairedCounts:
        """Answers to all questions of one kind."""
        lost, gained = (truth.flips - truth.difference) / 2, (truth.flips + truth.difference) / 2
        shares = [ACCURACY - lost, lost, gained, 1 - ACCURACY - gained]
        return PairedCounts(*map(int, self._random.multinomial(truth.items, shares)))

    def _kind(self, truth: Truth, candidate: Candidate, ends: Sequence[int]) -> Answers:
        """Answers to one kind, after so many questions of all kinds."""
        rounds = [_rounds(end, candidate) for end in ends]
        columns = truth.columns
        width = len(columns.sorts)
        asked = np.array(
            [np.bincount(columns.of_questions[:count], minlength=width) for count in rounds]
        )
        fresh = np.diff(asked, axis=0, prepend=0)
        own = truth.spread * self._random.standard_normal((self.runs, truth.sorts))
        differences = truth.difference + own[:, columns.sorts]
        if columns.texts is not None:
            size = (self.runs, int(columns.texts[-1]) + 1)
            own = truth.text_spread * self._random.standard_normal(size)
            differences = differences + own[:, columns.texts]
        differences = np.clip(differences, -ACCURACY, 1 - ACCURACY)
        flips = np.maximum(truth.flips, np.abs(differences))
        lost = np.minimum((flips - differences) / 2, ACCURACY)
        gained = np.minimum((flips + differences) / 2, 1 - ACCURACY)
        shares = np.stack([ACCURACY - lost, lost, gained, 1 - ACCURACY - gained], axis=-1)
        drawn = self._random.multinomial(fresh[:, None, :], np.clip(shares, 0, 1)[None])
        so_far = np.cumsum(drawn, axis=0)
        return Answers(so_far[..., 1], so_far[..., 2], so_far[..., 0], asked[:, None, :], columns)


def _rounds(questions: int, candidate: Candidate) -> int:
    """How many questions of each kind these are."""
    rounds = 0
    while sum(min(rounds, truth.items) for truth in candidate) < questions:
        rounds += 1
    return rounds


@dataclass(frozen=True, slots=True)
class _Seen:
    """One candidate of all ladders at one look: columns are its kinds, then all questions.

    Attributes:
        p_values: Over the share of the look.
        net: What was gained less what was lost.
        low, high: Of the difference's interval.
        against: Something stands against calling all questions as good.
        below: A kind's own interval lies below zero.
    """

    p_values: Numbers
    net: Counts
    low: Numbers
    high: Numbers
    against: Marks
    below: Marks


def _seen(kinds: Sequence[Answers], number: int, look: Look) -> _Seen:
    parts = [kind.at(number) for kind in kinds]
    every = [*parts, _together(parts)] if len(parts) > 1 else parts
    p_values = [np.minimum(1, _p_value(part) / look.share) for part in every]
    sure = 1 - SIGNIFICANCE * look.share
    ends = [_interval(part, sure) for part in every]
    low = np.stack([one for one, _ in ends], axis=1)
    high = np.stack([other for _, other in ends], axis=1)
    own = slice(0, len(kinds))
    below = (high[:, own] < 0) & (low[:, own] < -TOLERANCE)
    unseen = -UNSEEN_TOLERANCES * TOLERANCE
    hides = low[:, own] < unseen
    small = [place for place, part in enumerate(parts) if part.asked.sum() < QUICK_ITEMS]
    if small:
        together = _together([parts[each] for each in small])
        hides[:, small] &= (_interval(together, sure)[0] < unseen)[:, None]
    return _Seen(
        np.stack(p_values, axis=1),
        np.stack([(part.gained - part.lost).sum(axis=1) for part in every], axis=1),
        low,
        high,
        np.logical_or.reduce(below | hides, axis=1),
        np.logical_or.reduce(below, axis=1),
    )


def _together(parts: Sequence[Part]) -> Part:
    ways = max(len(part.groupings) for part in parts)
    groupings: list[Counts] = []
    for way in range(ways):
        names: list[Counts] = []
        for part in parts:
            alone = np.arange(int(part.asked.shape[1]), dtype=np.int64)
            own = part.groupings[way] if part.groupings else alone
            names.append(own + (int(names[-1].max()) + 1 if names else 0))
        groupings.append(np.hstack(names))
    return Part(
        np.hstack([part.lost for part in parts]),
        np.hstack([part.gained for part in parts]),
        np.hstack([part.both for part in parts]),
        np.hstack([part.asked for part in parts]),
        tuple(groupings),
    )


def _chosen(seen: Sequence[_Seen], ends: Counts) -> _Seen:
    """Of each ladder what was seen at its last look."""

    def of(name: str) -> NDArray[np.generic]:
        planes = np.stack([getattr(one, name) for one in seen])
        return planes[ends, np.arange(len(ends))]

    names = ("p_values", "net", "low", "high", "against", "below")
    return _Seen(*(of(name) for name in names))  # pyright: ignore[reportArgumentType]


def _states(seen: _Seen, corrected: Numbers) -> Counts:
    """What is said of each ladder's candidate."""
    certain = corrected <= SIGNIFICANCE
    gains = certain & (seen.net > 0) & (seen.low > 0)
    good = gains | (seen.low >= -TOLERANCE)
    loses = certain & (seen.net < 0) & (seen.high < 0) & ~good
    if seen.p_values.shape[1] == 1:  # one kind alone
        as_good = good[:, 0]
    else:
        whole_good, each_good = good[:, -1], good[:, :-1].all(axis=1)
        as_good = (whole_good & ~seen.against) | (~whole_good & each_good & ~seen.below)
        as_good |= whole_good & each_good & ~seen.against
    return np.where(loses.any(axis=1), LOSES, np.where(as_good, GOOD, OPEN))


def _holm(p_values: Numbers) -> Numbers:
    """Holm's correction of each row."""
    order = np.argsort(p_values, axis=1, kind="stable")
    count = int(p_values.shape[1])
    ordered: Numbers = p_values[np.arange(len(p_values))[:, None], order]
    stepped: Numbers = ordered * (count - np.arange(count))
    highest: Numbers = np.maximum.accumulate(np.minimum(stepped, 1), axis=1)
    corrected = np.empty_like(p_values)
    np.put_along_axis(corrected, order, highest, axis=1)
    return corrected


def _p_value(part: Part) -> Numbers:
    """Of each row, by what makes it less certain."""
    return np.max([_sign_flip(net) for net in part.grouped(part.gained - part.lost)], axis=0)


def _sign_flip(net: Counts) -> Numbers:
    """``sign_flip_exact`` of each row of net differences, where it can be small; else 1.

    By the characteristic function of the sum: a product of cosines.
    """
    sizes, total = np.abs(net), np.abs(net.sum(axis=1))
    p_values = np.ones(len(net))
    worth = np.flatnonzero(total > _WORTH_A_TEST * np.sqrt((sizes**2).sum(axis=1)))
    if not len(worth):
        return p_values
    sizes, total = sizes[worth], total[worth]
    points = 1 << int(2 * sizes.sum(axis=1).max() + 1).bit_length()
    angles = 2 * np.pi * np.arange(points // 2 + 1) / points
    product = np.ones((len(worth), len(angles)))
    for size in range(1, int(sizes.max()) + 1):
        often = (sizes == size).sum(axis=1)
        product *= np.cos(size * angles)[None] ** often[:, None]
    chances = np.fft.irfft(product, points, axis=1)
    tails = np.cumsum(chances[:, points // 2 :: -1], axis=1)  # from the far end on
    tail = tails[np.arange(len(worth)), points // 2 - total]
    p_values[worth] = np.clip(2 * tail, 0, 1)
    return p_values


def _interval(part: Part, confidence: float) -> tuple[Numbers, Numbers]:
    """Newcombe's interval of each row, wider for sorts or texts."""
    b, c, a = (each.sum(axis=1).astype(float) for each in (part.lost, part.gained, part.both))
    n = float(part.asked.sum())
    z = normal_quantile(confidence)

    def wilson(right: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        share, shrink = right / n, 1 + z * z / n
        centre = (share + z * z / (2 * n)) / shrink
        half = z / shrink * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        low = np.where(share <= 0, 0, np.maximum(centre - half, 0))
        return share, low, np.where(share >= 1, 1, np.minimum(centre + half, 1))

    ours, ours_low, ours_high = wilson(a + c)
    base, base_low, base_high = wilson(a + b)
    margins = (a + c) * (n - a - c) * (a + b) * (n - a - b)
    agreement: Numbers = a * (n - a - b - c) - b * c
    agreement = np.where(agreement > 0, np.maximum(agreement - n / 2, 0), agreement)
    phi = np.where(margins > 0, agreement / np.sqrt(np.maximum(margins, 1)), 0)

    def joined(one: Numbers, other: Numbers) -> Numbers:
        return np.sqrt(np.maximum(one * one + other * other - 2 * phi * one * other, 0))

    ways = zip(part.grouped(part.gained - part.lost), part.grouped(part.asked), strict=True)
    wider = np.max([_widening(net, b + c, asked, confidence) for net, asked in ways], axis=0)
    middle = ours - base
    low = middle - wider * joined(ours - ours_low, base_high - base)
    high = middle + wider * joined(ours_high - ours, base - base_low)
    return np.maximum(low, -1), np.minimum(high, 1)


def _widening(net: Counts, flips: Numbers, asked: Counts, confidence: float) -> Numbers:
    known = asked[0] > 0
    sorts, n = int(known.sum()), float(asked.sum())
    if sorts < 2 or asked.max() < 2:
        return np.ones(len(net))
    mean = net.sum(axis=1) / n
    within = flips - n * mean * mean
    apart = net[:, known] - asked[:, known] * mean[:, None]
    between = (apart**2).sum(axis=1)
    effect = sorts / (sorts - 1) * between / np.where(within > 0, within, np.inf)
    times = student_quantile(confidence, sorts - 1) / normal_quantile(confidence)
    return np.where(effect > 1, np.sqrt(np.maximum(effect, 1)) * times, 1)


def result_of(counts: PairedCounts, share: float = 1.0) -> Evidence:
    """One kind's counts as what was asked of a candidate."""
    return Evidence([paired_result("one", counts, share=share)])


def settled_when_asked(draws: Draws, truth: Truth) -> float:
    """How often the number of further questions that the verdict names settles it."""
    asked = settled = 0
    while asked < draws.runs:
        counts = draws.counts(truth)
        (judged,) = judge_candidates([result_of(counts)])
        if judged.more_items is None:
            continue
        more = draws.counts(replace(truth, items=judged.more_items))
        both = PairedCounts.sum_of((counts, more))
        (after,) = judge_candidates([result_of(both)])
        asked += 1
        settled += after.state is not State.CANNOT_TELL
    return settled / asked


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.0995 else f"{100 * share:.0f} %"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n{title}\n", flush=True)
    print(f"| {' | '.join(heads)} |\n|---|{'---:|' * (len(heads) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def _points(loss: float) -> str:
    return f"{100 * loss:g} points"


def equals(draws: Draws) -> None:
    """The error that Holm's correction controls, and the power."""
    rows: list[Sequence[str]] = []
    for name, items in PROFILES.items():
        for flips in (0.02, 0.04, 0.06, 0.10, 0.15):
            alone = draws.judged([equal(items, flips)])
            several = [draws.judged([equal(items, flips)] * count) for count in (4, 8)]
            wrong = [alone.any_is(LOSES), *(one.any_is(LOSES) for one in several)]
            rows.append(
                (
                    f"{name}, {100 * flips:g} % flips",
                    _percent(alone.first_is(GOOD)),
                    f"{alone.questions.mean():,.0f} of {items * KINDS:,}",
                    *map(_percent, wrong),
                )
            )
    heads = ("truly equal", "as good", "asked", "loses", "one of four", "one of eight")
    _table("Truly equal at all eight kinds:", heads, rows)


def kinds_and_candidates(draws: Draws) -> None:
    """Both errors over numbers of kinds: equals that lose, losers of 3 points that are as good."""
    rows: list[Sequence[str]] = []
    for kinds in (1, 3, 6, 8):
        cells: list[str] = []
        for name in PROFILES:
            items = PROFILES[name] * KINDS // kinds
            same = draws.judged([equal(items, 0.06, kinds)] * 4)
            less = [draws.judged([evenly(items, 0.06, 0.03, kinds)] * n) for n in (1, 4, 8)]
            cells += [_percent(same.any_is(LOSES)), *(_percent(x.any_is(GOOD)) for x in less)]
        rows.append((str(kinds), *cells))
    heads = ["kinds"]
    for name in PROFILES:
        heads += [f"{name}: an equal of four loses", "3 points: as good", "of four", "of eight"]
    _table("As many questions over fewer kinds, 6 % flips:", heads, rows)


def losing_evenly(draws: Draws) -> None:
    """How soon a loser is found, and how often it is called as good."""
    rows: list[Sequence[str]] = []
    for loss, flips in (
        (0.02, 0.06),
        (0.03, 0.06),
        (0.03, 0.15),
        (0.035, 0.06),
        (0.05, 0.10),
        (0.10, 0.15),
        (0.20, 0.25),
        (0.40, 0.45),
        (0.70, 0.70),
    ):
        cells: list[str] = []
        for items in PROFILES.values():
            found = draws.judged([evenly(items, flips, loss)] * 4)
            cells += [
                _percent(found.first_is(LOSES)),
                _percent(found.any_is(GOOD)),
                f"{np.median(found.questions):,.0f}",
            ]
        rows.append((f"{_points(loss)}, {100 * flips:g} % flips", *cells))
    heads = ["loses at every kind"]
    for name in PROFILES:
        heads += [f"{name}: loses", "one of four as good", "asked (median)"]
    _table("Each of four candidates loses the same at every kind:", heads, rows)


def losing_at_one_kind(draws: Draws) -> None:
    """The error that the kinds' own intervals bound."""
    quick, full = PROFILES.values()
    asked = ((quick, None), (full, None), (full, 30), (full, 10))
    rows: list[Sequence[str]] = []
    for loss in (0.03, 0.05, 0.07, 0.10, 0.15, 0.20):
        found = [draws.judged([at_one_kind(items, 0.06, loss, few)]) for items, few in asked]
        rows.append((_points(loss), *(_percent(one.first_is(GOOD)) for one in found)))
    heads = ("loses at one kind", "quick", "full", "full, 30 of this kind", "full, 10 of this kind")
    _table("Loses at one kind of eight, 6 % flips, and is called as good:", heads, rows)


def small_kinds(draws: Draws) -> None:
    """What can hide where every kind has few questions, as with the demo model's."""
    rows: list[Sequence[str]] = []
    for loss in (0.0, 0.15, 0.30, 0.60):
        cells: list[str] = []
        for flips in (0.01, 0.02, 0.04):
            found = draws.judged([many_small(flips, loss)])
            cells += [_percent(found.first_is(GOOD)), _percent(found.any_is(LOSES))]
        rows.append((f"{_points(loss)} at one kind" if loss else "truly equal", *cells))
    heads = ["15 kinds of 20"]
    for flips in (1, 2, 4):
        heads += [f"{flips} % flips: as good", "loses"]
    _table("Fifteen kinds of 20 questions, and is called:", heads, rows)


def sorts_that_differ(draws: Draws) -> None:
    """What clusters do: sorts of questions with differences of their own."""
    rows: list[Sequence[str]] = []
    for spread in (0.0, 0.05, 0.10):
        cells: list[str] = []
        for items in PROFILES.values():
            same = draws.judged([spread_out(equal(items, 0.10), spread)] * 4)
            less = draws.judged([spread_out(evenly(items, 0.10, 0.03), spread)])
            cells += [
                _percent(same.first_is(GOOD)),
                _percent(same.any_is(LOSES)),
                _percent(less.first_is(GOOD)),
            ]
        rows.append((_points(spread), *cells))
    heads = ["spread of the sorts"]
    for name in PROFILES:
        heads += [f"{name}: equal, as good", "an equal of four loses", "3 points, as good"]
    _table("Sorts whose own differences are spread around their kind's, 10 % flips:", heads, rows)


def texts_that_differ(draws: Draws) -> None:
    """What few texts do: one kind of eight is about texts, or the only one that is asked."""
    rows: list[Sequence[str]] = []
    quick, full = PROFILES.values()
    for spread in (0.0, 0.10, 0.20):
        cells: list[str] = []
        for items, kinds in ((quick, KINDS), (full, KINDS), (full, 1)):
            same = draws.judged([with_recall(equal(items, 0.10, kinds), spread)] * 4)
            less = draws.judged([with_recall(evenly(items, 0.10, 0.03, kinds), spread)])
            cells += [
                _percent(same.first_is(GOOD)),
                _percent(same.any_is(LOSES)),
                _percent(less.first_is(GOOD)),
            ]
        rows.append((_points(spread), *cells))
    heads = ["spread of the texts"]
    for name in (*PROFILES, "full, alone"):
        heads += [f"{name}: equal, as good", "an equal of four loses", "3 points, as good"]
    _table("Twelve questions a text at one kind, 10 % flips:", heads, rows)


def forgetting(draws: Draws) -> None:
    """How surely a loss at the kind about texts alone is found, where there are few texts."""
    rows: list[Sequence[str]] = []
    for loss in (0.20, 0.40, 0.70):
        cells: list[str] = []
        for items in PROFILES.values():
            found = draws.judged([with_recall(at_one_kind(items, 0.06, loss))])
            cells += [_percent(found.first_is(state)) for state in (LOSES, GOOD)]
        rows.append((_points(loss), *cells))
    heads = ["loses at recall alone"]
    for name in PROFILES:
        heads += [f"{name}: loses", "as good"]
    _table("Loses at the kind about texts alone, 6 % flips:", heads, rows)


LADDER = (0.0, 0.0, 0.01, 0.05, 0.30)
"""True losses of a usual ladder's levels, the largest file first."""


def recommended(found: Outcome) -> NDArray[np.int64]:
    """Of each ladder the smallest that is as good; −1 for the reference. The last is smallest."""
    good = found.states == GOOD
    count = good.shape[1]
    return np.where(good.any(axis=1), count - 1 - np.argmax(good[:, ::-1], axis=1), -1)


def recommendations(draws: Draws) -> None:
    """Which one is told to be run, of five levels that lose more and more."""
    rows: list[Sequence[str]] = []
    for name, items in PROFILES.items():
        for flips in (0.02, 0.06, 0.10):
            ladder = [evenly(items, max(flips, loss + 0.02), loss) for loss in LADDER]
            found = draws.judged(ladder)
            chosen = recommended(found)
            rows.append(
                (
                    f"{name}, {100 * flips:g} % flips",
                    *(_percent(float(np.mean(np.equal(chosen, n)))) for n in (-1, 0, 1, 2)),
                    _percent(float(np.mean(chosen > 2))),
                    f"{found.questions.sum(axis=1).mean():,.0f} of {5 * KINDS * items:,}",
                )
            )
    heads = ("", "the original", "equal", "equal, smaller", "loses 1", "loses 5 or 30", "asked")
    _table("Five levels that lose 0, 0, 1, 5 and 30 points; recommended:", heads, rows)


def asking_more(draws: Draws) -> None:
    """Quick first; then all questions, of those of which nothing can be told."""
    quick, full = PROFILES.values()
    rows: list[Sequence[str]] = []
    for title, one in (
        ("truly equal, 6 % flips", equal(full, 0.06)),
        ("truly equal, 15 % flips", equal(full, 0.15)),
        ("loses 3 points at every kind, 6 % flips", evenly(full, 0.06, 0.03)),
        ("loses 5 points at every kind, 6 % flips", evenly(full, 0.06, 0.05)),
    ):
        less = [replace(truth, items=quick) for truth in one]
        before, after = draws.judged([less]), draws.judged([one], quick)
        rows.append(
            (
                title,
                *(
                    f"{_percent(before.first_is(state))} → {_percent(after.first_is(state))}"
                    for state in (GOOD, LOSES, OPEN)
                ),
            )
        )
    heads = ("quick, then all where open", "called as good", "loses", "still open")
    _table("Asking more:", heads, rows)


def plans(draws: Draws) -> None:
    """What the number of further questions is worth; by the rule itself, which takes longer."""
    draws = Draws(min(draws.runs, 300))
    rows = [
        (
            f"{items:,} questions, {100 * difference:+g} points".replace("-", "−"),
            _percent(settled_when_asked(draws, Truth(items, 0.10, difference))),
        )
        for items, difference in ((360, 0.0), (360, -0.01), (360, -0.04))
    ]
    _table("As many further questions as the verdict names, 10 % flips:", ("", "settle it"), rows)


TABLES = (
    equals,
    losing_evenly,
    kinds_and_candidates,
    losing_at_one_kind,
    recommendations,
    sorts_that_differ,
    texts_that_differ,
    forgetting,
    small_kinds,
    asking_more,
    plans,
)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Print how often the verdict is wrong.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws")
    names = [table.__name__ for table in TABLES]
    parser.add_argument("tables", nargs="*", help=f"these alone: {', '.join(names)}")
    arguments = parser.parse_args()
    runs = 200 if arguments.quick else 2000
    swing = 196 * (0.025 * 0.975 / runs) ** 0.5
    print(f"{runs:,} ladders a cell: 2.5 % is known to ± {swing:.1f} points.")
    begin = time.monotonic()
    for table in TABLES:
        if table.__name__ in (arguments.tables or names):
            table(Draws(runs))
    print(f"\n{(time.monotonic() - begin) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
