"""The monitor's thread: watches the engines' processes and the whole PC."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

import psutil

from app.monitor.gpu import GpuReader
from app.monitor.process import ProcessReader
from app.monitor.samples import EngineSample, GpuSample, Sample

_log = logging.getLogger(__name__)


class _CpuLoad:
    """Load of all cores between two calls."""

    def __init__(self) -> None:
        self._busy_s = 0.0
        self._total_s = 0.0

    def percent(self) -> float | None:
        times = psutil.cpu_times()
        idle_s = times.idle + getattr(times, "iowait", 0.0)
        # The kernel counts a guest's time in the host's user time as well.
        guest_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        total_s = sum(times) - guest_s
        first = self._total_s == 0.0
        busy, total = total_s - idle_s - self._busy_s, total_s - self._total_s
        self._busy_s, self._total_s = total_s - idle_s, total_s
        if first or total <= 0.0:
            return None
        return min(100.0, max(0.0, 100.0 * busy / total))


class Monitor:
    """Takes a sample of the PC and of the watched processes at a steady pace.

    One thread, named "monitor". `watch`, `unwatch`, `start` and `stop` may be called from any
    thread; the sink is called on the monitor's thread and should only pass the sample on.
    """

    def __init__(self, sink: Callable[[Sample], None], interval_s: float = 0.2) -> None:
        """Prepare; nothing is measured before `start`.

        Args:
            sink: Takes each sample.
            interval_s: Time from one sample to the next.

        Raises:
            ValueError: The interval is not positive.
        """
        if interval_s <= 0:
            raise ValueError("the monitor's interval must be positive")
        self._sink = sink
        self._interval_s = interval_s
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._readers: dict[str, ProcessReader] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False

    def start(self) -> None:
        """Begin to take samples, the first one at once; does nothing while running."""
        if self._thread is not None:
            return
        self._stopping.clear()
        # Not a daemon: who starts the monitor stops it, and a forgotten one is noticed.
        self._thread = threading.Thread(target=self._run, name="monitor")
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; no sample is handed on after this returns.

        The sink must not call this.
        """
        thread, self._thread = self._thread, None
        self._stopping.set()
        self._woken.set()
        if thread is not None:
            thread.join()

    def set_interval(self, interval_s: float) -> None:
        """Take samples more or less often; a shorter interval begins at once."""
        if interval_s != self._interval_s:
            self._interval_s = interval_s
            self._woken.set()

    def watch(self, key: str, pid: int) -> None:
        """Include a process from the next sample on; a key given again changes its process."""
        reader = ProcessReader(pid)
        with self._lock:
            self._readers[key] = reader

    def unwatch(self, key: str) -> None:
        """Leave a process out from the next sample on; unknown keys are ignored."""
        with self._lock:
            self._readers.pop(key, None)

    def watched(self) -> frozenset[str]:
        """The keys of the watched processes; ended ones drop out by themselves."""
        with self._lock:
            return frozenset(self._readers)

    def _run(self) -> None:
        with GpuReader() as gpus:
            load = _CpuLoad()
            next_s = time.monotonic()
            while not self._stopping.is_set():
                self._tick(gpus, load)
                # After a sleep of the PC the missed samples are not made up for.
                next_s = max(next_s + self._interval_s, time.monotonic())
                if self._woken.wait(max(0.0, next_s - time.monotonic())):
                    self._woken.clear()
                    next_s = time.monotonic()

    def _tick(self, gpus: GpuReader, load: _CpuLoad) -> None:
        try:
            sample = self._sample(gpus.read(), load.percent())
            if not self._stopping.is_set():
                self._sink(sample)
            self._failing = False
        except Exception:  # noqa: BLE001 - the edge of the thread: the next sample may go well
            if not self._failing:
                _log.exception("the monitor could not take or hand on a sample")
            self._failing = True

    def _sample(self, gpus: tuple[GpuSample, ...], cpu_percent: float | None) -> Sample:
        with self._lock:
            readers = dict(self._readers)
        engines: dict[str, EngineSample] = {}
        for key, reader in readers.items():
            sample = reader.read()
            if sample is None:
                self._drop(key, reader)
            else:
                engines[key] = EngineSample(**asdict(sample.memory), cpu_percent=sample.cpu_percent)
        memory = psutil.virtual_memory()
        return Sample(
            time_ns=time.monotonic_ns(),
            memory_total_bytes=memory.total,
            memory_available_bytes=memory.available,
            cpu_percent=cpu_percent,
            engines=engines,
            gpus=gpus,
        )

    def _drop(self, key: str, reader: ProcessReader) -> None:
        with self._lock, suppress(KeyError):
            # The key may have been given to a new process meanwhile.
            if self._readers[key] is reader:
                del self._readers[key]
