"""NVIDIA GPUs through NVML, where the driver and its Python module are there."""

from __future__ import annotations

import ctypes
import importlib
import logging
import sys
from dataclasses import dataclass
from typing import Protocol, cast

from app.monitor.samples import GpuSample

_log = logging.getLogger(__name__)


class NvmlMemory(Protocol):
    """Memory of one GPU, in bytes."""

    @property
    def used(self) -> int: ...
    @property
    def total(self) -> int: ...


class NvmlRates(Protocol):
    """Load of one GPU, in percent."""

    @property
    def gpu(self) -> int: ...


class Nvml(Protocol):
    """The part of the module `pynvml` that is used here."""

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> object: ...
    def nvmlDeviceGetName(self, handle: object, /) -> str | bytes: ...
    def nvmlDeviceGetMemoryInfo(self, handle: object, /) -> NvmlMemory: ...
    def nvmlDeviceGetUtilizationRates(self, handle: object, /) -> NvmlRates: ...
    def nvmlDeviceGetTotalEnergyConsumption(self, handle: object, /) -> int: ...


def _load_nvml() -> Nvml | None:
    """The module, which takes 3 MB: where a driver may be; a PC with Linux has it by this name."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL("libnvidia-ml.so.1")
        return cast("Nvml", importlib.import_module("pynvml"))
    except (ImportError, OSError):
        return None
    except Exception:  # noqa: BLE001 - a broken module is none
        _log.warning("the NVML module cannot be used", exc_info=True)
        return None


@dataclass(frozen=True, slots=True)
class _Gpu:
    index: int
    name: str
    handle: object


class GpuReader:
    """Reads all NVIDIA GPUs; without any it is empty. Nothing here raises.

    Use it within `with`, in one thread: NVML is started on entry, which takes some milliseconds
    where there is a GPU, and ended on exit.
    """

    def __init__(self, nvml: Nvml | None = None) -> None:
        """Prepare to read.

        Args:
            nvml: A module that speaks pynvml's functions; None takes pynvml itself.
        """
        self._nvml = nvml
        self._gpus: list[_Gpu] = []
        self._started = False
        self._reported: set[int] = set()

    def __enter__(self) -> GpuReader:
        if self._nvml is None:
            self._nvml = _load_nvml()
        if self._nvml is None:
            return self
        try:
            self._find(self._nvml)
        except Exception as error:  # noqa: BLE001 - a driver's fault must not stop the monitor
            _log.info("no NVIDIA GPU to watch: %s", error)
        return self

    def __exit__(self, *_error: object) -> None:
        self._gpus.clear()
        if self._nvml is None or not self._started:
            return
        self._started = False
        try:
            self._nvml.nvmlShutdown()
        except Exception as fault:  # noqa: BLE001 - as above
            _log.info("NVML did not end properly: %s", fault)

    def read(self) -> tuple[GpuSample, ...]:
        """Read all GPUs now; one that cannot be read is left out."""
        if self._nvml is None:
            return ()
        samples = [self._read_one(self._nvml, gpu) for gpu in self._gpus]
        return tuple(sample for sample in samples if sample is not None)

    def energy_joules(self) -> dict[int, float]:
        """What each GPU has used since its driver was loaded; those that do not tell are left out.

        The driver counts in millijoules.
        """
        found: dict[int, float] = {}
        nvml = self._nvml
        if nvml is None:
            return found
        for gpu in self._gpus:
            try:
                used = nvml.nvmlDeviceGetTotalEnergyConsumption(gpu.handle)
                found[gpu.index] = int(used) / 1e3
            except Exception as error:  # noqa: BLE001 - as above: GPUs before Volta count nothing
                self._report(gpu, error)
        return found

    def _find(self, nvml: Nvml) -> None:
        nvml.nvmlInit()
        self._started = True
        for index in range(nvml.nvmlDeviceGetCount()):
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            name = nvml.nvmlDeviceGetName(handle)
            text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
            self._gpus.append(_Gpu(index, text, handle))

    def _read_one(self, nvml: Nvml, gpu: _Gpu) -> GpuSample | None:
        try:
            memory = nvml.nvmlDeviceGetMemoryInfo(gpu.handle)
        except Exception as error:  # noqa: BLE001 - as above
            self._report(gpu, error)
            return None
        try:
            load: float | None = float(nvml.nvmlDeviceGetUtilizationRates(gpu.handle).gpu)
        except Exception as error:  # noqa: BLE001 - some GPUs tell their memory only
            self._report(gpu, error)
            load = None
        return GpuSample(gpu.index, gpu.name, int(memory.used), int(memory.total), load)

    def _report(self, gpu: _Gpu, error: Exception) -> None:
        if gpu.index not in self._reported:
            self._reported.add(gpu.index)
            _log.info("GPU %d cannot be read in full: %s", gpu.index, error)
