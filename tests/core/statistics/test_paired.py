from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.paired import (
    PairedCounts,
    holm,
    items_to_settle,
    paired_difference_interval,
    settled,
)

counts = st.integers(0, 60)
tables = st.builds(PairedCounts, counts, counts, counts, counts).filter(lambda t: t.total > 0)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # From Fagerland, Lydersen and Laake, "Statistical Analysis of Contingency Tables" (2017),
        # chapter 8: complete response before and after consolidation therapy
        ((59, 6, 16, 80), -0.1186, -0.0046),
        # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), airway reactivity
        ((1, 1, 7, 12), -0.507, -0.026),
        # Newcombe, Statistics in Medicine 17 (1998) 2635, table II
        ((36, 12, 2, 0), 0.0569, 0.3404),
    ],
)
def test_published_paired_differences(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    both, only_first, only_second, neither = table
    # Published as first minus second; here it is candidate minus reference.
    interval = paired_difference_interval(PairedCounts(both, only_second, only_first, neither))

    digits = 5e-5 if abs(low) != 0.507 else 5e-4
    assert interval.low == pytest.approx(low, abs=digits)
    assert interval.high == pytest.approx(high, abs=digits)


@given(tables)
def test_the_interval_holds_the_difference_and_mirrors(table: PairedCounts) -> None:
    interval = paired_difference_interval(table)
    swapped = PairedCounts(table.both, table.gained, table.lost, table.neither)
    mirrored = paired_difference_interval(swapped)

    assert -1 <= interval.low <= table.difference + 1e-12
    assert table.difference - 1e-12 <= interval.high <= 1
    assert interval.low == pytest.approx(-mirrored.high, abs=1e-12)


@pytest.mark.parametrize(
    ("shares", "questions"),
    [((0.7, 0.05, 0.05, 0.2), 60), ((0.55, 0.18, 0.03, 0.24), 100), ((0.9, 0.02, 0.01, 0.07), 200)],
)
def test_the_interval_covers(shares: tuple[float, ...], questions: int) -> None:
    rng = np.random.default_rng(11)
    truth = shares[2] - shares[1]
    drawn = rng.multinomial(questions, shares, size=2000)
    held = 0
    for row in drawn.tolist():
        interval = paired_difference_interval(PairedCounts(*row))
        held += interval.low <= truth <= interval.high
    # With few flips the counts are coarse, and the method errs on the wide side.
    assert 0.93 <= held / len(drawn) <= 0.99


def test_holms_worked_example() -> None:
    # Holm 1979 as in most textbooks: four tests, in any order
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    # R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([]) == []
    assert holm([0.3]) == [0.3]


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_rejects_what_stepping_down_rejects(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    level = 0.05
    rejected: set[int] = set()
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if p_values[index] * (len(p_values) - place) > level:
            break
        rejected.add(index)
    assert {i for i, p in enumerate(adjusted) if p <= level} == rejected
    assert all(raw <= high <= 1 for raw, high in zip(p_values, adjusted, strict=True))


def test_how_many_questions_would_settle_it() -> None:
    alike = PairedCounts(both=48, lost=0, gained=0, neither=12)
    needed = items_to_settle(alike, tolerance=0.03)
    assert needed is not None
    assert needed > 60
    worse = PairedCounts(both=45, lost=7, gained=2, neither=6)
    assert not settled(worse, 0.03)
    assert (items_to_settle(worse, tolerance=0.03) or 0) > 60
    lost = PairedCounts(both=20, lost=30, gained=0, neither=10)
    assert items_to_settle(lost, tolerance=0.03) == 60
    assert items_to_settle(alike, tolerance=0.0001, most=1000) is None


@given(tables, st.sampled_from([0.01, 0.03, 0.1]))
def test_a_plan_is_never_less_than_what_there_is(table: PairedCounts, tolerance: float) -> None:
    needed = items_to_settle(table, tolerance, most=5000)
    assert needed is None or needed >= table.total
    if needed == table.total:
        assert settled(table, tolerance)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        PairedCounts(1, -1, 0, 0)
    with pytest.raises(ValueError, match="no questions"):
        _ = PairedCounts(0, 0, 0, 0).difference
    with pytest.raises(ValueError, match="p-value"):
        holm([0.5, 1.5])
    with pytest.raises(ValueError, match="tolerance"):
        items_to_settle(PairedCounts(1, 1, 1, 1), 0)
