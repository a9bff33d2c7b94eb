"""Energy that the system has counted: of the processor's packages, of NVIDIA GPUs.

Linux counts what a processor's package takes (RAPL; ``energy_uj`` of each domain below
``/sys/class/powercap``, https://docs.kernel.org/power/powercap/powercap.html), where the person may
read it: since 2020 only the administrator may, unless that was changed. The driver counts what a
GPU takes (``nvmlDeviceGetTotalEnergyConsumption``, since Volta). Both count all programs, so does
whoever reads them here, and that is said with every figure. macOS and Windows tell it to no
ordinary program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from app.monitor.gpu import GpuReader

POWERCAP = Path("/sys/class/powercap")
_PACKAGES = "intel-rapl:*"  # AMD's processors, too
_PACKAGE = "package-"
# Below it a counter has hardly moved: it is told in steps of a millisecond or more.
_LEAST_JOULES = 1e-3


class Counted(StrEnum):
    """What was counted; the values stand in the store."""

    PACKAGE = "package"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter at one moment.

    Attributes:
        kind: What it counts.
        joules: So far.
        range_joules: Where it begins at zero again; None for never.
    """

    kind: Counted
    joules: float
    range_joules: float | None = None


Reading = Mapping[str, Counter]
"""Counters at one moment, by their names; empty where the system tells nothing."""


@dataclass(frozen=True, slots=True)
class Energy:
    """What was used between two readings.

    Attributes:
        joules: All together.
        counted: What was counted in it.
    """

    joules: float
    counted: tuple[Counted, ...]


class EnergyMeter:
    """Reads the counters. One thread; use it within ``with``.

    Args:
        powercap: Where Linux tells of its processors' packages.
        gpus: Reads GPUs.
    """

    def __init__(self, powercap: Path = POWERCAP, gpus: GpuReader | None = None) -> None:
        self._powercap = powercap
        self._gpus = GpuReader() if gpus is None else gpus

    def __enter__(self) -> EnergyMeter:
        self._gpus.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self._gpus.__exit__()

    def read(self) -> Reading:
        """Read all counters now; takes less than a millisecond for each."""
        found = dict(_packages(self._powercap))
        for index, joules in self._gpus.energy_joules().items():
            found[f"gpu {index}"] = Counter(Counted.GPU, joules)
        return MappingProxyType(found)


def energy_between(before: Reading, after: Reading) -> Energy | None:
    """What was used; None where nothing is told, or not of the same counters both times.

    A counter that is lower than before has begun anew once. That it did so twice cannot be told:
    a package that takes 100 W does so after more than half an hour.
    """
    if not before or before.keys() != after.keys():
        return None
    joules = 0.0
    for name, first in before.items():
        grown = after[name].joules - first.joules
        if grown < 0:
            if first.range_joules is None or first.range_joules != after[name].range_joules:
                return None
            grown += first.range_joules
        joules += grown
    if joules < _LEAST_JOULES:
        return None
    kinds = {counter.kind for counter in before.values()}
    return Energy(joules, tuple(kind for kind in Counted if kind in kinds))


def _packages(powercap: Path) -> Mapping[str, Counter]:
    """Every package whose counter can be read; of several packages all or none."""
    found: dict[str, Counter] = {}
    try:
        domains = sorted(powercap.glob(_PACKAGES))
    except OSError:
        return found
    for domain in domains:
        try:
            name = (domain / "name").read_text("ascii").strip()
            if not name.startswith(_PACKAGE):
                continue  # the cores, the memory: parts of a package, or of none
            used = int((domain / "energy_uj").read_text("ascii"))
            most = int((domain / "max_energy_range_uj").read_text("ascii"))
        except (OSError, ValueError):
            return {}
        found[f"{domain.name} {name}"] = Counter(Counted.PACKAGE, used / 1e6, most / 1e6)
    return found
