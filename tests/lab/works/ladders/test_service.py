"""The window's queue of ladders over real engines and a real store.

Tests app.lab.works.ladders.run, app.lab.works.ladders.work, app.lab.works.ladders.worker and
app.lab.works.ladders.entry.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.candidates.candidate import candidate_of
from app.core.verdict import Limits
from app.lab.ladder.plan import Further, LadderPlan
from app.lab.shrink.quantize import quantize
from app.lab.verdict.view import view_of
from app.lab.works.ladders.entry import LadderEntry, LadderState, letters_for
from app.lab.works.ladders.run import LadderOrder
from app.lab.works.ladders.service import LadderService
from app.lab.works.ladders.work import Numbered, Tries, leave_ladders
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.queue import WorkQueue
from app.lab.works.work import Slot
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.tolerant import from_json
from app.store.works import WorkStore

PATIENCE_TURNS = 6000


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory, demo_model: Path) -> list[Path]:
    folder = tmp_path_factory.mktemp("levels")
    target = folder / "demo-Q8_0.gguf"
    quantize(demo_model, target, "Q8_0", threads=1, folder=folder, on_progress=lambda _d, _t: None)
    return [demo_model, target]


class Told:
    """Notes what the service tells."""

    def __init__(self) -> None:
        self.results = 0
        self.states: list[LadderState] = []

    def changed(self, entry: LadderEntry) -> None:
        if not self.states or self.states[-1] is not entry.state:
            self.states.append(entry.state)

    def result_changed(self, entry: LadderEntry) -> None:
        self.results += 1


class Window:
    """A store that is open, and the service beside it, as in the window."""

    def __init__(self, paths: Paths) -> None:
        paths.create()
        self.paths = paths
        self.connection = open_database(paths.database)
        self.workers = LadderWorkers(paths, open_model_file)
        self.queue = WorkQueue(WorkStore(self.connection))
        self.service = LadderService(self.queue, self.workers)
        self.told = Told()
        self.service.changed.add(self.told.changed)
        self.service.result_changed.add(self.told.result_changed)
        self._pause = threading.Event()

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(PATIENCE_TURNS):
            self.queue.pump()
            if condition():
                return
            self._pause.wait(0.02)
        raise AssertionError([(entry.state, entry.error) for entry in self.service.all])

    def start(self) -> tuple[list[LadderEntry], list[LadderEntry]]:
        """Go on as the window does at its start."""
        self.service.take_stored(self.workers.stored())
        return self.service.go_on_with_left()

    def left(self) -> list[tuple[int, str, int]]:
        """What the next start finds: number, state, and tries of each."""
        return [
            (
                from_json(work.what, Numbered).number,
                work.state,
                from_json(work.so_far, Tries).tries,
            )
            for work in WorkStore(self.connection).load()
        ]

    def kill(self) -> None:
        """Nothing is stored any more from now on."""
        self.connection.close()
        assert self.queue.close()

    def close(self) -> None:
        assert self.queue.close()
        self.connection.close()


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[Callable[[], Window]]:
    opened: list[Window] = []

    def start() -> Window:
        opened.append(Window(Paths.below(tmp_path / "home")))
        return opened[-1]

    yield start
    for window in opened:
        window.queue.close()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    lines = [{"prompt": f"What is {n} + {n}?", "answer": 2 * n} for n in range(1, 7)]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def ordered(reference: Path, files: list[Path], **more: Any) -> LadderOrder:
    return LadderOrder(candidate_of(reference), list(map(candidate_of, files)), Limits(), **more)


def order(levels: list[Path], questions: Path, **more: object) -> LadderOrder:
    """Few tokens, few questions, no text."""
    plan = LadderPlan(
        str(levels[0]), tuple(map(str, levels)), 1, context_tokens=512, prompt_tokens=32,
        generated_tokens=8, depths_tokens=(0,), repetitions=2,
        items_name=str(questions), seed=int(str(more.get("seed", 1))),
    )  # fmt: skip
    return ordered(levels[0], levels, items=questions, quality=False, plan=plan)


def test_two_ladders_are_measured_one_after_the_other(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    first = window.service.add(order(levels, questions), {str(levels[1]): "D"})
    second = window.service.add(order(levels[::-1], questions, seed=2))
    window.until(lambda: first.state is LadderState.MEASURING)
    assert second.state in (LadderState.PREPARING, LadderState.WAITING)
    assert window.service.at_work is first
    window.until(lambda: second.state is LadderState.FINISHED)
    assert first.state is LadderState.FINISHED
    assert first.result is not None
    assert all(row.memory and row.tasks for row in first.result.rows.values())
    assert first.result.bandwidth
    assert first.letters == {str(levels[0]): "A", str(levels[1]): "D"}
    assert window.told.results > 8, "a result after each step"
    assert first.about is not None
    view = view_of(first.result, first.about, Limits(), first.letters)
    row = view.row(str(levels[1]))
    assert row is not None
    assert row.kinds[0].counts.total == 6
    window.close()


def test_it_pauses_ends_and_goes_on_after_a_restart(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: bool(entry.result and any(r.speed for r in entry.result.rows.values())))
    window.service.pause(entry)
    assert entry.state is LadderState.PAUSED
    window.service.go_on(entry)
    assert entry.state is LadderState.MEASURING
    window.service.cancel(entry)
    window.until(lambda: entry.state in (LadderState.UNFINISHED, LadderState.FINISHED))
    assert entry.state is LadderState.UNFINISHED
    window.close()

    again = open_window()
    again.service.take_stored(again.workers.stored())
    (known,) = again.service.all
    assert known.state is LadderState.UNFINISHED
    assert known.number is not None
    again.service.take_loaded(known, *again.workers.load(known.number))
    assert known.result is not None
    assert known.result.resumed_steps >= 3
    assert known.letters == {str(levels[0]): "A", str(levels[1]): "B"}
    again.service.go_on(known)
    again.until(lambda: known.state is LadderState.FINISHED)
    assert known.result is not None
    assert known.result.resumed_steps >= 3
    assert all(row.memory and row.tasks for row in known.result.rows.values())
    assert len(LadderStore(again.connection).list_ladders()) == 1
    again.close()


def test_what_was_under_way_when_the_program_ended_goes_on(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    first = window.service.add(order(levels, questions))
    second = window.service.add(order(levels, questions, seed=2))
    third = window.service.add(order(levels, questions, seed=3))
    # Which of them is ready first is chance.
    waiting = (second, third)
    window.until(lambda: all(entry.state is LadderState.WAITING for entry in waiting))
    window.until(lambda: first.state is LadderState.MEASURING)
    numbers = [first.number, second.number, third.number]
    assert [number for number, *_ in window.left()] == numbers
    window.service.pause(first)
    window.service.cancel(third)
    window.queue.pump()
    assert [(number, state) for number, state, _ in window.left()] == [
        (first.number, "paused"), (second.number, "waiting"),
    ]  # fmt: skip
    window.service.go_on(first)
    window.kill()

    again = open_window()
    gone_on, given_up = again.start()
    assert given_up == []
    assert [entry.number for entry in gone_on] == numbers[:2]
    again.until(lambda: all(entry.state is LadderState.FINISHED for entry in gone_on))
    (left,) = [entry for entry in again.service.all if entry not in gone_on]
    assert left.number == third.number
    assert left.state is LadderState.UNFINISHED
    assert again.left() == []
    again.close()


def test_what_was_paused_or_is_finished_does_not_go_on_by_itself(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: entry.state is LadderState.MEASURING)
    window.service.pause(entry)
    window.close()

    again = open_window()
    leave_ladders(again.queue, [77], {"77": 1})  # as a version before left it, and gone since
    assert again.start() == ([], [])
    assert [each.state for each in again.service.all] == [LadderState.UNFINISHED]
    assert again.left() == []
    again.close()


def test_what_a_version_before_left_in_the_settings_goes_on(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: entry.state is LadderState.MEASURING)
    window.service.cancel(entry)
    window.until(lambda: entry.state is LadderState.UNFINISHED)
    window.close()

    again = open_window()
    assert entry.number is not None
    leave_ladders(again.queue, [entry.number], {})
    (entry,), left = again.start()
    assert left == []
    again.until(lambda: entry.state is LadderState.MEASURING)
    again.close()


def test_what_ended_twice_at_the_same_step_waits_for_the_person(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    for killed in range(2):
        window = open_window()
        window.service.hold(True)  # it begins, and gets no further
        if killed:
            (entry,), left = window.start()
            assert left == []
        else:
            entry = window.service.add(order(levels, questions))
        window.until(lambda at=entry: at.state is LadderState.MEASURING)
        assert window.left() == [(entry.number, "running", killed + 1)]
        window.kill()

    third = open_window()
    gone_on, (entry,) = third.start()
    assert gone_on == []
    assert entry.state is LadderState.UNFINISHED
    assert third.left() == []
    third.service.go_on(entry)
    third.until(lambda: entry.progress is not None and entry.progress.done_steps > 1)
    assert third.left() == [(entry.number, "running", 1)], "another step, another count"
    assert third.queue.close()
    assert third.left() == [(entry.number, "waiting", 0)], "it was getting on when it was closed"
    third.connection.close()


def test_quitting_in_the_middle_of_a_step_ends_the_engines(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: entry.progress is not None)
    window.close()  # the watch of all tests names a thread or an engine that is left


def test_answers_elsewhere_hold_it(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    window.service.hold(True)
    entry = window.service.add(order(levels, questions))
    window.until(lambda: entry.state is LadderState.MEASURING)
    assert not window.queue.works_at(Slot.ENGINE)
    window.until(lambda: entry.state is LadderState.MEASURING)
    window.service.hold(False)
    assert window.queue.works_at(Slot.ENGINE)
    window.until(lambda: entry.state is LadderState.FINISHED)
    window.close()


def test_what_cannot_be_measured_says_why_and_can_be_tried_again(
    open_window: Callable[[], Window], levels: list[Path], questions: Path, tmp_path: Path
) -> None:
    window = open_window()
    gone = tmp_path / "gone.gguf"
    refused = window.service.add(ordered(gone, [gone, levels[1]]))
    window.until(lambda: refused.state is LadderState.FAILED)
    assert str(gone) in refused.error or "gone.gguf" in refused.error
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    bad = window.service.add(ordered(levels[0], levels, items=empty))
    window.until(lambda: bad.state is LadderState.FAILED)
    assert "no question" in bad.error
    window.service.forget(refused)
    assert refused not in window.service.all
    for _ in range(2):
        assert window.service.take_back(refused) is refused
        assert window.service.all.count(refused) == 1
    window.close()


def test_a_ladder_whose_questions_changed_does_not_go_on(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: bool(entry.result and any(r.speed for r in entry.result.rows.values())))
    window.service.cancel(entry)
    window.until(lambda: entry.state is LadderState.UNFINISHED)
    questions.write_text('{"prompt": "What is 1 + 2?", "answer": 3}')
    window.service.go_on(entry)
    window.until(lambda: entry.state is LadderState.FAILED)
    assert "have changed" in entry.error
    assert entry.result is not None
    assert any(row.speed for row in entry.result.rows.values()), "what was measured stays"
    assert len(LadderStore(window.connection).list_ladders()) == 1
    window.close()


def test_the_same_words_go_on_with_what_is_unfinished(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    entry = window.service.add(order(levels, questions))
    window.until(lambda: bool(entry.result and any(r.speed for r in entry.result.rows.values())))
    window.service.cancel(entry)
    window.until(lambda: entry.state is LadderState.UNFINISHED)
    window.service.add(order(levels, questions))
    window.until(lambda: entry.state is LadderState.FINISHED)
    assert list(window.service.all) == [entry]
    window.close()


def test_a_measured_ladder_goes_on_with_more_questions_and_with_speed_again(
    open_window: Callable[[], Window], levels: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "many.jsonl"
    lines = [{"prompt": f"What is {n} + {n}?", "answer": 2 * n} for n in range(1, 66)]
    path.write_text("\n".join(map(json.dumps, lines)))
    window = open_window()
    entry = window.service.add(order(levels, path))
    window.until(lambda: entry.state is LadderState.FINISHED)
    assert entry.plan is not None
    assert entry.result is not None
    reference, other = entry.plan.keys
    before = dict(entry.result.rows)
    assert all(row.tasks and len(row.tasks.outcomes) == 60 for row in before.values())

    more = msgspec.structs.replace(entry.plan, more={"own": 64})
    window.service.extend(entry, more, Further(ask=(reference, other)))
    window.until(lambda: entry.state is LadderState.MEASURING)
    assert entry.result is not None
    assert all(row.tasks for row in entry.result.rows.values()), "what it had is there meanwhile"
    window.until(lambda: entry.state is LadderState.FINISHED)
    assert entry.result is not None
    for key in (reference, other):
        row, was = entry.result.rows[key], before[key]
        assert row.tasks is not None
        assert was.tasks is not None
        assert len(row.tasks.outcomes) == 64
        assert was.tasks.outcomes.items() <= row.tasks.outcomes.items()
        assert (row.speed, row.memory) == (was.speed, was.memory)
    assert entry.about is not None
    assert len(entry.about.items) == 64

    window.service.extend(entry, more, Further(speed=True))
    window.until(lambda: entry.state is LadderState.FINISHED)
    assert entry.result is not None
    for key in (reference, other):
        again, was = entry.result.rows[key].speed, before[key].speed
        assert [one.test for one in again] == [one.test for one in was]
        assert [one.samples for one in again] != [one.samples for one in was]
    assert len(LadderStore(window.connection).list_ladders()) == 1
    window.close()

    # As it was at the end, it is after a restart.
    later = open_window()
    later.service.take_stored(later.workers.stored())
    (known,) = later.service.all
    assert known.state is LadderState.FINISHED
    assert known.number is not None
    result, about = later.workers.load(known.number)
    assert len(about.items) == 64
    assert {key: row.speed for key, row in result.rows.items()} == {
        key: row.speed for key, row in entry.result.rows.items()
    }
    later.close()


def test_a_name_of_ones_own_is_kept_and_equal_ones_are_numbered(
    open_window: Callable[[], Window], levels: list[Path], questions: Path
) -> None:
    window = open_window()
    window.service.hold(True)
    first = window.service.add(order(levels, questions))
    second = window.service.add(order(levels, questions, seed=2))
    window.until(lambda: None not in (first.number, second.number))
    assert first.number is not None
    assert {first.ordinal, second.ordinal} == {1, 2}
    window.service.rename(first, "Tuesday")
    window.workers.rename(first.number, "Tuesday")
    assert (first.name, second.ordinal) == ("Tuesday", 1)
    window.close()

    again = open_window()
    again.service.take_stored(again.workers.stored())
    assert sorted(entry.name for entry in again.service.all) == ["", "Tuesday"]
    again.close()


def test_letters_stand_in_their_order() -> None:
    assert letters_for(("f", "q"), {"f": "A", "q": "D"}) == {"f": "A", "q": "D"}
    assert letters_for(("f", "q"), {}) == {"f": "A", "q": "B"}
    # Compare has no Q8_0, which stands between two that it has.
    compare = {"f16": "A", "q4": "B", "q2": "C"}
    rows = ("f16", "q8", "q4", "q2")
    assert list(letters_for(rows, compare).values()) == ["A", "B", "C", "D"]
