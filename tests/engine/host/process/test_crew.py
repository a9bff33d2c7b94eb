"""Fewer threads while other programs take the cores, all of them again at rest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app.engine.host.process import crew
from app.engine.host.process.crew import Crew, Reading, read_clocks
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.measuring import Bench, BenchSample
from app.lab.demo.demo import demo_base

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

CORES_OF_PC = 4
CORES = os.cpu_count() or 1


class Pc:
    """A PC whose other programs are told what to take.

    Attributes:
        taken: Cores that others take from an engine with all its threads.
        switches: A second, while they take any.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.busy = 0.0
        self.count = 0.0
        self.taken = 0.0
        self.switches = 100.0
        self.tells_switches = True
        monkeypatch.setattr(crew.time, "perf_counter", lambda: self.now)

    def read(self) -> Reading:
        """The clocks as they are now."""
        return Reading(self.now, self.busy, int(self.count) if self.tells_switches else None)

    def decode(self, crew: Crew, seconds: float = 0.01) -> int:
        """One piece of work; returns its threads."""
        threads = crew.begin()
        free = max(0.0, CORES_OF_PC - self.taken)
        self.now += seconds
        self.busy += seconds * min(threads, free)
        self.count += seconds * (self.switches if self.taken else 0.0)
        crew.end()
        return threads

    def work(self, crew: Crew, seconds: float) -> list[int]:
        """Work for so long; the threads of each piece."""
        end = self.now + seconds
        found: list[int] = []
        while self.now < end:
            found.append(self.decode(crew))
        return found


@pytest.fixture
def pc(monkeypatch: pytest.MonkeyPatch) -> Pc:
    """A PC of four cores at rest."""
    return Pc(monkeypatch)


def test_all_threads_work_at_rest(pc: Pc) -> None:
    assert set(pc.work(Crew(4, pc.read), 5.0)) == {4}


@pytest.mark.parametrize(("taken", "left"), [(0.9, 3), (2.0, 2), (3.0, 1), (4.0, 1)])
def test_threads_without_a_core_are_left_out(pc: Pc, taken: float, left: int) -> None:
    crew = Crew(4, pc.read)
    pc.taken = taken
    found = pc.work(crew, 0.4)
    assert found[0] == 4
    assert found[-1] == left


def test_little_is_not_worth_a_thread(pc: Pc) -> None:
    pc.taken = 0.15
    assert set(pc.work(Crew(4, pc.read), 2.0)) == {4}


def test_waiting_for_a_disk_is_no_other_program(pc: Pc) -> None:
    pc.taken, pc.switches = 2.0, 0.0
    assert set(pc.work(Crew(4, pc.read), 2.0)) == {4}


def test_processor_time_alone_decides_where_switches_are_not_told(pc: Pc) -> None:
    pc.taken, pc.switches, pc.tells_switches = 2.0, 0.0, False
    assert pc.work(Crew(4, pc.read), 0.4)[-1] == 2


def test_all_work_again_when_the_others_are_through(pc: Pc) -> None:
    crew = Crew(4, pc.read)
    pc.taken = 2.0
    pc.work(crew, 10.0)
    pc.taken = 0.0
    assert pc.work(crew, 1.0)[-1] == 4


def test_tries_take_little_of_the_time(pc: Pc) -> None:
    crew = Crew(4, pc.read)
    pc.taken = 2.0
    found = pc.work(crew, 60.0)
    assert 0 < found.count(4) < 0.05 * len(found)


def test_work_after_a_rest_begins_with_all(pc: Pc) -> None:
    crew = Crew(4, pc.read)
    pc.taken = 2.0
    pc.work(crew, 1.0)
    pc.now += 60.0
    assert pc.decode(crew) == 4


def test_one_thread_asks_no_clock() -> None:
    def read() -> Reading:
        pytest.fail("the clocks were read")

    alone = Crew(1, read)
    alone.begin()
    alone.end()


def test_another_number_is_taken_at_once(pc: Pc) -> None:
    crew = Crew(4, pc.read)
    pc.taken = 3.0
    pc.work(crew, 1.0)
    crew.ask(2)
    assert crew.begin() == 2


def test_the_clocks_of_this_process_go_on() -> None:
    before = read_clocks()
    sum(range(100_000))
    after = read_clocks()
    assert after.seconds > before.seconds
    assert after.busy_seconds > before.busy_seconds


@pytest.fixture
def busy_cores() -> Iterator[None]:
    """One busy loop for each core, of the priority that engines have."""
    code = "import os; hasattr(os, 'nice') and os.nice(5)\nprint(flush=True)\nwhile True: pass"
    loops = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(CORES)
    ]
    for loop in loops:
        assert loop.stdout is not None
        loop.stdout.readline()
    yield
    for loop in loops:
        loop.kill()
        loop.communicate()


@pytest.mark.skipif(CORES < 2, reason="one core has nothing to share")
@pytest.mark.usefixtures("busy_cores")
def test_an_engine_between_busy_programs_computes_with_fewer_threads(
    engine: RecordedEngine,
) -> None:
    load = Load(engine.client.next_id(), str(demo_base()), 0, CORES)
    engine.client.send(load)
    engine.wait(Loaded)
    fewest = CORES
    for _ in range(50):  # each a fraction of a second
        test = Bench(engine.client.next_id(), 0, 64, 0, CORES, warmup=False)
        engine.client.send(test)
        fewest = engine.wait(BenchSample).threads
        if fewest < CORES:
            break
    assert fewest < CORES


def test_a_steady_crew_keeps_all_threads_whatever_others_take(
    monkeypatch: pytest.MonkeyPatch, pc: Pc
) -> None:
    monkeypatch.setattr(Crew, "is_steady", True)
    pc.taken = 2.0
    assert set(pc.work(Crew(4, pc.read), 5.0)) == {4}
