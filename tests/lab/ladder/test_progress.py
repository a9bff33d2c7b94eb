"""Estimates: put right by what was measured, and never jumping. Also app.lab.ladder.others."""

from __future__ import annotations

from app.core.ladder.results import StepKind
from app.lab.ladder.others import Others
from app.lab.ladder.plan import Step
from app.lab.ladder.progress import Clock
from app.monitor.load import OthersUse
from tests.lab import ladder_cases as cases

F16, Q8, Q2, _ = list(cases.result().rows)
STEPS = [
    Step(StepKind.FACTS, (F16,)),
    Step(StepKind.SPEED, (F16, Q8)),
    Step(StepKind.TASKS, (F16,)),
    Step(StepKind.TASKS, (Q8,)),
]


class Watch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def clock(watch: Watch) -> Clock:
    measured = cases.result()
    facts = {key: row.facts for key, row in measured.rows.items() if row.facts is not None}
    return Clock(measured.plan, facts, 300, watch, measured.rows.get)


def test_the_first_verdict_comes_with_the_first_version_that_is_asked() -> None:
    watch = Watch()
    made = clock(watch)
    made.begin()
    watch.now += 1
    begun = made.progress(STEPS, 0, 0.5)
    assert begun.seconds_left is not None
    assert begun.first_verdict_seconds is not None
    assert 0 < begun.first_verdict_seconds <= begun.seconds_left
    assert begun.share == 0.5
    made.end(STEPS[0])
    assert made.progress([*STEPS, STEPS[3]], 4, 0.5).first_verdict_seconds is None


def test_what_is_told_moves_slowly_towards_what_is_reckoned() -> None:
    watch = Watch()
    made = clock(watch)
    made.begin()
    watch.now += 1
    before = made.progress(STEPS, 1, 0.5).seconds_left
    assert before is not None
    watch.now += 1
    # As if everything took a hundred times as long as it seemed.
    after = made.progress(STEPS, 1, 0.501).seconds_left
    watch.now += 100
    later = made.progress(STEPS, 1, 0.502).seconds_left
    assert after is not None
    assert later is not None
    assert abs(after - (before - 1)) < 0.1 * before + 1
    assert later > after


def test_a_measured_speed_is_what_questions_are_reckoned_by() -> None:
    watch = Watch()
    measured = cases.result()
    known, unknown = clock(watch), Clock(measured.plan, {}, 300, watch)
    assert unknown.guess_seconds(STEPS[2]) == 1.0
    slow, fast = known.guess_seconds(STEPS[2]), known.guess_seconds(STEPS[3])
    assert slow > fast > 300 * 60 / 20  # some twenty tokens a second


def test_what_this_pc_took_before_is_what_is_expected() -> None:
    watch, measured = Watch(), cases.result()
    facts = {key: row.facts for key, row in measured.rows.items() if row.facts is not None}

    def told(times: float) -> float:
        made = Clock(measured.plan, facts, 300, watch, usual=lambda _kind, _parameters: times)
        made.begin()
        watch.now += 0.001
        left = made.progress(STEPS, 1, 1e-6).seconds_left
        assert left is not None
        return left

    assert told(8.0) / told(2.0) > 3.5


def test_a_fast_disk_is_no_fast_processor() -> None:
    watch = Watch()
    made, never = clock(watch), clock(watch)
    made.begin()
    watch.now += 0.01  # the file was in the system's cache
    made.end(STEPS[0])
    made.begin()
    usual = sum(never.guess_seconds(step) for step in STEPS[1:])
    left = made.progress(STEPS, 1, 0.0).seconds_left
    assert left is not None
    assert left > 0.9 * usual


def test_other_programs_are_looked_at_now_and_then() -> None:
    watch, readings = Watch(), iter([OthersUse(0, 0), OthersUse(10, 20), OthersUse(20, 20.1)])
    others = Others(lambda: next(readings), watch)
    assert not others.are_busy()
    assert not others.are_busy(), "not looked at so soon again"
    watch.now += 10
    assert others.are_busy()
    watch.now += 10
    assert not others.are_busy()
