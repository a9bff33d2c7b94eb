"""The error rates of docs/METHOD.md, from fewer draws; the bounds leave chance its room."""

from __future__ import annotations

import pytest

from tools.verdict_error_rates import (
    Draws,
    Truth,
    any_is_good,
    any_loses,
    at_one_kind,
    equal,
    evenly,
    first_is_good,
    many_small,
    settled_when_asked,
)

RUNS = 300


def test_a_loss_of_the_tolerance_is_seldom_called_as_good() -> None:
    draws = Draws(RUNS)
    assert draws.shares([evenly(240, 0.06, 0.03)], first_is_good)[0] <= 0.04
    assert draws.shares([evenly(240, 0.06, 0.04)] * 4, any_is_good)[0] <= 0.02
    alone = [[Truth(1440, 0.06, -0.03)]]  # no other kind to stand against it
    assert draws.shares(alone, first_is_good)[0] <= 0.055


@pytest.mark.parametrize(
    ("items", "few", "loss", "most"),
    [
        (240, None, 0.05, 0.20),
        (240, None, 0.07, 0.06),
        (60, None, 0.15, 0.04),
        (240, 30, 0.15, 0.09),
        (240, 10, 0.15, 0.05),
    ],
)
def test_a_loss_at_one_kind_is_seen(items: int, few: int | None, loss: float, most: float) -> None:
    ladder = [at_one_kind(items, 0.06, loss, few)]
    assert Draws(RUNS).shares(ladder, first_is_good)[0] <= most


def test_small_kinds_are_judged_by_their_sum() -> None:
    draws = Draws(RUNS)
    assert draws.shares([many_small(0.01, 0.0)], first_is_good)[0] >= 0.90
    assert draws.shares([many_small(0.01, 0.30)], first_is_good)[0] <= 0.20
    assert draws.shares([many_small(0.01, 0.60)], first_is_good)[0] <= 0.02


def test_equals_seldom_lose_and_are_mostly_told() -> None:
    draws = Draws(RUNS)
    loser, good = draws.shares([equal(240, 0.06)] * 3, any_loses, first_is_good)
    assert loser <= 0.05
    assert good >= 0.82
    assert draws.shares([equal(60, 0.02)], first_is_good)[0] >= 0.82


def test_what_is_planned_is_mostly_enough() -> None:
    for difference in (0.0, -0.02, -0.04):
        assert settled_when_asked(Draws(RUNS), Truth(360, 0.10, difference)) >= 0.74
