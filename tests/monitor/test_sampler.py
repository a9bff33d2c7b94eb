"""The monitor's thread over real processes."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psutil
import pytest

from app.monitor.machine import available_memory_bytes
from app.monitor.sampler import Monitor

if TYPE_CHECKING:
    from app.monitor.samples import Sample

PATIENCE_S = 120.0


class Collector:
    """Takes the samples and lets a test wait for one of a kind."""

    def __init__(self) -> None:
        self.samples: queue.Queue[Sample] = queue.Queue()
        self.threads: set[str] = set()

    def __call__(self, sample: Sample) -> None:
        self.threads.add(threading.current_thread().name)
        self.samples.put(sample)

    def wait_for(self, wanted: Callable[[Sample], bool]) -> Sample:
        while True:
            sample = self.samples.get(timeout=PATIENCE_S)
            if wanted(sample):
                return sample


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def monitor(collector: Collector) -> Iterator[Monitor]:
    one = Monitor(collector, interval_s=0.02)
    one.start()
    yield one
    one.stop()
    assert "monitor" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def idle_child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


def test_the_whole_pc_is_sampled(monitor: Monitor, collector: Collector) -> None:
    first = collector.wait_for(lambda sample: True)
    later = collector.wait_for(lambda sample: sample.cpu_percent is not None)
    assert first.cpu_percent is None
    assert first.engines == {}
    assert later.time_ns > first.time_ns
    assert later.memory_total_bytes == psutil.virtual_memory().total
    assert 0 < later.memory_available_bytes <= later.memory_total_bytes
    assert later.cpu_percent is not None
    assert 0 <= later.cpu_percent <= 100
    assert collector.threads == {"monitor"}


def test_a_watched_process_comes_and_goes(
    monitor: Monitor, collector: Collector, idle_child: subprocess.Popen[bytes]
) -> None:
    monitor.watch("a", idle_child.pid)
    sample = collector.wait_for(lambda sample: "a" in sample.engines)
    resident = sample.engines["a"].resident_bytes
    assert resident is not None
    assert resident > 1_000_000
    monitor.unwatch("a")
    collector.wait_for(lambda sample: not sample.engines)


def test_a_vanished_process_drops_out_and_others_stay(
    monitor: Monitor, collector: Collector, idle_child: subprocess.Popen[bytes]
) -> None:
    monitor.watch("gone", idle_child.pid)
    monitor.watch("stays", psutil.Process().pid)
    collector.wait_for(lambda sample: set(sample.engines) == {"gone", "stays"})
    idle_child.kill()
    collector.wait_for(lambda sample: set(sample.engines) == {"stays"})
    assert monitor.watched() == {"stays"}


def test_a_key_given_again_follows_the_new_process(
    monitor: Monitor, collector: Collector, idle_child: subprocess.Popen[bytes]
) -> None:
    monitor.watch("a", idle_child.pid)
    collector.wait_for(lambda sample: "a" in sample.engines)
    monitor.watch("a", psutil.Process().pid)
    idle_child.kill()
    idle_child.wait()
    # What was being taken meanwhile may be of the old process, gone in the middle of it.
    changed_ns = time.monotonic_ns()
    collector.wait_for(lambda sample: sample.time_ns > changed_ns)
    for _ in range(3):
        assert "a" in collector.wait_for(lambda sample: True).engines


def test_a_failing_sink_does_not_end_the_monitor(caplog: pytest.LogCaptureFixture) -> None:
    calls = 0
    enough = threading.Event()

    def sink(sample: Sample) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            enough.set()
        raise RuntimeError("the sink is broken")

    monitor = Monitor(sink, interval_s=0.01)
    monitor.start()
    try:
        assert enough.wait(PATIENCE_S)
    finally:
        monitor.stop()
    reports = [record for record in caplog.records if record.name == "app.monitor.sampler"]
    assert len(reports) == 1


def test_no_sample_comes_after_stop_and_it_starts_again(collector: Collector) -> None:
    monitor = Monitor(collector, interval_s=0.001)
    monitor.start()
    collector.wait_for(lambda sample: True)
    monitor.stop()
    monitor.stop()
    count = collector.samples.qsize()
    assert all(thread.name != "monitor" for thread in threading.enumerate())
    assert collector.samples.qsize() == count
    monitor.start()
    monitor.start()
    collector.wait_for(lambda sample: True)
    monitor.stop()


def test_an_interval_must_be_positive(collector: Collector) -> None:
    with pytest.raises(ValueError, match="interval"):
        Monitor(collector, interval_s=0)


def test_available_memory_is_the_systems() -> None:
    assert 0 < available_memory_bytes() <= psutil.virtual_memory().total


def test_a_shorter_interval_begins_at_once(collector: Collector) -> None:
    monitor = Monitor(collector, interval_s=3600.0)
    monitor.start()
    try:
        collector.wait_for(lambda _sample: True)
        monitor.set_interval(0.001)
        for _ in range(3):
            collector.wait_for(lambda _sample: True)
        monitor.set_interval(3600.0)
    finally:
        monitor.stop()
