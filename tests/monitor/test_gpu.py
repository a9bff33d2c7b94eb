"""GPUs: without a driver nothing, with one what it says, with a broken one no error."""

from __future__ import annotations

import contextlib
import ctypes
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from app.monitor.gpu import GpuReader
from app.monitor.samples import GpuSample

GIB = 1024**3


class DriverFault(Exception):
    """What NVML raises."""


@dataclass
class Memory:
    used: int
    total: int


@dataclass
class Rates:
    gpu: int


@dataclass
class ScriptedNvml:
    """Stands for a driver in states that a PC without a GPU cannot be brought into."""

    names: list[str | bytes]
    failing: set[str] = field(default_factory=set)
    started: int = 0
    energy_mj: int = 7000

    def _say(self, call: str) -> None:
        if call in self.failing:
            raise DriverFault(call)

    def nvmlInit(self) -> None:
        self._say("init")
        self.started += 1

    def nvmlShutdown(self) -> None:
        self.started -= 1
        self._say("shutdown")

    def nvmlDeviceGetCount(self) -> int:
        return len(self.names)

    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> object:
        return index

    def nvmlDeviceGetName(self, handle: object, /) -> str | bytes:
        assert isinstance(handle, int)
        return self.names[handle]

    def nvmlDeviceGetMemoryInfo(self, handle: object, /) -> Memory:
        self._say(f"memory {handle}")
        return Memory(3 * GIB, 8 * GIB)

    def nvmlDeviceGetUtilizationRates(self, handle: object, /) -> Rates:
        self._say(f"load {handle}")
        return Rates(75)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: object, /) -> int:
        self._say(f"energy {handle}")
        return self.energy_mj


def test_reads_every_gpu() -> None:
    nvml = ScriptedNvml(["First", b"Second"])
    with GpuReader(nvml) as reader:
        assert reader.read() == (
            GpuSample(0, "First", 3 * GIB, 8 * GIB, 75.0),
            GpuSample(1, "Second", 3 * GIB, 8 * GIB, 75.0),
        )
        assert nvml.started == 1
    assert nvml.started == 0
    assert reader.read() == ()


def test_a_gpu_without_a_load_keeps_its_memory() -> None:
    with GpuReader(ScriptedNvml(["First"], {"load 0"})) as reader:
        assert reader.read() == (GpuSample(0, "First", 3 * GIB, 8 * GIB, None),)


def test_a_gpu_that_fails_is_left_out_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="app.monitor.gpu")
    with GpuReader(ScriptedNvml(["First", "Second"], {"memory 0"})) as reader:
        for _ in range(3):
            assert [gpu.name for gpu in reader.read()] == ["Second"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("call", ["init", "shutdown"])
def test_a_broken_driver_is_no_error(call: str) -> None:
    with GpuReader(ScriptedNvml(["First"], {call})) as reader:
        assert len(reader.read()) == (0 if call == "init" else 1)


def test_this_pc_answers_without_an_error() -> None:
    with GpuReader() as reader:
        for gpu in reader.read():
            assert 0 <= gpu.memory_used_bytes <= gpu.memory_total_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="the driver's library has this name on Linux")
def test_a_pc_without_a_driver_does_not_load_its_module() -> None:
    with contextlib.suppress(OSError):
        ctypes.CDLL("libnvidia-ml.so.1")
        pytest.skip("this PC has the driver")
    code = (
        "import sys; from app.monitor.gpu import GpuReader;"
        "GpuReader().__enter__(); print('pynvml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
