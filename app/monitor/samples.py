"""What the monitor measures, as plain values. None means that the system does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """Physical memory that one process holds at one moment, and the most it held so far.

    Attributes:
        private_bytes: Anonymous memory: what the process cannot do without.
        mapped_bytes: File-backed pages in memory, which the system may drop and which processes
            with the same file share.
        resident_bytes: All pages in memory, of both kinds.
        peak_private_bytes: The most private memory seen by the reader.
        peak_mapped_bytes: The most mapped memory seen by the reader.
        peak_resident_bytes: The most resident memory seen by the reader.
    """

    private_bytes: int | None = None
    mapped_bytes: int | None = None
    resident_bytes: int | None = None
    peak_private_bytes: int | None = None
    peak_mapped_bytes: int | None = None
    peak_resident_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ProcessSample:
    """One reading of one process.

    Attributes:
        time_ns: When, on the clock of `time.monotonic_ns`.
        memory: Its memory.
        cpu_percent: Processor time since the reading before, 100 being one core kept busy; None
            at the first reading.
    """

    time_ns: int
    memory: ProcessMemory
    cpu_percent: float | None


@dataclass(frozen=True, slots=True)
class EngineSample(ProcessMemory):
    """The part of one engine in a `Sample`; see `ProcessSample`."""

    cpu_percent: float | None = None


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One GPU at one moment.

    Attributes:
        index: Its number in the driver's order.
        name: Its name as the driver gives it.
        memory_used_bytes: Used by all programs together.
        memory_total_bytes: Built in.
        load_percent: Share of the last moments in which it worked, 0 to 100.
    """

    index: int
    name: str
    memory_used_bytes: int
    memory_total_bytes: int
    load_percent: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """The whole machine at one moment.

    Attributes:
        time_ns: When, on the clock of `time.monotonic_ns`.
        memory_total_bytes: The PC's memory.
        memory_available_bytes: What programs could still take without swapping.
        cpu_percent: Load of all cores together, 0 to 100; None in the first sample.
        engines: The watched processes that were alive, by their keys. Treat as read-only.
        gpus: The GPUs that NVML finds, in the driver's order.
    """

    time_ns: int
    memory_total_bytes: int
    memory_available_bytes: int
    cpu_percent: float | None
    engines: Mapping[str, EngineSample]
    gpus: tuple[GpuSample, ...] = ()
