"""Axes, and lines thinned for drawing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.plots.scale import (
    coarse_ceiling,
    cut,
    seconds_ago,
    steady_ceiling,
    straightened,
    thinned,
)

VALUES = st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6)), min_size=1, max_size=300)


@pytest.mark.parametrize(
    ("highest", "least", "end"),
    [
        (0.0, 10.0, 10.0),
        (math.nan, 10.0, 10.0),
        (9.0, 10.0, 10.0),
        (10.0, 10.0, 10.0),
        (10.1, 10.0, 20.0),
        (31.0, 10.0, 50.0),
        (4.6e9, 1e8, 5e9),
        (4.95e9, 1e8, 1e10),
        (100.0, 100.0, 100.0),
        (200.0, 200.0, 200.0),
    ],
)
def test_an_axis_ends_at_1_2_or_5(highest: float, least: float, end: float) -> None:
    assert coarse_ceiling(highest, least) == end


@given(st.floats(1e-3, 1e15))
def test_an_axis_reaches_its_line_and_is_not_wasteful(highest: float) -> None:
    end = coarse_ceiling(highest, 1e-3)
    assert highest <= end <= highest * 2.6 or end == 1e-3


def test_an_axis_grows_at_once_and_shrinks_late() -> None:
    assert steady_ceiling(10.0, 19.0, 10.0) == 20.0
    assert steady_ceiling(20.0, 9.5, 1.0) == 20.0
    assert steady_ceiling(20.0, 8.0, 1.0) == 10.0


@given(VALUES, st.integers(0, 10_000), st.integers(2, 120))
def test_thinning_keeps_extremes_order_and_the_limit(
    values: list[float], first: int, limit: int
) -> None:
    seconds = np.arange(len(values), dtype=np.float64)
    thin_seconds, thin_values = thinned(seconds, np.array(values), first, limit)
    assert len(thin_seconds) == len(thin_values) <= max(limit + 4, 4)
    assert (np.diff(thin_seconds) >= 0).all()
    if not np.isnan(values).all():
        assert np.nanmax(thin_values) == np.nanmax(values)
        assert np.nanmin(thin_values) == np.nanmin(values)
    else:
        assert np.isnan(thin_values).all()


def test_thinning_does_not_change_old_groups_when_points_come() -> None:
    values = np.random.default_rng(1).normal(size=400)
    seconds = np.arange(400.0)
    # The same part of a series, read when 200 and when 203 points had come before.
    _, before = thinned(seconds[200:390], values[200:390], 200, 50)
    _, after = thinned(seconds[203:393], values[203:393], 203, 50)
    assert set(before[4:-4]) <= set(after)


def test_a_cut_line_starts_where_it_crosses_the_edge() -> None:
    seconds, values = cut(np.array([-62.0, -58.0, 0.0]), np.array([0.0, 4.0, 4.0]), -60.0)
    assert seconds.tolist() == [-60.0, -58.0, 0.0]
    assert values.tolist() == [2.0, 4.0, 4.0]


@pytest.mark.parametrize("times", [[-50.0, -40.0], [-80.0, -70.0], []])
def test_a_line_beside_the_edge_is_kept_or_left_out_whole(times: list[float]) -> None:
    seconds, _ = cut(np.array(times), np.array(times), -60.0)
    assert seconds.tolist() == [time for time in times if time >= -60.0]


def test_level_parts_lose_their_inner_points() -> None:
    seconds = np.arange(6.0)
    values = np.array([1.0, 1.001, 1.0, 1.0, 5.0, math.nan])
    kept_seconds, kept = straightened(seconds, values, 0.1)
    assert kept_seconds.tolist() == [0.0, 3.0, 4.0, 5.0]
    assert kept[2] == 5.0
    assert math.isnan(kept[3])


@given(VALUES, st.floats(0.01, 10.0))
def test_a_straightened_line_strays_less_than_a_step(values: list[float], step: float) -> None:
    seconds = np.arange(len(values), dtype=np.float64)
    whole = np.array(values)
    kept_seconds, kept = straightened(seconds, whole, step)
    if np.isnan(whole).any():
        assert set(seconds[np.isnan(whole)]) <= set(kept_seconds)
        return
    drawn = np.interp(seconds, kept_seconds, kept)
    assert (np.abs(drawn - whole) <= step * (1 + 1e-6) + 1e-9).all()


def test_times_become_seconds_before_now() -> None:
    times = np.array([1_000_000_000, 3_500_000_000])
    assert seconds_ago(times, 4_000_000_000).tolist() == [-3.0, -0.5]
