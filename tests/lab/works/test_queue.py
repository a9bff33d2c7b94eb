"""The queue of works: slots, order, pause, and what outlives the program.

Tests app.lab.works.threads, app.lab.works.work and app.store.works.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.base.states import IllegalTransition
from app.core.errors import PersonError
from app.core.words.sentence import verbatim
from app.lab.works.queue import WorkQueue
from app.lab.works.work import ENDED, NEXT, Slot, Work, WorkState
from app.store.database import open_database
from app.store.tolerant import from_json
from app.store.works import StoredWork, WorkStore
from tests.helpers.inhibitor import LET_GO, stand_in

if TYPE_CHECKING:
    from pathlib import Path

    from app.base.gate import Gate
    from app.lab.works.work import Tell

S = WorkState
PATIENCE_S = 120.0


class Wish(msgspec.Struct, frozen=True):
    name: str


class Steps(msgspec.Struct, frozen=True):
    steps: int = 0


class Brew(Work):
    """Works on the engine, one at a time, and rests where it is."""

    kind = "brew"
    slot = Slot.ENGINE
    unforeseen = verbatim("The kettle broke.")
    needs_preparing = True
    rests_in_slot = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.steps = 0
        self.heard: list[object] = []
        self.readable = threading.Event()
        self.readable.set()
        self.released = threading.Event()
        self.failure: Exception | None = None

    @property
    def order(self) -> Wish | None:
        return Wish(self.name) if self.name else None

    @property
    def so_far(self) -> Steps:
        return Steps(self.steps)

    def take(self, news: object) -> bool:
        self.heard.append(news)
        if isinstance(news, int):
            self.steps = news
        return isinstance(news, int)

    def prepare(self) -> object:
        self.readable.wait(PATIENCE_S)
        if self.failure is not None:
            raise self.failure
        return "prepared"

    def run(self, gate: Gate, tell: Tell) -> object:
        tell.news(1)
        while not self.released.wait(0.01):
            gate.check()
        tell.progress("nearly")
        return "done"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WorkStore]:
    connection = open_database(tmp_path / "store.sqlite3")
    yield WorkStore(connection)
    connection.close()


@pytest.fixture
def queue(store: WorkStore) -> Iterator[WorkQueue]:
    made = WorkQueue(store)
    yield made
    made.close()


def until(queue: WorkQueue, reached: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.02)):
        queue.pump()
        if reached():
            return
        pause.wait(0.02)
    pytest.fail(f"never came: {[(work.kind, work.state) for work in queue.all]}")


def stored(store: WorkStore) -> list[tuple[str, str, int]]:
    return [
        (from_json(row.what, Wish).name, row.state, from_json(row.so_far, Steps).steps)
        for row in store.load()
    ]


def test_every_state_leads_to_an_end() -> None:
    for state in S:
        reached, seen = {state}, set[S]()
        while reached - seen:
            seen |= reached
            reached = {after for before in seen for after in NEXT.after(before)} | seen
        assert seen & ENDED
    with pytest.raises(IllegalTransition):
        Brew("tea").become(S.DONE)


def test_one_has_the_engine_and_the_next_waits_its_turn_even_while_it_is_read(
    queue: WorkQueue, store: WorkStore
) -> None:
    first, second, third = (Brew(name) for name in ("tea", "coffee", "cocoa"))
    second.readable.clear()
    for brew in (first, second, third):
        queue.add(brew)
    until(queue, lambda: first.state is S.RUNNING and third.state is S.WAITING)
    assert queue.works_at(Slot.ENGINE)
    assert not queue.works_at(Slot.NETWORK)
    first.released.set()
    until(queue, lambda: first.state is S.DONE)
    queue.pump()
    assert (second.state, third.state) == (S.PREPARING, S.WAITING)
    second.readable.set()
    until(queue, lambda: second.state is S.RUNNING)
    assert [name for name, *_ in stored(store)] == ["coffee", "cocoa"], "done ones do not stay"
    assert first.heard == ["prepared", 1, "nearly", "done"]


@pytest.mark.skipif(sys.platform != "linux", reason="systemd's way")
def test_the_pc_is_awake_while_what_is_long_runs(
    queue: WorkQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes.txt"
    stand_in(tmp_path / "bin", notes, monkeypatch)
    monkeypatch.setattr(Brew, "keeps_awake", verbatim("Tea is made."))
    brew = Brew("tea")
    queue.add(brew)
    until(queue, lambda: brew.steps == 1)  # its thread holds the system, then begins
    assert "--why=Tea is made." in notes.read_text()
    assert LET_GO not in notes.read_text()
    brew.released.set()
    until(queue, lambda: brew.state is S.DONE)
    assert notes.read_text().splitlines()[-1] == LET_GO


def test_what_rests_in_its_slot_goes_on_where_it_was(queue: WorkQueue, store: WorkStore) -> None:
    first, second = Brew("tea"), Brew("coffee")
    queue.add(first)
    queue.add(second)
    until(queue, lambda: first.steps == 1)
    queue.pause(first)
    assert first.state is S.PAUSED
    assert not queue.works_at(Slot.ENGINE)
    until(queue, lambda: second.state is S.WAITING)
    queue.pump()
    assert second.state is S.WAITING, "the slot is not free"
    assert stored(store)[0] == ("tea", "paused", 1)
    queue.resume(first)
    first.released.set()
    until(queue, lambda: first.state is S.DONE)
    assert first.heard.count(1) == 1


def test_a_held_slot_keeps_its_work_waiting(queue: WorkQueue) -> None:
    queue.hold(Slot.ENGINE, held=True)
    brew = Brew("tea")
    queue.add(brew)
    until(queue, lambda: brew.state is S.RUNNING)
    assert queue.is_held(Slot.ENGINE)
    assert not queue.works_at(Slot.ENGINE)
    told: list[Work] = []
    queue.changed.add(told.append)
    queue.hold(Slot.ENGINE, held=False)
    assert told == [brew]
    assert queue.works_at(Slot.ENGINE)


def test_a_cancelled_work_is_gone_wherever_it_was(queue: WorkQueue, store: WorkStore) -> None:
    first, second, third = (Brew(name) for name in ("tea", "coffee", "cocoa"))
    third.readable.clear()
    for brew in (first, second, third):
        queue.add(brew)
    until(queue, lambda: first.state is S.RUNNING and second.state is S.WAITING)
    for brew in (third, second, first):
        queue.cancel(brew)
    third.readable.set()
    until(queue, lambda: first.state is S.CANCELLED and "prepared" in third.heard)
    queue.pump()
    assert (list(queue.all), stored(store)) == ([], [])


def test_what_cannot_be_done_says_why(queue: WorkQueue) -> None:
    known, unknown = Brew("tea"), Brew("coffee")
    known.failure = PersonError("There is no water.")
    unknown.failure = ZeroDivisionError()
    for brew in (known, unknown):
        queue.add(brew)
    until(queue, lambda: known.state is unknown.state is S.FAILED)
    assert (known.error, unknown.error) == ("There is no water.", "The kettle broke.")


def test_a_work_is_stored_once_it_can_be(queue: WorkQueue, store: WorkStore) -> None:
    brew = Brew("")
    brew.readable.clear()
    queue.add(brew)
    assert (brew.id, stored(store)) == (None, [])
    brew.name = "tea"  # known once it was read
    brew.readable.set()
    until(queue, lambda: brew.state is S.RUNNING)
    assert stored(store)[0][:2] == ("tea", "running")


def test_what_was_left_goes_on_at_its_place(store: WorkStore) -> None:
    store.add(StoredWork(0, "brew", '{"name": "tea"}', "running", 3, '{"steps": 1}'))
    store.add(StoredWork(0, "brew", '{"name": "coffee"}', "waiting", 5))
    store.add(StoredWork(0, "unheard of", "{}", "waiting", 4))
    queue = WorkQueue(store)
    assert queue.kept.has_left("brew")
    new = Brew("cocoa")
    queue.add(new)
    queue.cancel(new)
    queue.pump()
    for row in queue.kept.take_left("brew"):
        queue.go_on_with(Brew(from_json(row.what, Wish).name), row)
    assert not queue.kept.has_left("brew")
    first, second = queue.of(Brew)
    until(queue, lambda: first.state is S.RUNNING)
    assert [brew.name for brew in (first, second)] == ["tea", "coffee"]
    assert queue.close()
    left = [(row.kind, row.state) for row in store.load()]
    assert left == [("brew", "waiting"), ("unheard of", "waiting"), ("brew", "waiting")]


def test_the_order_can_be_changed(queue: WorkQueue, store: WorkStore) -> None:
    brews = [Brew(name) for name in ("tea", "coffee", "cocoa")]
    for brew in brews:
        queue.add(brew)
    queue.move(brews[2], 1)
    assert queue.of(Brew) == (brews[0], brews[2], brews[1])
    assert [name for name, *_ in stored(store)] == ["tea", "cocoa", "coffee"]
    until(queue, lambda: brews[0].state is S.RUNNING and brews[1].state is S.WAITING)
    brews[0].released.set()
    until(queue, lambda: brews[2].state is S.RUNNING)


class Chatty(Brew):
    """Says at once how far it is, and how far it is then when it is asked to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.asked, self.said = threading.Event(), threading.Event()

    def run(self, gate: Gate, tell: Tell) -> object:
        tell.progress("at 1")
        self.asked.wait(PATIENCE_S)
        tell.progress("at 2")
        self.said.set()
        return super().run(gate, tell)


def test_progress_is_told_once_a_second(store: WorkStore) -> None:
    now_s = 100.0
    queue = WorkQueue(store, lambda: now_s)
    brew = Chatty("tea")
    queue.add(brew)
    until(queue, lambda: "at 1" in brew.heard)
    brew.asked.set()
    assert brew.said.wait(PATIENCE_S)
    queue.pump()
    assert "at 2" not in brew.heard
    now_s += 1.5
    queue.pump()
    assert "at 2" in brew.heard
    brew.released.set()
    assert queue.close()
