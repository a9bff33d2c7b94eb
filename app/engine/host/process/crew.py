"""How many threads compute: as many as were asked for, fewer while other programs take the cores.

llama.cpp's threads wait for each other, spinning, at every node of the graph. At rest nothing is
faster. Where another program takes the core of one of them, all the others spin until the system
gives it back, thousands of times a second: two threads then are slower than one, by a factor of ten
and more. A wait that sleeps instead (OMP_WAIT_POLICY) pays a wake-up at every node, which costs
small models most of their speed at rest. So the waiting stays as it is, and threads that would have
no core of their own are left out for as long as others need it.

An engine that measures what a model says keeps all of its threads instead (:attr:`Crew.is_steady`):
llama.cpp splits the attention of a generated token among the threads once the context holds 512
tokens, and rounds otherwise with another number of them. Its waits sleep, since nobody looks at its
speed.

What others take is told by the threads' own processor time: who spins has all of its core, unless
the system takes it away. Waiting for a disk or a GPU looks alike, but for the involuntary switches.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

# Systems give cores away for some milliseconds: shorter windows say little.
_WINDOW_SECONDS = 0.08
# Threads that wait for work longer than this go to sleep: such a stretch is not looked at.
_GAP_SECONDS = 0.002
_FEWEST_SWITCHES = 3
# Below this much of a core it is the system's own work.
_UNNOTICED_CORES = 0.1
# What waiting leaves of the speed that the slowest thread could have.
_WAKING = 0.9
# All threads are tried again after a pause, which grows while the cores stay taken.
_SHORTEST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 4.0
_TRIES_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """Of this process's clocks.

    Attributes:
        seconds: By the wall clock.
        busy_seconds: Processor time of all threads.
        switches: How often the system took a core from a thread; None where it does not tell.
    """

    seconds: float
    busy_seconds: float
    switches: int | None


def read_clocks() -> Reading:
    """Read them now; some microseconds. Any thread."""
    if sys.platform == "win32":
        switches = None
    else:
        import resource

        switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    return Reading(time.perf_counter(), time.process_time(), switches)


class Crew:
    """Counts the threads of one context; one worker thread uses it.

    Args:
        asked: Threads that were asked for.
        read: Reads the clocks.

    Attributes:
        is_steady: Of all crews of this process: all threads work, whatever others take.
    """

    is_steady = False

    def __init__(self, asked: int, read: Callable[[], Reading] = read_clocks) -> None:
        self._read = read
        self._window: Reading | None = None
        self._ended_at = -math.inf
        self._pause_seconds = _SHORTEST_PAUSE_SECONDS
        self._reduced_at = 0.0
        self.asked = self.count = asked

    def ask(self, threads: int) -> None:
        """Take another number of threads, all of them to begin with."""
        self.asked = self.count = threads
        self._window = None
        self._ended_at = -math.inf

    def begin(self) -> int:
        """Work begins; returns with how many threads."""
        now = time.perf_counter()
        if self.asked > 1 and not self.is_steady and now - self._ended_at > _GAP_SECONDS:
            self._try_all(now, self._pause_seconds)
            self._window = self._read()
        return self.count

    def end(self) -> None:
        """Work is done."""
        self._ended_at = time.perf_counter()
        if self._window is not None and self._ended_at - self._window.seconds >= _WINDOW_SECONDS:
            begin, self._window = self._window, self._read()
            self._judge(begin, self._window)

    def _judge(self, begin: Reading, end: Reading) -> None:
        seconds = end.seconds - begin.seconds
        taken = self.count - (end.busy_seconds - begin.busy_seconds) / seconds
        is_quiet = (
            end.switches is not None
            and begin.switches is not None
            and end.switches - begin.switches < _FEWEST_SWITCHES
        )
        if is_quiet:
            taken = 0.0
        has_all = self.count == self.asked
        fewer = max(1, self.count - math.ceil(taken - _UNNOTICED_CORES))
        # All wait for the slowest, from which alone it may have been taken, and wake after it.
        if fewer < self.count and fewer >= _WAKING * self.count * (1 - taken):
            self.count = fewer
            self._reduced_at = end.seconds
            if has_all:
                longer = max(2 * self._pause_seconds, seconds / _TRIES_SHARE)
                self._pause_seconds = min(longer, _LONGEST_PAUSE_SECONDS)
        elif has_all:
            self._pause_seconds = _SHORTEST_PAUSE_SECONDS
        else:
            self._try_all(end.seconds, _SHORTEST_PAUSE_SECONDS if is_quiet else self._pause_seconds)

    def _try_all(self, now: float, pause_seconds: float) -> None:
        if now - self._reduced_at >= pause_seconds:
            self.count = self.asked
