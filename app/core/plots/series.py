"""Bounded series of measurements over time, read as contiguous views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Times: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeriesWindow:
    """Consecutive points of a series, oldest first.

    Views into the series, read-only: later appends overwrite what they show. Copy what is to be
    kept.

    Attributes:
        times_ns: Times of the points, never decreasing.
        values: One row a column, NaN where there was no value.
        first: How many points the series had taken before the first of these.
    """

    times_ns: Times
    values: Floats
    first: int

    def __len__(self) -> int:
        return len(self.times_ns)

    def copy(self) -> SeriesWindow:
        """The same points, independent of the series."""
        return SeriesWindow(self.times_ns.copy(), self.values.copy(), self.first)


class RingSeries:
    """The newest points of (time, several values), in memory bounded by the capacity.

    Each point is written twice, one capacity apart, so that any run of points is one contiguous
    view and reading copies nothing. NaN stands for "no value". Not for use by several threads.
    """

    def __init__(self, columns: Sequence[str], capacity: int) -> None:
        """Make an empty series.

        Args:
            columns: Names of the values, at least one, all different.
            capacity: How many points are kept.

        Raises:
            ValueError: No capacity, no columns, or a name given twice.
        """
        if capacity < 1:
            raise ValueError("a series keeps at least one point")
        if not columns or len(set(columns)) != len(columns):
            raise ValueError("a series needs columns with different names")
        self._columns = tuple(columns)
        self._capacity = capacity
        self._taken = 0
        self._times: Times = np.zeros(2 * capacity, dtype=np.int64)
        self._values: Floats = np.full((len(columns), 2 * capacity), np.nan)
        self._shown_times = self._times.view()
        self._shown_values = self._values.view()
        self._shown_times.flags.writeable = False
        self._shown_values.flags.writeable = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the values, in their order."""
        return self._columns

    @property
    def capacity(self) -> int:
        """How many points are kept."""
        return self._capacity

    @property
    def taken(self) -> int:
        """How many points were ever appended since the last clear."""
        return self._taken

    @property
    def last_time_ns(self) -> int | None:
        """Time of the newest point, None while empty."""
        return int(self._times[self._end() - 1]) if self._taken else None

    def __len__(self) -> int:
        return min(self._taken, self._capacity)

    def append(self, time_ns: int, values: Sequence[float]) -> None:
        """Add a point; the oldest one goes when the series is full.

        Raises:
            ValueError: Not one value a column, or a time before the newest point's.
        """
        self._check(time_ns, values, self.last_time_ns)
        self._write(self._taken % self._capacity, time_ns, values)
        self._taken += 1

    def replace_last(self, time_ns: int, values: Sequence[float]) -> None:
        """Put a point in the place of the newest one.

        Raises:
            ValueError: The series is empty, not one value a column, or a time before the newest
                point but one.
        """
        if not self._taken:
            raise ValueError("an empty series has no last point")
        before = int(self._times[self._end() - 2]) if len(self) > 1 else None
        self._check(time_ns, values, before)
        self._write((self._taken - 1) % self._capacity, time_ns, values)

    def clear(self) -> None:
        """Forget all points."""
        self._taken = 0

    def latest(self, count: int | None = None) -> SeriesWindow:
        """The newest points, all of them by default."""
        wanted = len(self) if count is None else max(0, min(count, len(self)))
        end = self._end()
        return self._window(end - wanted, end)

    def between(self, start_ns: int, end_ns: int) -> SeriesWindow:
        """The points with start_ns <= time <= end_ns."""
        end = self._end()
        start = end - len(self)
        times = self._times[start:end]
        first = int(np.searchsorted(times, start_ns, side="left"))
        stop = int(np.searchsorted(times, end_ns, side="right"))
        return self._window(start + first, start + max(first, stop))

    def copy(self) -> RingSeries:
        """An independent series with the same points."""
        twin = RingSeries(self._columns, self._capacity)
        twin._times[:] = self._times
        twin._values[:] = self._values
        twin._taken = self._taken
        return twin

    def _end(self) -> int:
        """One past the newest point, in the second half of the storage, or 0 while empty.

        A run that ends there never wraps, because the first half repeats the second.
        """
        if not self._taken:
            return 0
        return (self._taken - 1) % self._capacity + 1 + self._capacity

    def _window(self, start: int, end: int) -> SeriesWindow:
        first = self._taken - (self._end() - start)
        return SeriesWindow(
            self._shown_times[start:end], self._shown_values[:, start:end], max(0, first)
        )

    def _check(self, time_ns: int, values: Sequence[float], before: int | None) -> None:
        if len(values) != len(self._columns):
            raise ValueError(f"{len(values)} values for {len(self._columns)} columns")
        if before is not None and time_ns < before:
            raise ValueError("the points of a series follow one another in time")

    def _write(self, index: int, time_ns: int, values: Sequence[float]) -> None:
        for place in (index, index + self._capacity):
            self._times[place] = time_ns
            self._values[:, place] = values
