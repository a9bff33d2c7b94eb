"""Times of repetitions beside each other: the intervals hold as often as they say, all at once."""

from __future__ import annotations

import math
import random

import pytest

from app.core.statistics.ratios import Part, times_as_fast


def test_twice_as_fast_and_how_sure() -> None:
    base, other = [2.0, 2.02, 1.98, 2.0], [1.0, 1.01, 0.99, 1.0]
    found = times_as_fast([Part(base, other, in_turns=True)], 1)
    assert found is not None
    assert found.times == pytest.approx(2)
    assert found.is_faster
    slower = times_as_fast([Part(other, base, in_turns=True)], 1)
    assert slower is not None
    assert slower.is_slower


def test_rounds_that_were_slow_for_both_do_not_blur_what_was_taken_in_turns() -> None:
    noise = [1.0, 1.5, 0.8, 1.2, 1.1]
    jitter = [1.01, 0.99, 1.0, 1.02, 0.99]
    base = [2 * each for each in noise]
    other = [1.8 * each * more for each, more in zip(noise, jitter, strict=True)]
    in_turns = times_as_fast([Part(base, other, in_turns=True)], 4)
    apart = times_as_fast([Part(base, other, in_turns=False)], 4)
    assert in_turns is not None
    assert apart is not None
    assert in_turns.is_faster
    assert not apart.is_faster


def test_more_comparisons_make_wider_intervals() -> None:
    part = Part([1.0, 1.1, 0.9, 1.05], [0.9, 1.0, 0.85, 0.9], in_turns=True)
    one, eight = times_as_fast([part], 1), times_as_fast([part], 8)
    assert one is not None
    assert eight is not None
    assert eight.low < one.low < one.high < eight.high


def test_too_few_repetitions_tell_nothing() -> None:
    assert times_as_fast([Part([1.0], [1.0], in_turns=True)], 1) is None
    assert times_as_fast([], 1) is None


@pytest.mark.parametrize("in_turns", [True, False])
def test_all_intervals_of_a_ladder_hold_nineteen_times_in_twenty(in_turns: bool) -> None:
    """Six settings that change nothing, in rounds that swing: one ladder of twenty errs at most."""
    draw, wrong, ladders, settings = random.Random(7), 0, 600, 6
    for _ in range(ladders):
        rounds = [[draw.gauss(0, 0.1 if in_turns else 0) for _ in range(5)] for _ in range(2)]

        def taken(rounds: list[list[float]] = rounds) -> list[list[float]]:
            return [[math.exp(one + draw.gauss(0, 0.03)) for one in each] for each in rounds]

        base = taken()
        for _ in range(settings):
            parts = [
                Part(mine, theirs, in_turns) for mine, theirs in zip(base, taken(), strict=True)
            ]
            found = times_as_fast(parts, settings)
            assert found is not None
            if found.is_faster or found.is_slower:
                wrong += 1
                break
    assert wrong <= 0.05 * ladders + 2 * math.sqrt(ladders * 0.05 * 0.95)
