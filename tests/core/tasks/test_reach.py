"""What is said before a measurement begins is what comes of it."""

from __future__ import annotations

import pytest

from app.core.tasks.reach import reach_of
from tools.verdict_error_rates import GOOD, LOSES, Draws, equal, evenly


@pytest.mark.parametrize("items", [45, 240])
def test_what_is_said_before_comes_about(items: int) -> None:
    said = reach_of(8 * items, 8, 2)
    draws = Draws(300)
    assert draws.judged([equal(items, 0.06)] * 2).first_is(GOOD) == pytest.approx(
        said.equal, abs=0.12
    )
    loser = evenly(items, 0.06, said.loss)
    assert draws.judged([loser, equal(items, 0.06)]).first_is(LOSES) == pytest.approx(0.8, abs=0.15)


def test_more_questions_reach_further_and_more_versions_less_far() -> None:
    quick, full = reach_of(360, 8, 1), reach_of(1920, 8, 1)
    assert full.loss < quick.loss
    assert full.equal > quick.equal
    assert reach_of(360, 8, 8).loss > quick.loss
    assert reach_of(20, 1, 1, 0.02).loss > 0.2
