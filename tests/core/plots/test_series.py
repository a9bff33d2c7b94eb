"""RingSeries against a plain list."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.plots.series import RingSeries, SeriesWindow

VALUES = st.one_of(st.just(math.nan), st.floats(-1e12, 1e12))


@dataclass(frozen=True)
class Step:
    gap_ns: int
    first: float
    second: float
    replaces: bool


STEPS = st.lists(st.builds(Step, st.integers(0, 5), VALUES, VALUES, st.booleans()), max_size=60)
Point = tuple[int, float, float]


def replay(steps: list[Step], capacity: int) -> tuple[RingSeries, list[Point]]:
    series = RingSeries(("first", "second"), capacity)
    points: list[Point] = []
    for step in steps:
        time_ns = (points[-1][0] if points else 1000) + step.gap_ns
        if step.replaces and points:
            points.pop()
            series.replace_last(time_ns, (step.first, step.second))
        else:
            series.append(time_ns, (step.first, step.second))
        points.append((time_ns, step.first, step.second))
    return series, points


def assert_same(window: SeriesWindow, points: list[Point]) -> None:
    expected = np.array(points, dtype=np.float64).reshape(-1, 3)
    np.testing.assert_array_equal(window.times_ns, expected[:, 0].astype(np.int64))
    np.testing.assert_array_equal(window.values, expected[:, 1:].T)
    assert len(window) == len(points)


@given(STEPS, st.integers(1, 20))
def test_keeps_the_newest_points(steps: list[Step], capacity: int) -> None:
    series, points = replay(steps, capacity)
    kept = points[-capacity:]
    assert len(series) == len(kept)
    assert_same(series.latest(), kept)
    assert series.last_time_ns == (kept[-1][0] if kept else None)
    assert series.taken == len(points)


@given(STEPS, st.integers(1, 20), st.integers(-3, 30))
def test_latest_is_the_end_of_the_list(steps: list[Step], capacity: int, count: int) -> None:
    series, points = replay(steps, capacity)
    kept = points[-capacity:]
    window = series.latest(count)
    assert_same(window, kept[len(kept) - min(max(count, 0), len(kept)) :])
    assert window.first == len(points) - len(window)


@given(STEPS, st.integers(1, 20), st.integers(990, 1300), st.integers(990, 1300))
def test_between_takes_both_ends(
    steps: list[Step], capacity: int, start_ns: int, end_ns: int
) -> None:
    series, points = replay(steps, capacity)
    expected = [point for point in points[-capacity:] if start_ns <= point[0] <= end_ns]
    window = series.between(start_ns, end_ns)
    assert_same(window, expected)
    if expected:
        assert_same(series.latest(), points[-capacity:])
        assert series.latest().first <= window.first <= series.taken - len(window)


@given(STEPS, st.integers(1, 20))
def test_windows_are_contiguous_views(steps: list[Step], capacity: int) -> None:
    series, _ = replay(steps, capacity)
    window = series.latest()
    whole = RingSeries(("first", "second"), capacity)
    assert window.times_ns.base is not None
    assert window.values.base is not None
    assert all(row.flags.c_contiguous for row in window.values)
    assert not window.times_ns.flags.writeable
    assert not window.values.flags.writeable
    assert len(whole.latest()) == 0


def test_a_copied_window_outlives_later_points() -> None:
    series = RingSeries(("value",), 2)
    series.append(1, (1.0,))
    series.append(2, (2.0,))
    kept = series.latest().copy()
    series.append(3, (3.0,))
    series.append(4, (4.0,))
    assert kept.times_ns.tolist() == [1, 2]
    assert series.latest().times_ns.tolist() == [3, 4]


def test_a_copied_series_goes_its_own_way() -> None:
    series = RingSeries(("value",), 3)
    series.append(1, (1.0,))
    twin = series.copy()
    series.append(2, (2.0,))
    twin.append(5, (5.0,))
    assert series.latest().times_ns.tolist() == [1, 2]
    assert twin.latest().times_ns.tolist() == [1, 5]


def test_clear_forgets_and_takes_earlier_times_again() -> None:
    series = RingSeries(("value",), 3)
    series.append(100, (1.0,))
    series.clear()
    assert len(series) == 0
    assert series.last_time_ns is None
    series.append(1, (7.0,))
    assert series.latest().values.tolist() == [[7.0]]


def test_wrong_points_are_refused_and_change_nothing() -> None:
    series = RingSeries(("value",), 3)
    with pytest.raises(ValueError, match="empty"):
        series.replace_last(1, (1.0,))
    series.append(10, (1.0,))
    with pytest.raises(ValueError, match="columns"):
        series.append(11, (1.0, 2.0))
    with pytest.raises(ValueError, match="time"):
        series.append(9, (1.0,))
    assert series.latest().times_ns.tolist() == [10]


@pytest.mark.parametrize(
    ("columns", "capacity"), [((), 3), (("a", "a"), 3), (("a",), 0), (("a",), -1)]
)
def test_senseless_series_are_refused(columns: tuple[str, ...], capacity: int) -> None:
    with pytest.raises(ValueError, match="series"):
        RingSeries(columns, capacity)
