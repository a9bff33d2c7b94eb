from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.anytime import win_rate
from app.core.votes.choices import Choice, Outcome, outcome_of, shuffle
from app.core.votes.tally import MOST_VOTES, Finding, Tally, band, tally, votes_to_settle

BETTER, WORSE, TIE = Outcome.BETTER, Outcome.WORSE, Outcome.TIE
outcomes = st.lists(st.sampled_from(Outcome), max_size=120)


def test_everything_is_counted_and_ties_are_left_out() -> None:
    counted = tally([BETTER, WORSE, BETTER, TIE, Outcome.BOTH_BAD, Outcome.IDENTICAL, TIE])
    assert counted == Tally(better=2, worse=1, ties=2, both_bad=1, identical=1)
    assert (counted.decided, counted.left_out, counted.total) == (3, 4, 7)
    assert counted.rate == win_rate(2, 1)


def test_what_may_be_said() -> None:
    assert tally([]).finding is Finding.NO_VOTES
    assert tally([TIE]).finding is Finding.NOT_ENOUGH
    assert Tally(better=7).finding is Finding.NOT_ENOUGH
    assert Tally(better=12).finding is Finding.BETTER
    assert Tally(worse=12, ties=40).finding is Finding.WORSE


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (5, 5), (101, 100)])
def test_no_number_of_votes_settles_what_is_even(better: int, worse: int) -> None:
    assert votes_to_settle(better, worse) is None


def test_what_is_settled_needs_no_more() -> None:
    assert votes_to_settle(12, 0) == 0
    assert votes_to_settle(30, 90) == 0


@given(st.integers(0, 80), st.integers(0, 80))
def test_so_many_more_would_settle_it(better: int, worse: int) -> None:
    more = votes_to_settle(better, worse)
    if more is None or more == 0:
        return
    total = better + worse + more
    wins = round(total * better / (better + worse))
    assert win_rate(wins, total - wins).decided
    assert total <= MOST_VOTES
    assert votes_to_settle(worse, better) == pytest.approx(more, abs=2)


def test_the_plan_by_hand() -> None:
    # Nobody ever prefers the other: the shortest row of wins whose interval leaves one half.
    first = next(count for count in range(1, 50) if win_rate(count, 0).decided)
    assert votes_to_settle(3, 0) == first - 3
    # Half of all pairs are ties: twice as many pairs as votes.
    assert Tally(better=3, ties=3).more_pairs == 2 * (first - 3)
    assert Tally(ties=3).more_pairs is None
    assert Tally(better=51, worse=49).more_pairs is None


def test_the_band_begins_with_nothing_and_leaves_ties_out() -> None:
    points = band([TIE, BETTER, Outcome.IDENTICAL, BETTER, WORSE])
    assert [point.votes for point in points] == [0, 1, 2, 3]
    assert (points[0].low, points[0].high) == (0.0, 1.0)
    assert points[-1].share == pytest.approx(2 / 3)
    interval = win_rate(2, 1).interval
    assert (points[-1].low, points[-1].high) == (interval.low, interval.high)


@given(outcomes)
def test_the_band_ends_where_the_tally_is(found: list[Outcome]) -> None:
    last, counted = band(found)[-1], tally(found)
    assert last.votes == counted.decided
    assert last.low <= last.share <= last.high
    interval = counted.rate.interval
    assert (last.low, last.high) == (interval.low, interval.high)


def test_equals_looked_at_after_every_vote_are_told_apart_in_at_most_1_of_20() -> None:
    """The whole way: shuffled sides, a person who leans to one side, ties, a look at each vote."""
    generator = random.Random(20260711)
    people, most, wrong = 400, 120, 0
    for person in range(people):
        counted = [0, 0]
        leaning = generator.uniform(0.3, 0.7)
        for number in range(most):
            if generator.random() < 0.3:
                continue  # a tie
            choice = Choice.LEFT if generator.random() < leaning else Choice.RIGHT
            left = shuffle(person, number).candidate_left
            counted[outcome_of(choice, candidate_left=left) is WORSE] += 1
            if Tally(better=counted[0], worse=counted[1]).finding is not Finding.NOT_ENOUGH:
                wrong += 1
                break
    # At 5 % the 99.9 % bound of 400 draws.
    assert wrong <= people * 0.05 + 3.1 * math.sqrt(people * 0.05 * 0.95)
