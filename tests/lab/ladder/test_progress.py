"""Estimates: put right by what was measured, and never jumping.

Tests app.lab.ladder.effort, app.lab.ladder.others and app.lab.ladder.tasks, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import StopReason
from app.core.ladder.results import StepKind
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.looks import Look
from app.lab.engines.opened import opened_file
from app.lab.ladder.effort import Asked
from app.lab.ladder.others import Others
from app.lab.ladder.plan import Profile, Step
from app.lab.ladder.progress import Clock, as_guessed
from app.lab.ladder.tasks import TasksClock
from app.lab.tasks.plan import FileAnswers, TaskAnswer
from app.library.model_files import open_model_file
from app.monitor.load import OthersUse
from tests.helpers.gguf_files import write_scripted_model
from tests.lab import ladder_cases as cases
from tests.lab.ladder.trace import FOLDER, Trace, replayed

if TYPE_CHECKING:
    from pathlib import Path

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


def clock(watch: Watch, *, asked: bool = True) -> Clock:
    measured = cases.result()
    if not asked:
        measured.rows.update({key: replace(row, tasks=None) for key, row in measured.rows.items()})
    facts = {key: row.facts for key, row in measured.rows.items() if row.facts is not None}
    return Clock(measured.plan, facts, Asked(300), watch, lambda: measured.rows)


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
    known, unknown = clock(watch, asked=False), Clock(measured.plan, {}, Asked(300), watch)
    assert unknown.guess_seconds(STEPS[2]) == 1.0
    slow, fast = known.guess_seconds(STEPS[2]), known.guess_seconds(STEPS[3])
    assert slow > fast > 300 * 30 / 20 / 3  # some twenty tokens a second, several at once


def test_what_this_pc_took_before_is_what_is_expected() -> None:
    watch, measured = Watch(), cases.result()
    facts = {key: row.facts for key, row in measured.rows.items() if row.facts is not None}

    def told(times: float) -> float:
        made = Clock(
            measured.plan, facts, Asked(300), watch, usual=lambda _kind, _parameters: times
        )
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


def test_what_was_told_of_real_ladders_came_true() -> None:
    """Within ±30 % for nine of ten moments, a minute or a tenth of the ladder after its begin."""
    right: list[bool] = []
    for path in sorted(FOLDER.glob("*.json")):
        trace = Trace.read(path.stem)
        begin_s, end_s = min(60.0, 0.1 * trace.total_s), 0.01 * trace.total_s
        said = [one for one in replayed(trace) if one.at_s >= begin_s and one.left_s > end_s]
        assert len(said) > 50, path.stem
        assert sum(one.is_right for one in said) > 0.85 * len(said), path.stem
        right += [one.is_right for one in said]
    assert sum(right) > 0.9 * len(right)


def test_a_pc_that_was_slower_before_is_expected_to_be_so() -> None:
    trace = Trace.read("demo-four")
    usual, slow = (
        next(one.told_s for one in replayed(trace, times) if one.step is StepKind.SPEED)
        for times in (as_guessed, lambda _kind, _parameters: 8.0)
    )
    assert usual is not None
    assert slow is not None
    assert slow > 4 * usual


def test_what_is_known_sets_no_pace_and_who_stops_early_leaves_less(tmp_path: Path) -> None:
    """Questions alone, a hundredth of a candidate's in twenty seconds: far slower than guessed."""
    watch, left = Watch(), list[float | None]()
    items = [TaskItem(f"q{n}", "sums", f"{n}?", "4", Check.NUMBER) for n in range(2000)]
    paths = [write_scripted_model(tmp_path / f"{name}.gguf", [" 4"]) for name in "abcd"]
    made = TasksClock(
        items,
        lambda progress: left.append(progress.seconds_left),
        Profile.QUICK,
        1,
        tolerance=0.03,
        now=watch,
    )
    made.begin([opened_file(open_model_file(path)) for path in paths])

    def ask(first: int, last: int) -> float | None:
        for percent in range(first, last + 1):
            made.tell(percent / 100)
            watch.now += 20
        return left[-1]

    def ended(asked: int, look: Look | None = None) -> FileAnswers:
        count = look.questions if look else len(items)
        known = {item.key: TaskAnswer("4", StopReason.END, 9) for item in items[:count]}
        return FileAnswers("engine", known, asked, decided=look)

    assert ask(50, 90) == pytest.approx(20 * (10 + 300), rel=0.1), "half of it was known"
    ask(91, 100)
    made.end(ended(1000))
    ask(100, 100)
    made.end(ended(0))
    assert ask(0, 50) == pytest.approx(20 * (50 + 100), rel=0.1), "one was known"
    made.end(ended(1000, Look(1000)))
    assert ask(0, 50) == pytest.approx(20 * 50, rel=0.1), "one was decided early"


def test_other_programs_are_looked_at_now_and_then() -> None:
    watch, readings = Watch(), iter([OthersUse(0, 0), OthersUse(10, 20), OthersUse(20, 20.1)])
    others = Others(lambda: next(readings), watch)
    assert not others.are_busy()
    assert not others.are_busy(), "not looked at so soon again"
    watch.now += 10
    assert others.are_busy()
    watch.now += 10
    assert not others.are_busy()
