"""Memory and processor time of one process, as the operating system counts them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from app.monitor.samples import ProcessMemory, ProcessSample


@dataclass(frozen=True, slots=True)
class MemoryCounts:
    """Private, mapped and all memory of a process; None is not told by the system."""

    private_bytes: int | None
    mapped_bytes: int | None
    resident_bytes: int


def split_memory(info: object) -> MemoryCounts:
    """Split psutil's figures into private and mapped memory, as far as the system tells.

    Linux has a count of file-backed pages. Windows counts what was committed privately, but not
    the mapped pages by themselves. macOS tells another process the sum only. What is missing
    stays None: the difference of two figures that count different things would be a guess.
    """
    resident: int = getattr(info, "rss")  # noqa: B009 - the fields differ from system to system
    shared: int | None = getattr(info, "shared", None)
    if shared is not None:
        return MemoryCounts(max(0, resident - shared), shared, resident)
    return MemoryCounts(getattr(info, "private", None), None, resident)


def _larger(first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return second if first is None else first
    return max(first, second)


class ProcessReader:
    """Reads one process again and again: peaks, and processor time between two readings.

    Belongs to the thread that uses it. A process that took over the number of one that ended is
    not taken for it.
    """

    def __init__(self, pid: int) -> None:
        """Take note of the process that has this number now; never raises."""
        self.pid = pid
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
        except (psutil.Error, ValueError, OverflowError):
            self._process = None
        self._memory = ProcessMemory()
        self._cpu_s: float | None = None
        self._time_ns = 0

    def read(self) -> ProcessSample | None:
        """Read the process now; None when it is gone or cannot be read."""
        if self._process is None:
            return None
        try:
            with self._process.oneshot():
                counts = split_memory(self._process.memory_info())
                times = self._process.cpu_times()
                status = self._process.status()
            alive = self._process.is_running()
        except (psutil.Error, OSError):
            return None
        # A process that has ended but was not waited for is still listed, with no memory.
        if not alive or status == psutil.STATUS_ZOMBIE:
            return None
        now_ns = time.monotonic_ns()
        cpu_percent = self._cpu_percent(now_ns, times.user + times.system)
        self._memory = ProcessMemory(
            counts.private_bytes,
            counts.mapped_bytes,
            counts.resident_bytes,
            _larger(self._memory.peak_private_bytes, counts.private_bytes),
            _larger(self._memory.peak_mapped_bytes, counts.mapped_bytes),
            _larger(self._memory.peak_resident_bytes, counts.resident_bytes),
        )
        return ProcessSample(now_ns, self._memory, cpu_percent)

    def _cpu_percent(self, now_ns: int, cpu_s: float) -> float | None:
        before_s, before_ns = self._cpu_s, self._time_ns
        self._cpu_s, self._time_ns = cpu_s, now_ns
        if before_s is None or now_ns <= before_ns:
            return None
        return max(0.0, 100.0 * (cpu_s - before_s) / ((now_ns - before_ns) / 1e9))


def processor_seconds(pid: int) -> float | None:
    """Processor time that a process has used so far; None when it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except (psutil.Error, ValueError, OverflowError):
        return None
    return times.user + times.system
