"""The error rates of docs/METHOD.md, from fewer draws; the bounds leave chance its room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.stopping import Stopping
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.looks import in_turns, looks_of
from app.core.tasks.results import Outcomes, paired_result
from app.core.tasks.scoring import Outcome
from app.core.verdict import Evidence, State, judge_candidates
from tools.verdict_error_rates import (
    GOOD,
    LOSES,
    OPEN,
    Answers,
    Candidate,
    Draws,
    Truth,
    at_one_kind,
    equal,
    evenly,
    many_small,
    recommended,
    settled_when_asked,
    spread_out,
    with_recall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUNS = 400
STATES = {OPEN: State.CANNOT_TELL, GOOD: State.AS_GOOD, LOSES: State.LOSES}


R, W = Outcome.CORRECT, Outcome.WRONG
LADDERS: list[list[Candidate]] = [
    [equal(45, 0.06), evenly(45, 0.10, 0.05), evenly(45, 0.30, 0.20)],
    [at_one_kind(60, 0.06, 0.15), equal(60, 0.02)],
    [many_small(0.02, 0.30)],
    [[Truth(1440, 0.06, -0.03)]],
    [spread_out(evenly(240, 0.10, 0.03), 0.10), equal(240, 0.04)],
    [with_recall(at_one_kind(240, 0.04, 0.30), 0.20), with_recall(equal(240, 0.02))],
    [with_recall([Truth(240, 0.20, -0.12)], 0.10)],
]


@pytest.mark.parametrize("ladder", LADDERS)
def test_columns_of_numbers_are_judged_as_ladders_are(ladder: list[Candidate]) -> None:
    found = Draws(25).judged(ladder)
    looks = looks_of([truth.items for truth in ladder[0]], stops=True)
    for row in range(25):
        evidence: list[Evidence] = []
        for kinds, end in zip(found.answers, found.ends[row], strict=True):
            results = [
                paired_result(str(number), *kind.clusters(int(end), row), looks[end].share)
                for number, kind in enumerate(kinds)
            ]
            evidence.append(Evidence(results))
        states = [one.state for one in judge_candidates(evidence)]
        assert states == [STATES[int(state)] for state in found.states[row]]


@pytest.mark.parametrize("ladder", LADDERS)
def test_asking_stops_at_the_look_where_it_does_in_a_ladder(ladder: list[Candidate]) -> None:
    found = Draws(3).judged(ladder)
    for row in range(3):
        for place, kinds in enumerate(found.answers):
            items, reference, ours = asked_of(kinds, row)
            stopping = Stopping(items, reference, len(ladder))
            decided = [stopping.is_decided(ours, look) for look in stopping.looks[:-1]]
            end = decided.index(True) if True in decided else len(decided)
            assert end == found.ends[row, place]


def asked_of(kinds: Sequence[Answers], row: int) -> tuple[list[TaskItem], Outcomes, Outcomes]:
    """Questions in turns with answers of both, which come at each look to what was drawn."""
    items: list[TaskItem] = []
    reference: dict[str, Outcome] = {}
    ours: dict[str, Outcome] = {}
    for number, drawn in enumerate(kinds):
        columns = drawn.columns
        answers = [answers_in(drawn, row, column) for column in range(len(columns.sorts))]
        for at, column in enumerate(columns.of_questions):
            text = "" if columns.texts is None else f"{columns.texts[column]} | It rains."
            sort = str(columns.sorts[column])
            key = f"{number}-{at}"
            items.append(TaskItem(key, str(number), "?", "1", Check.NUMBER, sort=sort, text=text))
            reference[key], ours[key] = next(answers[column])
    return in_turns(items), reference, ours


def answers_in(drawn: Answers, row: int, column: int) -> Iterator[tuple[Outcome, Outcome]]:
    """Whether both were right at the questions of a column, one after the other."""
    before = (0, 0, 0, 0)
    for look, asked in enumerate(drawn.asked[:, 0, column]):
        planes = (drawn.lost, drawn.gained, drawn.both)
        lost, gained, both = (int(plane[look, row, column]) for plane in planes)
        now = (lost, gained, both, int(asked) - lost - gained - both)
        for count, earlier, right in zip(
            now, before, ((R, W), (W, R), (R, R), (W, W)), strict=True
        ):
            yield from [right] * (count - earlier)
        before = now


def test_a_loss_of_the_tolerance_is_seldom_called_as_good() -> None:
    draws = Draws(RUNS)
    assert draws.judged([evenly(240, 0.06, 0.03)]).first_is(GOOD) <= 0.045
    assert draws.judged([evenly(240, 0.06, 0.04)] * 4).any_is(GOOD) <= 0.02
    assert draws.judged([evenly(45, 0.06, 0.03)] * 4).any_is(GOOD) <= 0.12
    alone = [[Truth(1440, 0.06, -0.03)]]  # no other kind to stand against it
    assert draws.judged(alone).first_is(GOOD) <= 0.055


@pytest.mark.parametrize(
    ("items", "few", "loss", "most"),
    [
        (240, None, 0.10, 0.14),
        (240, None, 0.15, 0.03),
        (45, None, 0.20, 0.06),
        (240, 30, 0.15, 0.12),
        (240, 10, 0.15, 0.06),
    ],
)
def test_a_loss_at_one_kind_is_seen(items: int, few: int | None, loss: float, most: float) -> None:
    assert Draws(RUNS).judged([at_one_kind(items, 0.06, loss, few)]).first_is(GOOD) <= most


def test_small_kinds_are_judged_by_their_sum() -> None:
    draws = Draws(RUNS)
    assert draws.judged([many_small(0.01, 0.0)]).first_is(GOOD) >= 0.90
    assert draws.judged([many_small(0.01, 0.30)]).first_is(GOOD) <= 0.25
    assert draws.judged([many_small(0.01, 0.60)]).first_is(GOOD) <= 0.02


def test_equals_seldom_lose_and_are_mostly_told() -> None:
    draws = Draws(RUNS)
    several = draws.judged([equal(240, 0.06)] * 3)
    assert several.any_is(LOSES) <= 0.05
    assert several.first_is(GOOD) >= 0.92
    assert several.questions.mean() <= 1300  # of 1,920
    assert draws.judged([equal(45, 0.02)]).first_is(GOOD) >= 0.86


def test_texts_that_differ_make_no_losers() -> None:
    draws = Draws(RUNS)
    assert draws.judged([with_recall(equal(45, 0.10), 0.20)] * 4).any_is(LOSES) <= 0.07
    assert draws.judged([with_recall([Truth(240, 0.10)], 0.20)] * 4).any_is(LOSES) <= 0.07


@pytest.mark.parametrize("spread", [0.05, 0.10])
def test_sorts_that_differ_make_no_losers(spread: float) -> None:
    draws = Draws(RUNS)
    assert draws.judged([spread_out(equal(240, 0.10), spread)] * 4).any_is(LOSES) <= 0.07
    less = draws.judged([spread_out(evenly(240, 0.10, 0.03), spread)])
    assert less.first_is(GOOD) <= 0.05


def test_a_clear_loser_is_found_after_tens_of_questions() -> None:
    found = Draws(RUNS).judged([evenly(240, 0.70, 0.70), equal(240, 0.02)])
    assert found.states[:, 0].tolist() == [LOSES] * RUNS
    assert found.questions[:, 0].max() <= 120
    assert found.questions[:, 1].min() >= 480


def test_who_loses_is_not_recommended() -> None:
    losses = (0.0, 0.01, 0.05, 0.30)
    found = Draws(RUNS).judged([evenly(240, loss + 0.06, loss) for loss in losses])
    assert (recommended(found) > 1).mean() <= 0.02
    assert (recommended(found) >= 0).mean() >= 0.95


def test_what_is_planned_is_mostly_enough() -> None:
    for difference in (0.0, -0.01, -0.04):
        assert settled_when_asked(Draws(200), Truth(360, 0.10, difference)) >= 0.72
