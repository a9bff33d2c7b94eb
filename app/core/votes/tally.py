"""What votes say together: counts, the rate, how many more would settle it, and how it came."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from app.core.statistics.anytime import WinRate, win_rate
from app.core.votes.choices import Outcome

MOST_VOTES = 5_000
"""More votes than this nobody casts: a plan that needs them is none."""


class Finding(Enum):
    """What may be said of two that were voted on."""

    NO_VOTES = "no votes"
    NOT_ENOUGH = "not enough votes yet"
    BETTER = "preferred"
    WORSE = "not preferred"


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one candidate against one reference.

    Attributes:
        better: Votes that prefer the candidate.
        worse: Votes that prefer the reference.
        ties: Votes that both are equally good.
        both_bad: Votes that both are bad.
        identical: Pairs whose answers had the same words; nobody was asked.
    """

    better: int = 0
    worse: int = 0
    ties: int = 0
    both_bad: int = 0
    identical: int = 0

    @property
    def decided(self) -> int:
        """How many prefer one of them: what the rate is made of."""
        return self.better + self.worse

    @property
    def left_out(self) -> int:
        """Ties of every kind: counted, and left out of the rate."""
        return self.ties + self.both_bad + self.identical

    @property
    def total(self) -> int:
        """All pairs that have an outcome."""
        return self.decided + self.left_out

    @property
    def rate(self) -> WinRate:
        """How often the candidate is preferred; holds whenever one looks."""
        return _rate(self.better, self.worse)

    @property
    def finding(self) -> Finding:
        """What may be said now."""
        if not self.total:
            return Finding.NO_VOTES
        if not self.rate.decided:
            return Finding.NOT_ENOUGH
        return Finding.BETTER if self.better > self.worse else Finding.WORSE

    @property
    def more_pairs(self) -> int | None:
        """About how many more pairs would settle it if the rate and the share of ties stay.

        None where too many to be asked for would be needed, or nothing is known yet.
        """
        more = votes_to_settle(self.better, self.worse)
        if more is None:
            return None
        pairs = math.ceil(more * self.total / self.decided)
        return pairs if pairs <= MOST_VOTES else None


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """Count outcomes."""
    counts = Counter(outcomes)
    return Tally(
        counts[Outcome.BETTER],
        counts[Outcome.WORSE],
        counts[Outcome.TIE],
        counts[Outcome.BOTH_BAD],
        counts[Outcome.IDENTICAL],
    )


def votes_to_settle(better: int, worse: int, most: int = MOST_VOTES) -> int | None:
    """About how many more votes that prefer one would settle it, if the rate stays as it is.

    A rough plan, not a promise: the rate will move, and after few votes it moves a lot.

    Returns:
        0 where it is settled; None without votes, where both are preferred equally often, or
        where ``most`` votes in all would not do.
    """
    total = better + worse
    if not total:
        return None
    if _rate(better, worse).decided:
        return 0
    share = better / total

    def settled(count: int) -> bool:
        return _rate(wins := round(share * count), count - wins).decided

    low, high = total, max(total, most)
    if low == high or not settled(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if settled(middle):
            high = middle
        else:
            low = middle
    return high - total


@dataclass(frozen=True, slots=True)
class BandPoint:
    """What was known after so many votes that prefer one.

    Attributes:
        votes: How many.
        share: Of them for the candidate.
        low: The interval's lower end.
        high: The interval's upper end.
    """

    votes: int
    share: float
    low: float
    high: float


def band(outcomes: Iterable[Outcome]) -> list[BandPoint]:
    """How the confidence sequence came about: a point for each vote that prefers one, in order.

    The first point is what is known without a vote: nothing.
    """
    points = [BandPoint(0, 0.5, 0.0, 1.0)]
    better = 0
    for outcome in outcomes:
        if not outcome.decides:
            continue
        better += outcome is Outcome.BETTER
        count = points[-1].votes + 1
        interval = _rate(better, count - better).interval
        points.append(BandPoint(count, better / count, interval.low, interval.high))
    return points


@lru_cache(maxsize=20_000)
def _rate(better: int, worse: int) -> WinRate:
    return win_rate(better, worse)
