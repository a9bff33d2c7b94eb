"""The engine's own memory, as the operating system tells it."""

from __future__ import annotations

import sys
from pathlib import Path

from app.engine.protocol.loading import EngineMemory


def own_memory(repacked_bytes: int) -> EngineMemory:
    """Private, mapped and needed memory of this process.

    Needed is the peak of resident memory less the copies of weights that llama.cpp repacked:
    the file's pages stay resident beside the copies, but could be dropped.

    Args:
        repacked_bytes: Size of the CPU_REPACK buffers in the load log.
    """
    if sys.platform.startswith("linux"):
        status = _linux_status()
        peak = status["VmHWM"]
        return EngineMemory(
            private_bytes=status["RssAnon"],
            mapped_bytes=status["RssFile"] + status.get("RssShmem", 0),
            needed_bytes=max(0, peak - repacked_bytes),
        )
    peak = _peak_resident_bytes()
    needed = None if peak is None else max(0, peak - repacked_bytes)
    return EngineMemory(private_bytes=None, mapped_bytes=None, needed_bytes=needed)


def _linux_status() -> dict[str, int]:
    sizes: dict[str, int] = {}
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").split("\n"):
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            sizes[name] = int(value[:-3]) * 1024
    return sizes


def _peak_resident_bytes() -> int | None:
    if sys.platform == "win32":
        return _windows_peak_working_set_bytes()
    import resource

    # macOS counts this in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _windows_peak_working_set_bytes() -> int | None:
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("page_faults", wintypes.DWORD),
            ("peak_working_set", ctypes.c_size_t),
            ("rest", ctypes.c_size_t * 7),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    process = ctypes.windll.kernel32.GetCurrentProcess()
    ok = ctypes.windll.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return int(counters.peak_working_set) if ok else None
