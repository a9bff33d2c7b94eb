"""Scales and ticks of plots."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.plots.axes import Axis, Scale, floor_is_near, wants_log, wants_widened

PLAIN, LOG = Axis("x", str), Axis("x", str, is_log=True)
WIDENED = Axis("x", str, widened=3.0)
finite = st.floats(1e-9, 1e12)


@pytest.mark.parametrize("axis", [PLAIN, LOG, WIDENED])
@given(values=st.lists(finite, min_size=1, max_size=12))
def test_every_value_has_its_place_in_order_and_ticks_lie_inside(
    axis: Axis, values: list[float]
) -> None:
    scale = Scale(axis, values, 10.0, 110.0)
    places = [scale.place(value) for value in sorted(values)]
    assert all(10.0 <= place <= 110.0 for place in places)
    assert all(one <= other for one, other in itertools.pairwise(places))
    ticks = scale.ticks()
    assert all(one < other for one, other in itertools.pairwise(ticks))
    assert all(10.0 - 1e-6 <= scale.place(tick) <= 110.0 + 1e-6 for tick in ticks)


@given(low=finite, ratio=st.floats(1.5, 1e8))
def test_ticks_are_neither_one_nor_many(low: float, ratio: float) -> None:
    assume(low * ratio < 1e15)
    for axis in (PLAIN, LOG):
        assert 2 <= len(Scale(axis, [low, low * ratio], 0.0, 1.0).ticks(5)) <= 7


def test_ticks_are_round_numbers() -> None:
    assert Scale(PLAIN, [0.0, 93.0], 0.0, 1.0).ticks() == pytest.approx([0, 20, 40, 60, 80, 100])
    assert Scale(LOG, [1e-3, 10.0], 0.0, 1.0).ticks() == pytest.approx([1e-3, 1e-2, 0.1, 1, 10])
    assert Scale(LOG, [2.0, 9.0], 0.0, 1.0).ticks() == [2.0, 5.0, 10.0]
    widened = Scale(WIDENED, [-1.0, 93.0], 0.0, 1.0).ticks()
    assert widened == [0.0, 3.0, 10.0, 30.0, 100.0]


def test_a_widened_axis_has_zero_in_its_place_and_both_sides_alike() -> None:
    scale = Scale(WIDENED, [-100.0, 100.0], 0.0, 200.0)
    assert scale.place(0.0) == pytest.approx(100.0)
    for value in (0.5, 3.0, 70.0):
        assert scale.place(value) - 100.0 == pytest.approx(100.0 - scale.place(-value))
    assert scale.place(3.0) - scale.place(0.0) > scale.place(100.0) - scale.place(97.0)


def test_when_steps_should_not_be_equal() -> None:
    assert not wants_log([])
    assert not wants_log([1.0, 11.0])
    assert wants_log([1.0, 13.0])
    assert not wants_log([0.0, 13.0])
    assert wants_widened([-93.0, 1.0], 3.0)
    assert not wants_widened([20.0], 3.0)
    assert not wants_widened([20.0], 0.0)
    assert math.isfinite(Scale(PLAIN, [0.0], 0.0, 1.0).place(0.0))


def test_a_floor_is_drawn_where_it_takes_little_room() -> None:
    assert floor_is_near(1e-4, [1e-3, 1.0])
    assert not floor_is_near(1e-6, [1e-3, 1.0])
    assert not floor_is_near(0.0, [1e-3])
