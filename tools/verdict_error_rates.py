"""How often the verdict is wrong, and how often it can tell: made answers, judged by the real rule.

    python -m tools.verdict_error_rates            the tables of docs/METHOD.md (some minutes)
    python -m tools.verdict_error_rates --quick    the same from fewer draws

Each candidate is drawn answer by answer: with a share of flips it and the reference differ, and a
true difference says how many more of these are lost than gained. Questions are independent of each
other here; those of one template are not quite, so that a kind's own figures are a little surer
than they should be.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.statistics.describe import wilson_interval
from app.core.statistics.paired import PairedCounts, mcnemar_exact, paired_difference_interval
from app.core.tasks.items import FULL_ITEMS
from app.core.tasks.results import KindResult, KindVerdict
from app.core.verdict import Evidence, Judgement, State, judge_candidates

KINDS = 6
PROFILES = {"quick": 60, "full": 240}
ACCURACY = 0.75
"""The reference's share of right answers."""
SEED = 11


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a candidate at one kind.

    Attributes:
        items: How many questions are asked.
        flips: The share that only one of the two gets right.
        difference: The candidate's true accuracy minus the reference's.
    """

    items: int
    flips: float
    difference: float = 0.0


Candidate = Sequence[Truth]


def equal(items: int, flips: float) -> Candidate:
    """Truly equal at every kind."""
    return [Truth(items, flips)] * KINDS


def evenly(items: int, flips: float, loss: float) -> Candidate:
    """Loses the same at every kind."""
    return [Truth(items, max(flips, loss), -loss)] * KINDS


def at_one_kind(items: int, flips: float, loss: float, kind_items: int | None = None) -> Candidate:
    """Loses at one kind, by flips of its own; equal at the others."""
    one = Truth(kind_items or items, max(flips, loss + 0.02), -loss)
    return [*equal(items, flips)[1:], one]


def many_small(flips: float, loss: float) -> Candidate:
    """Fifteen kinds of 20 questions; loses at one of them."""
    one = Truth(20, min(1.0, max(flips, loss + 0.02)), -loss)
    return [*[Truth(20, flips)] * 14, one if loss else Truth(20, flips)]


class Draws:
    """Ladders of made answers; the same ones for the same seed."""

    def __init__(self, runs: int, seed: int = SEED) -> None:
        self.runs = runs
        self._random = np.random.default_rng(seed)

    def shares(
        self, ladder: Sequence[Candidate], *events: Callable[[Sequence[Judgement]], bool]
    ) -> list[float]:
        """Of the drawn ladders the shares in which each of the events comes about."""
        found = [0] * len(events)
        for _ in range(self.runs):
            evidence = [Evidence([*map(self.kind, map(str, range(99)), one)]) for one in ladder]
            judged = judge_candidates(evidence)
            found = [so_far + event(judged) for so_far, event in zip(found, events, strict=True)]
        return [count / self.runs for count in found]

    def kind(self, name: str, truth: Truth) -> KindResult:
        """One kind's drawn answers as a result."""
        return result_of(name, self.counts(truth))

    def counts(self, truth: Truth) -> PairedCounts:
        """Drawn answers to the questions of one kind."""
        lost = (truth.flips - truth.difference) / 2
        gained = (truth.flips + truth.difference) / 2
        shares = [ACCURACY - lost, lost, gained, 1 - ACCURACY - gained]
        return PairedCounts(*map(int, self._random.multinomial(truth.items, shares)))


def result_of(name: str, counts: PairedCounts) -> KindResult:
    """A kind as the comparison of real answers gives it."""
    return KindResult(
        name,
        counts,
        out_of_tokens=0,
        reference_out_of_tokens=0,
        failed=0,
        accuracy=wilson_interval(counts.both + counts.gained, counts.total),
        reference_accuracy=wilson_interval(counts.both + counts.lost, counts.total),
        difference=paired_difference_interval(counts),
        p_value=mcnemar_exact(counts.lost, counts.gained),
        corrected_p_value=None,
        verdict=KindVerdict.CANNOT_TELL,
        hint=counts.total < FULL_ITEMS,
        items_to_settle=None,
    )


def first_is_good(judged: Sequence[Judgement]) -> bool:
    """The first candidate is called as good."""
    return judged[0].state is State.AS_GOOD


def any_is_good(judged: Sequence[Judgement]) -> bool:
    """Some candidate is called as good."""
    return any(one.state is State.AS_GOOD for one in judged)


def any_loses(judged: Sequence[Judgement]) -> bool:
    """Some candidate is called a loser."""
    return any(one.state is State.LOSES for one in judged)


def settled_when_asked(draws: Draws, truth: Truth) -> float:
    """How often the number of further questions that the verdict names settles it."""
    asked = settled = 0
    while asked < draws.runs:
        counts = draws.counts(truth)
        (judged,) = judge_candidates([Evidence([result_of("one", counts)])])
        if judged.more_items is None:
            continue
        more = draws.counts(Truth(judged.more_items, truth.flips, truth.difference))
        both = PairedCounts(
            counts.both + more.both,
            counts.lost + more.lost,
            counts.gained + more.gained,
            counts.neither + more.neither,
        )
        (after,) = judge_candidates([Evidence([result_of("one", both)])])
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


def evenly_losing(draws: Draws) -> None:
    """The error that equivalence controls: a loss of the tolerance over all questions."""
    rows = [
        (
            f"{100 * loss:g} points at every kind, {100 * flips:g} % flips",
            *(
                _percent(*draws.shares([evenly(240, flips, loss)] * count, any_is_good))
                for count in (1, 4, 8)
            ),
        )
        for loss, flips in ((0.03, 0.06), (0.03, 0.15), (0.035, 0.06), (0.04, 0.06))
    ]
    whole = [Truth(KINDS * 240, 0.06, -0.03)]
    found = (draws.shares([whole] * count, any_is_good) for count in (1, 4, 8))
    rows.append(("3 points, all questions of one kind, 6 % flips", *(_percent(*f) for f in found)))
    title = "Loses at every kind, full profile, and is called as good:"
    _table(title, ("true loss", "one", "one of four such", "one of eight such"), rows)


def losing_at_one_kind(draws: Draws) -> None:
    """The error that the kinds' own intervals bound."""
    asked = ((60, None), (240, None), (240, 30), (240, 10))
    rows = [
        (
            f"{100 * loss:g} points at one kind",
            *(
                _percent(*draws.shares([at_one_kind(items, 0.06, loss, few)], first_is_good))
                for items, few in asked
            ),
        )
        for loss in (0.03, 0.05, 0.07, 0.10, 0.15, 0.20)
    ]
    heads = ("true loss", "quick", "full", "full, 30 of this kind", "full, 10 of this kind")
    title = "Loses at one kind of six, equal at the others, 6 % flips, and is called as good:"
    _table(title, heads, rows)


def equals(draws: Draws) -> None:
    """The error that Holm's correction controls, and the power."""
    rows: list[Sequence[str]] = []
    for name, items in PROFILES.items():
        for flips in (0.02, 0.04, 0.06, 0.10, 0.15):
            loser, good = draws.shares([equal(items, flips)], any_loses, first_is_good)
            losers = [loser, *draws.shares([equal(items, flips)] * 4, any_loses)]
            rows.append(
                (f"{name}, {100 * flips:g} % flips", _percent(good), *map(_percent, losers))
            )
    heads = ("truly equal", "as good", "loses", "one of four loses")
    _table("Truly equal at all six kinds, and is called:", heads, rows)


def small_kinds(draws: Draws) -> None:
    """What can hide where every kind has few questions, as with the demo model's."""
    rows: list[Sequence[str]] = []
    for loss in (0.0, 0.15, 0.30, 0.60):
        cells: list[str] = []
        for flips in (0.01, 0.02, 0.04):
            good, bad = draws.shares([many_small(flips, loss)], first_is_good, any_loses)
            cells += [_percent(good), _percent(bad)]
        rows.append((f"{100 * loss:g} points at one kind" if loss else "truly equal", *cells))
    heads = ["15 kinds of 20"]
    for flips in (1, 2, 4):
        heads += [f"{flips} % flips: as good", "loses"]
    _table("Fifteen kinds of 20 questions, and is called:", heads, rows)


def plans(draws: Draws) -> None:
    """What the number of further questions is worth."""
    rows = [
        (
            f"{items} questions, {100 * difference:+g} points".replace("-", "−"),
            _percent(settled_when_asked(draws, Truth(items, 0.10, difference))),
        )
        for items, difference in ((360, 0.0), (360, -0.02), (360, -0.04), (1440, -0.02))
    ]
    _table("As many further questions as the verdict names, 10 % flips:", ("", "settle it"), rows)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Print how often the verdict is wrong.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws")
    runs = 200 if parser.parse_args().quick else 2000
    swing = 196 * (0.025 * 0.975 / runs) ** 0.5
    print(f"{runs:,} ladders a cell: 2.5 % is known to ± {swing:.1f} points.")
    for part in (evenly_losing, losing_at_one_kind, small_kinds, equals, plans):
        part(Draws(runs))


if __name__ == "__main__":
    main()
