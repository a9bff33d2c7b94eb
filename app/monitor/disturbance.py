"""What spoils a timing without any program's doing: the PC slept, or the processor was too hot."""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_COUNTS = "cpu[0-9]*/thermal_throttle/*_throttle_count"
_WINDOWS_TICK_NS = 100


def asleep_ns() -> int | None:
    """How long this PC has slept since it was started; None where the system does not tell.

    Two readings tell whether it slept in between. A reading of both clocks takes some microseconds,
    so that a difference far below a second means nothing. Any thread.
    """
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(
            time.CLOCK_MONOTONIC
        )
    if sys.platform == "darwin":
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) - time.clock_gettime_ns(
            time.CLOCK_UPTIME_RAW
        )
    if sys.platform == "win32":
        return _windows_asleep_ns()
    return None


def throttle_count(cpus: Path = _CPUS) -> int | None:
    """How often the processor has slowed down because of its heat; None where it is not told.

    Linux tells it for Intel's processors. Two readings tell whether it happened in between.

    Args:
        cpus: Where the system tells of its processors.
    """
    total, found = 0, False
    for path in cpus.glob(_COUNTS):
        try:
            total += int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        found = True
    return total if found else None


def _windows_asleep_ns() -> int | None:
    if sys.platform != "win32":
        return None
    kernel = ctypes.windll.kernel32
    with_sleep, without = ctypes.c_ulonglong(), ctypes.c_ulonglong()
    try:
        kernel.QueryInterruptTime(ctypes.byref(with_sleep))
        kernel.QueryUnbiasedInterruptTime(ctypes.byref(without))
    except AttributeError:  # before Windows 10
        return None
    return (with_sleep.value - without.value) * _WINDOWS_TICK_NS
