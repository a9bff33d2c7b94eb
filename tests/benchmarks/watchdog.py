"""Notes how long the event loop keeps others waiting."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 1


class Watchdog(QObject):
    """A timer that is due every millisecond; the time between two of its ticks is a gap.

    Beside each gap stands the processor time that this thread took in it: what is left was spent
    waiting for a core that others held.

    Attributes:
        ticked: Called at each tick with the time of ``time.perf_counter_ns``; None calls nothing.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ticked: Callable[[int], None] | None = None
        self._gaps_ns = array("q")
        self._cpu_ns = array("q")
        self._last_ns = 0
        self._last_cpu_ns = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin anew."""
        self._gaps_ns = array("q")
        self._cpu_ns = array("q")
        self._last_ns = time.perf_counter_ns()
        self._last_cpu_ns = time.thread_time_ns()
        self._timer.start()

    def stop(self) -> tuple[list[int], list[int]]:
        """End; returns the gaps and this thread's processor time in each, none if not started."""
        self._timer.stop()
        gaps_ns, self._gaps_ns = self._gaps_ns, array("q")
        cpu_ns, self._cpu_ns = self._cpu_ns, array("q")
        return gaps_ns.tolist(), cpu_ns.tolist()

    def _tick(self) -> None:
        now_ns = time.perf_counter_ns()
        cpu_ns = time.thread_time_ns()
        self._gaps_ns.append(now_ns - self._last_ns)
        self._cpu_ns.append(cpu_ns - self._last_cpu_ns)
        self._last_cpu_ns = cpu_ns
        if self.ticked is not None:
            self.ticked(now_ns)
        self._last_ns = now_ns
