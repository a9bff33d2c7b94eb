from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.anytime import log_evidence, win_rate

votes = st.integers(0, 200)


def chance_of_ever_excluding(rate: float, most: int) -> float:
    """Exactly: follow all ways to vote, and take out those that exclude the true rate."""
    limit = math.log(20)
    alive = {0: 1.0}  # wins -> chance, among the ways that never excluded it
    excluded = 0.0
    for total in range(1, most + 1):
        after: dict[int, float] = {}
        for wins, chance in alive.items():
            after[wins + 1] = after.get(wins + 1, 0.0) + chance * rate
            after[wins] = after.get(wins, 0.0) + chance * (1 - rate)
        alive = {}
        for wins, chance in after.items():
            if log_evidence(wins, total - wins, rate) >= limit:
                excluded += chance
            else:
                alive[wins] = chance
    return excluded


@pytest.mark.parametrize("rate", [0.5, 0.6, 0.8, 0.95])
def test_looking_after_every_one_of_500_votes_errs_at_most_1_in_20(rate: float) -> None:
    wrong = chance_of_ever_excluding(rate, 500)
    assert 0.005 < wrong <= 0.05


def test_a_clear_preference_is_seen() -> None:
    assert chance_of_ever_excluding_half(0.7, 120) > 0.9
    assert chance_of_ever_excluding_half(0.9, 40) > 0.95


def chance_of_ever_excluding_half(rate: float, most: int) -> float:
    alive = {0: 1.0}
    decided = 0.0
    for total in range(1, most + 1):
        after: dict[int, float] = {}
        for wins, chance in alive.items():
            after[wins + 1] = after.get(wins + 1, 0.0) + chance * rate
            after[wins] = after.get(wins, 0.0) + chance * (1 - rate)
        alive = {}
        for wins, chance in after.items():
            if win_rate(wins, total - wins).decided:
                decided += chance
            else:
                alive[wins] = chance
    return decided


def test_few_votes_decide_nothing() -> None:
    assert win_rate(0, 0).interval.low == 0
    assert win_rate(0, 0).interval.high == 1
    assert win_rate(0, 0).p_value == 1
    for count in range(1, 8):
        assert not win_rate(count, 0).decided
    assert win_rate(12, 0).decided


def test_the_evidence_by_hand() -> None:
    # Beta(2, 2) averaged over 3 wins of 3: B(5, 2) / B(2, 2) = (1/30) / (1/6) = 0.2; under 1/2: 1/8
    assert log_evidence(3, 0, 0.5) == pytest.approx(math.log(0.2 * 8))
    assert win_rate(3, 0).p_value == pytest.approx(1 / 1.6)


@given(votes, votes)
def test_interval_and_p_value_agree_and_mirror(wins: int, losses: int) -> None:
    state = win_rate(wins, losses)
    other = win_rate(losses, wins)

    share = wins / (wins + losses) if wins + losses else 0.5
    assert 0 <= state.interval.low <= share <= state.interval.high <= 1
    assert state.interval.low == pytest.approx(1 - other.interval.high, abs=1e-9)
    assert state.p_value == pytest.approx(other.p_value)
    if not math.isclose(state.p_value, 0.05, rel_tol=1e-6):
        assert state.decided == (state.p_value < 0.05)


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_interval_is_what_the_evidence_does_not_exclude(
    wins: int, losses: int, rate: float
) -> None:
    interval = win_rate(wins, losses).interval
    evidence = log_evidence(wins, losses, rate)
    if abs(evidence - math.log(20)) > 1e-6:
        assert (interval.low <= rate <= interval.high) == (evidence < math.log(20))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        win_rate(-1, 0)
    with pytest.raises(ValueError, match="no confidence"):
        win_rate(1, 0, 1.0)
