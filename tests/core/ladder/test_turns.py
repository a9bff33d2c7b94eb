"""Settings that are too close to call go on; what is said of them all holds, however often seen."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.changes import CACHE, CONTEXT, DRAFT_ALONE, THREADS
from app.core.candidates.notation import with_settings
from app.core.ladder.results import SpeedFigures
from app.core.ladder.row import Row
from app.core.ladder.turns import (
    comparisons_of,
    is_decided,
    is_told_by_turn,
    turn_beside,
    undecided,
)
from app.core.statistics.ratios import Ratio
from app.lab.ladder.tuning import FURTHER_ROUNDS, TUNING_REPETITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "/m/sky-Q4_K_M.gguf"
LOOKS = 1 + len(FURTHER_ROUNDS)
SWING = 0.1
"""Of a round, for all settings alike."""


@dataclass
class Race:
    """Settings that are measured as a ladder of tuning measures them.

    Attributes:
        base: The row that the others are held against.
        others: Of which the n-th is so many times as fast.
    """

    base: Row
    others: list[Row]

    def turns(self) -> list[Ratio]:
        """What would be said of each."""
        found = [turn_beside(row, self.base, LOOKS * len(self.others)) for row in self.others]
        return [turn for turn in found if turn is not None]


def figures(depth: int, rates: Sequence[float], **more: Any) -> tuple[SpeedFigures, ...]:
    each = tuple(512 * rate for rate in rates)
    return (SpeedFigures("pp512", depth, 4, each, 0.0, 0.0, **{"in_turns": True, **more}),)


def race(times: Sequence[float], noise: float, draw: random.Random) -> Race:
    names = [f"threads={number}" for number in range(5, 5 + len(times))]
    base = Row(candidate_of(FILE))
    others = [Row(with_settings(candidate_of(FILE), name)) for name in names]
    going = others
    for look, rounds in enumerate((TUNING_REPETITIONS, *FURTHER_ROUNDS)):
        if look:
            left = undecided([base, *others], base, LOOKS)
            going = [row for row in others if row.key in left]
        if not going:
            break
        measured: dict[str, tuple[SpeedFigures, ...]] = {}
        for depth in (0, 2048):
            swings = [draw.gauss(0, SWING) for _ in range(rounds)]
            for row in (base, *going):
                true = 1.0 if row is base else times[others.index(row)]
                rates = [true * math.exp(swing + draw.gauss(0, noise)) for swing in swings]
                found = figures(depth, rates)
                measured[row.key] = (*measured.get(row.key, ()), *found)
        base, *others = (_longer(row, measured.get(row.key, ())) for row in (base, *others))
    return Race(base, others)


def _longer(row: Row, found: tuple[SpeedFigures, ...]) -> Row:
    if not row.speed or not found:
        return replace(row, speed=row.speed or found)
    pairs = zip(row.speed, found, strict=True)
    return replace(row, speed=tuple(one.with_more(more) for one, more in pairs))


def test_what_is_said_at_any_look_errs_in_one_ladder_of_twenty_at_most() -> None:
    """Six settings that change nothing, too noisy to be told apart at once."""
    draw, ladders = random.Random(11), 120
    wrong = rounds = 0
    for _ in range(ladders):
        done = race([1.0] * 6, 0.08, draw)
        wrong += any(turn.is_faster or turn.is_slower for turn in done.turns())
        rounds += sum(len(row.speed[0].samples) for row in done.others)
    assert wrong <= 0.05 * ladders + 2 * math.sqrt(ladders * 0.05 * 0.95)
    assert rounds > ladders * 6 * TUNING_REPETITIONS  # they did go on


def test_those_that_are_decided_stay_behind_and_close_ones_go_on_until_they_are_told() -> None:
    draw, ladders = random.Random(12), 30
    found = 0
    for _ in range(ladders):
        done = race([0.7, 1.0, 1.06], 0.03, draw)
        slow, same, fast = done.turns()
        counts = [len(row.speed[0].samples) for row in (done.base, *done.others)]
        assert counts[0] == max(counts)
        assert slow.is_slower
        assert counts[1] == TUNING_REPETITIONS
        assert not same.is_faster
        assert not same.is_slower
        assert not fast.is_slower
        found += fast.is_faster
    assert found >= 0.9 * ladders
    steady = race([1.0] * 3, 0.005, draw)
    assert {len(row.speed[0].samples) for row in steady.others} == {TUNING_REPETITIONS}


@pytest.mark.parametrize(
    ("names", "low", "high", "decided"),
    [
        (THREADS, 1.01, 1.3, True),
        (THREADS, 0.7, 0.99, True),
        (THREADS, 0.97, 1.04, True),  # no difference that counts
        (THREADS, 0.97, 1.06, False),
        (THREADS, 0.94, 1.04, False),
        (CACHE, 0.98, 1.2, True),
        (CACHE, 0.9, 0.96, True),
        (CACHE, 0.96, 0.99, False),
    ],
)
def test_when_more_rounds_would_change_nothing(
    names: frozenset[str], low: float, high: float, decided: bool
) -> None:
    assert is_decided(names, Ratio((low + high) / 2, low, high)) is decided


def test_what_tests_of_speed_do_not_tell_is_not_repeated() -> None:
    assert not is_told_by_turn(CONTEXT)
    assert not is_told_by_turn(DRAFT_ALONE | THREADS)
    assert comparisons_of([THREADS, CONTEXT, DRAFT_ALONE, CACHE], 3) == 6

    rates = [1.0, 1.3, 0.8, 1.2, 0.9]
    base = Row(candidate_of(FILE), speed=figures(0, [1.0] * 5))
    open_ = Row(with_settings(candidate_of(FILE), "threads=5"), speed=figures(0, rates))
    assert undecided([base, open_], base, LOOKS) == {open_.key}
    for other in (
        replace(open_, speed=figures(0, rates, others_cores=2.5)),
        replace(open_, speed=figures(0, rates, in_turns=False)),
        replace(open_, speed=()),
        replace(open_, candidate=with_settings(candidate_of(FILE), "ctx=8192")),
        replace(open_, candidate=candidate_of("/m/another.gguf")),
    ):
        assert not undecided([base, other], base, LOOKS)


def test_rounds_of_both_are_held_against_each_other_as_far_as_both_have_them() -> None:
    """A row that stayed behind has the first rounds; the base's later ones were at other times."""
    swings = [1.0, 0.6, 1.4, 1.1, 0.8, 3.0, 3.1]
    base = Row(candidate_of(FILE), speed=figures(0, swings))
    early = [1.2 * swing * jitter for swing, jitter in zip(swings, (1, 1.01, 0.99), strict=False)]
    row = Row(with_settings(candidate_of(FILE), "threads=5"), speed=figures(0, early))
    turn = turn_beside(row, base, 1)
    assert turn is not None
    assert turn.times == pytest.approx(1.2, rel=0.01)
    assert turn.is_faster
