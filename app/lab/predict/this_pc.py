"""What this PC is for models, before one is known: its memory, its GPUs, how fast it reads."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.memory.fit import Verdict
from app.core.memory.sizes import about_verdict, largest_parameters, quick_parameters
from app.lab.predict.bandwidth import MachineSpeed
from app.monitor.gpu import GpuReader
from app.monitor.machine import GpuFacts, total_memory_bytes
from app.store.small.speeds import SpeedStore


@dataclass(frozen=True, slots=True)
class ThisPc:
    """In plain values.

    Attributes:
        memory_bytes: Of the PC.
        gpus: Those with memory of their own that are found.
        bandwidth: Bytes a second read from the PC's memory; None where that is not known.
    """

    memory_bytes: int
    gpus: tuple[GpuFacts, ...] = ()
    bandwidth: float | None = None

    @property
    def largest(self) -> int:
        """Parameters of the largest model that fits at 4 bits with room to spare, about."""
        return max(map(largest_parameters, self._memories()))

    @property
    def quick(self) -> int | None:
        """Parameters of the largest that answers as fast as people read; None if not known."""
        return None if self.bandwidth is None else quick_parameters(self.bandwidth)

    @property
    def largest_on_gpu(self) -> int | None:
        """Parameters of the largest that fits into a GPU's own memory; None without one."""
        return largest_parameters(self._memories()[1]) if self.gpus else None

    def verdict(self, parameters: int) -> Verdict:
        """Whether a model of so many parameters fits at 4 bits, most likely."""
        return about_verdict(parameters, max(self._memories()))

    def _memories(self) -> list[int]:
        gpus = [gpu.memory_total_bytes for gpu in self.gpus]
        return [self.memory_bytes, *([max(gpus)] if gpus else [])]


def memory_of_this_pc() -> ThisPc:
    """What is known at once."""
    return ThisPc(total_memory_bytes())


def look_at_this_pc(speeds: SpeedStore, threads: int) -> ThisPc:
    """Look at GPUs, and measure once how fast memory is read: a second. A job thread.

    Args:
        speeds: Where that is remembered.
        threads: That an engine will have.
    """
    with GpuReader() as reader:
        gpus = tuple(GpuFacts(gpu.name, gpu.memory_total_bytes) for gpu in reader.read())
    return ThisPc(total_memory_bytes(), gpus, MachineSpeed(speeds).memory(threads).bandwidth)
