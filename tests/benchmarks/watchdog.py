"""Notes how long the event loop keeps others waiting."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from array import array
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 1


class Watchdog(QObject):
    """A timer that is due every millisecond; the time between two of its ticks is a gap.

    Beside each gap stands the processor time that this thread took in it: what is left was spent
    waiting: for a core that others held, or for something else.

    Attributes:
        ticked: Called at each tick with the time of ``time.perf_counter_ns``; None calls nothing.
        queued_ns: After the end: the part of each gap in which the thread could have run and waited
            for a core; empty where the system does not tell.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ticked: Callable[[int], None] | None = None
        self._gaps_ns = array("q")
        self._cpu_ns = array("q")
        self._queue_ns = array("q")
        self._last_ns = 0
        self._last_cpu_ns = 0
        self._last_queue_ns = 0
        self.queued_ns: list[int] = []
        self._queue = _QueueClock()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin anew."""
        self._gaps_ns = array("q")
        self._cpu_ns = array("q")
        self._queue_ns = array("q")
        self._last_ns = time.perf_counter_ns()
        self._last_cpu_ns = time.thread_time_ns()
        self._last_queue_ns = self._queue.read_ns()
        self._timer.start()

    def stop(self) -> tuple[list[int], list[int]]:
        """End; returns the gaps and this thread's processor time in each, none if not started."""
        self._timer.stop()
        gaps_ns, self._gaps_ns = self._gaps_ns, array("q")
        cpu_ns, self._cpu_ns = self._cpu_ns, array("q")
        self.queued_ns = self._queue_ns.tolist() if self._queue.tells else []
        return gaps_ns.tolist(), cpu_ns.tolist()

    def _tick(self) -> None:
        now_ns = time.perf_counter_ns()
        cpu_ns = time.thread_time_ns()
        self._gaps_ns.append(now_ns - self._last_ns)
        self._cpu_ns.append(cpu_ns - self._last_cpu_ns)
        self._last_cpu_ns = cpu_ns
        queue_ns = self._queue.read_ns()
        self._queue_ns.append(queue_ns - self._last_queue_ns)
        self._last_queue_ns = queue_ns
        if self.ticked is not None:
            self.ticked(now_ns)
        self._last_ns = now_ns


class _QueueClock:
    """How long a thread that could run has waited for a core, of the thread that makes it; Linux.

    The second figure of ``/proc/…/schedstat``; Documentation/scheduler/sched-stats.rst.
    """

    def __init__(self) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            way = f"/proc/self/task/{threading.get_native_id()}/schedstat"
            self._file = os.open(way, os.O_RDONLY)

    @property
    def tells(self) -> bool:
        """Whether the system does."""
        return self._file is not None

    def read_ns(self) -> int:
        """All of it so far."""
        return 0 if self._file is None else int(os.pread(self._file, 100, 0).split()[1])
