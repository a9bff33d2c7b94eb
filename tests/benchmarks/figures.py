"""What a benchmark says: a figure, the goal it is held against, and the table of them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.statistics.describe import Interval, median

if TYPE_CHECKING:
    from tests.benchmarks.display import Display

FULL_PAIRS = 15
QUICK_PAIRS = 3
MIN_VALUES_FOR_MEDIAN_INTERVAL = 6


@dataclass(frozen=True, slots=True)
class Run:
    """How much is measured, and where.

    Attributes:
        quick: Few repetitions, to try the benchmarks themselves.
        pairs: Alternating pairs of each comparison of speeds.
        threads: Of the engines whose speed is compared.
        home: Settings, chats, logs and cache of the program while it is measured.
        display: Where windows open.
        minutes: How long the soak goes on; None for as long as usual.
    """

    quick: bool
    pairs: int
    threads: int
    home: Path
    display: Display
    minutes: float | None = None

    def count(self, full: int, quick: int) -> int:
        """How often something is repeated."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        item: Letter of the promise.
        name: What was measured.
        goal: What was promised, in words; empty for a figure without a promise.
        measured: The figure in words.
        met: Whether the promise was kept; None without a promise.
    """

    item: str
    name: str
    goal: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """One word."""
        return {True: "met", False: "NOT MET", None: ""}[self.met]


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """An interval of the true median between two of the values, whatever their distribution.

    The number of values below the true median is binomial with p = 1/2, so the interval from
    the k-th smallest to the k-th largest holds it with probability 1 − 2 P(B < k); k is as
    large as ``confidence`` allows. H. A. David and H. N. Nagaraja, "Order Statistics", 3rd
    edition (2003), section 7.1. Made for repetitions and pairs: no resampling, no normality.

    Raises:
        ValueError: Fewer than six values, or fewer than the confidence needs.
    """
    count = len(values)
    if count < MIN_VALUES_FOR_MEDIAN_INTERVAL:
        raise ValueError(
            f"{count} values where at least {MIN_VALUES_FOR_MEDIAN_INTERVAL} are needed"
        )
    ways = 2**count
    left_out = 0  # of all ways, those in which fewer than k values lie below the median
    k = 0
    allowed = Fraction(1 - confidence) * ways  # exact: 2**1024 is no float any more
    while 2 * (left_out + math.comb(count, k)) <= allowed:
        left_out += math.comb(count, k)
        k += 1
    if k == 0:
        raise ValueError(f"{count} values are too few for a confidence of {confidence}")
    ordered = sorted(values)
    return Interval(ordered[k - 1], ordered[count - k], 1 - 2 * left_out / ways)


def ratio_figure(item: str, name: str, ratios: Sequence[float], at_least: float | None) -> Figure:
    """The median of ratios of alternating pairs, with its interval where there are enough.

    None as goal: nothing was promised of it.
    """
    centre = median(ratios)
    words = f"{centre:.3f}"
    if len(ratios) >= MIN_VALUES_FOR_MEDIAN_INTERVAL:
        interval = median_interval(ratios)
        words += (
            f" ({100 * interval.confidence:.0f} % interval {interval.low:.3f} to "
            f"{interval.high:.3f}; {len(ratios)} pairs)"
        )
    else:
        words += f" ({len(ratios)} pairs, too few for an interval)"
    if at_least is None:
        return fact(item, name, words)
    return Figure(item, name, f"≥ {at_least:.2f}", words, centre >= at_least)


def limit_figure(
    item: str, name: str, value: float, at_most: float, unit: str, remark: str = ""
) -> Figure:
    """A value that must not be above a limit."""
    places = 0 if at_most >= 10 else 2
    # Rounded up, so that what is printed never looks better than it is.
    shown = math.ceil(value * 10**places) / 10**places
    words = f"{shown:.{places}f} {unit}" + (f" ({remark})" if remark else "")
    return Figure(item, name, f"≤ {at_most:g} {unit}", words, value <= at_most)


def fact(item: str, name: str, words: str) -> Figure:
    """A figure that nothing was promised of."""
    return Figure(item, name, "", words, None)


def table(figures: Sequence[Figure]) -> str:
    """The figures in aligned columns."""
    rows = [("", "what", "goal", "measured", "")]
    rows += [(f"({f.item})", f.name, f.goal, f.measured, f.verdict) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * len(lines[0]))
    return "\n".join(lines)


def tell(line: str) -> None:
    """Say how far it has come."""
    print(line, file=sys.stderr, flush=True)
