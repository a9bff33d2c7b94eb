"""Reading real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.monitor.process import MemoryCounts, ProcessReader, split_memory

MIB = 1024 * 1024

# Allocates, maps or computes what each line of its input asks for, and answers when it is done.
CHILD = """
import mmap, sys, time
kept = []
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "allocate":
        kept.append(bytearray(b"\\x01") * int(rest))
    elif word == "free":
        kept.clear()
    elif word == "map":
        file = open(rest, "rb")
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        kept.append((view, sum(view[::4096])))
    elif word == "compute":
        end = time.process_time() + float(rest)
        while time.process_time() < end:
            pass
    print("done", flush=True)
"""


class Child:
    """A process that allocates on demand."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.pid = process.pid

    def do(self, command: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def running_child() -> Iterator[Child]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = Child(process)
    try:
        child.do("ready")
        yield child
    finally:
        child.end()


@pytest.fixture
def child() -> Iterator[Child]:
    with running_child() as one:
        yield one


@pytest.mark.skipif(sys.platform != "linux", reason="private and mapped apart")
def test_private_memory_grows_by_what_is_allocated(child: Child) -> None:
    reader = ProcessReader(child.pid)
    before = reader.read()
    child.do(f"allocate {64 * MIB}")
    after = reader.read()
    assert before is not None
    assert after is not None
    assert before.memory.private_bytes is not None
    assert after.memory.private_bytes is not None
    grown = after.memory.private_bytes - before.memory.private_bytes
    assert 60 * MIB < grown < 70 * MIB
    assert after.memory.mapped_bytes == pytest.approx(before.memory.mapped_bytes, abs=4 * MIB)


@pytest.mark.skipif(sys.platform != "linux", reason="private and mapped apart")
def test_a_mapped_file_is_not_private(child: Child, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"\x01" * 32 * MIB)
    reader = ProcessReader(child.pid)
    before = reader.read()
    child.do(f"map {weights}")
    after = reader.read()
    assert before is not None
    assert after is not None
    assert after.memory.private_bytes == pytest.approx(before.memory.private_bytes, abs=4 * MIB)
    assert before.memory.mapped_bytes is not None
    assert after.memory.mapped_bytes is not None
    assert 30 * MIB < after.memory.mapped_bytes - before.memory.mapped_bytes < 36 * MIB


@pytest.mark.skipif(sys.platform != "linux", reason="private and mapped apart")
def test_peaks_are_kept_when_memory_is_given_back(child: Child) -> None:
    reader = ProcessReader(child.pid)
    child.do(f"allocate {64 * MIB}")
    high = reader.read()
    child.do("free")
    low = reader.read()
    assert high is not None
    assert low is not None
    assert low.memory.private_bytes is not None
    assert high.memory.private_bytes is not None
    assert low.memory.private_bytes < high.memory.private_bytes - 50 * MIB
    assert low.memory.peak_private_bytes == high.memory.private_bytes
    assert low.memory.peak_resident_bytes == high.memory.resident_bytes


def test_processor_time_is_counted_between_readings(child: Child) -> None:
    reader = ProcessReader(child.pid)
    first = reader.read()
    child.do("compute 0.3")
    second = reader.read()
    assert first is not None
    assert second is not None
    assert first.cpu_percent is None
    assert second.cpu_percent is not None
    passed_s = (second.time_ns - first.time_ns) / 1e9
    # The kernel counts in ticks of 10 ms; some time goes by before and after the computing.
    assert second.cpu_percent * passed_s / 100 == pytest.approx(0.3, abs=0.1)


def test_an_ended_process_is_none_even_before_it_is_waited_for(child: Child) -> None:
    reader = ProcessReader(child.pid)
    assert reader.read() is not None
    child.process.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert reader.read() is None
    child.end()
    assert reader.read() is None
    assert ProcessReader(child.pid).read() is None


@pytest.mark.parametrize("pid", [-1, 2**31 - 1, 2**80])
def test_a_number_without_a_process_is_none(pid: int) -> None:
    assert ProcessReader(pid).read() is None


def test_one_reading_of_this_process() -> None:
    sample = ProcessReader(os.getpid()).read()
    assert sample is not None
    assert sample.cpu_percent is None
    assert sample.memory.resident_bytes is not None
    assert sample.memory.resident_bytes > MIB


def test_what_a_system_does_not_tell_is_none() -> None:
    windows = SimpleNamespace(rss=500, private=300)
    macos = SimpleNamespace(rss=500, vms=9000)
    assert split_memory(windows) == MemoryCounts(300, None, 500)
    assert split_memory(macos) == MemoryCounts(None, None, 500)
