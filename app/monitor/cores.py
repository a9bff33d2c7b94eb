"""How many threads this PC's processor may be used with: its faster cores, its cores, its threads.

Linux says which processors belong to Intel's faster cores, and how fast those of Arm are beside
each other; macOS counts its levels. Elsewhere all cores are taken to be alike.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.monitor.machine import physical_core_count

_DEVICES = Path("/sys/devices")


def thread_counts() -> tuple[int, ...]:
    """Numbers of threads that may be the fastest here, the fewest first. Any thread.

    Where all cores are alike, half of them may be enough for what waits for memory.
    """
    cores, threads = physical_core_count(), os.cpu_count() or 1
    fast = fast_core_count()
    few = cores // 2 or 1 if fast is None else fast
    return tuple(sorted({few, cores, max(cores, threads)}))


def fast_core_count(devices: Path = _DEVICES) -> int | None:
    """The faster cores of a processor with two kinds; None where all are alike, or nobody says."""
    if sys.platform == "darwin":
        return _macos_fast_cores()
    if not sys.platform.startswith("linux"):
        return None
    if intel := _processors(_read(devices / "cpu_core/cpus")):
        return _cores_of(devices, intel)
    capacities = {
        int(path.name.removeprefix("cpu")): int(text)
        for path in (devices / "system/cpu").glob("cpu[0-9]*")
        if (text := _read(path / "cpu_capacity")).isdigit()
    }
    if len(set(capacities.values())) < 2:
        return None
    slowest = min(capacities.values())
    return _cores_of(devices, {cpu for cpu, each in capacities.items() if each > slowest})


def _macos_fast_cores() -> int | None:
    command = ["/usr/sbin/sysctl", "-n", "hw.perflevel0.physicalcpu"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    told = done.stdout.strip()
    return int(told) if told.isdigit() and int(told) else None


def _cores_of(devices: Path, processors: set[int]) -> int:
    """How many cores these processors are: two may be threads of one."""
    places = {cpu: devices / f"system/cpu/cpu{cpu}/topology" for cpu in processors}
    known = {
        cpu: (_read(place / "physical_package_id"), _read(place / "core_id"))
        for cpu, place in places.items()
    }
    return len({place if place[1] else cpu for cpu, place in known.items()})


def _processors(listed: str) -> set[int]:
    """Linux's lists of processors, like ``0-7,16``."""
    found: set[int] = set()
    for part in filter(None, listed.split(",")):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
