"""How much of the processor other programs use while an engine is at work."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class OthersUse:
    """A reading; two of them tell what was used in between.

    Attributes:
        at_seconds: When, by the monotonic clock.
        busy_seconds: Processor time of everything but the engine and this program so far.
    """

    at_seconds: float
    busy_seconds: float

    def cores_since(self, earlier: OthersUse) -> float:
        """Cores that others kept busy on the average since an earlier reading."""
        elapsed = max(self.at_seconds - earlier.at_seconds, 1e-3)
        return max(0.0, (self.busy_seconds - earlier.busy_seconds) / elapsed)


def others_use(pid: int) -> OthersUse | None:
    """Read it now; None where the engine is gone or the system does not tell. Any thread.

    Args:
        pid: Of the engine.
    """
    try:
        engine = psutil.Process(pid).cpu_times()
        own = psutil.Process().cpu_times()
        every = psutil.cpu_times()
    except (psutil.Error, OSError):
        return None
    # What Linux counts for guests it counts as their host's user time too.
    idle = every.idle + getattr(every, "iowait", 0.0)
    twice = getattr(every, "guest", 0.0) + getattr(every, "guest_nice", 0.0)
    busy = sum(every) - idle - twice
    ours = engine.user + engine.system + own.user + own.system
    return OthersUse(time.monotonic(), busy - ours)
