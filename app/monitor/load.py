"""How much of the processor other programs use while an engine is at work."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from typing import cast

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
        pid: Of the engine; this program's own where it is at work itself.
    """
    try:
        own = psutil.Process().cpu_times()
        engine = psutil.Process(pid).cpu_times() if pid != os.getpid() else None
        every = psutil.cpu_times()
    except (psutil.Error, OSError):
        return None
    ours = own.user + own.system + (engine.user + engine.system if engine is not None else 0.0)
    return OthersUse(time.monotonic(), _busy_seconds(every) - ours)


def others_use_beside_family() -> OthersUse | None:
    """As :func:`others_use`, beside this program and all its child processes. Any thread."""
    try:
        own = psutil.Process()
        ours = _spent_seconds(own)
        for child in own.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                ours += _spent_seconds(child)
        every = psutil.cpu_times()
    except (psutil.Error, OSError):
        return None
    return OthersUse(time.monotonic(), _busy_seconds(every) - ours)


def _spent_seconds(process: psutil.Process) -> float:
    """Its own, and that of its children that have ended."""
    times = process.cpu_times()
    ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return float(times.user + times.system + ended)


def _busy_seconds(every: object) -> float:
    """Processor time of everything on this PC."""
    # What Linux counts for guests it counts as their host's user time too.
    idle = getattr(every, "idle", 0.0) + getattr(every, "iowait", 0.0)
    twice = getattr(every, "guest", 0.0) + getattr(every, "guest_nice", 0.0)
    return float(sum(cast("tuple[float, ...]", every)) - idle - twice)
