"""Energy, from counters as Linux and NVIDIA's driver tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.monitor.energy import Counted, Energy, EnergyMeter, energy_between
from app.monitor.gpu import GpuReader
from tests.monitor.test_gpu import ScriptedNvml

if TYPE_CHECKING:
    from pathlib import Path

RANGE_UJ = 262_143_328_850


class Powercap:
    """A tree as Linux shows it, with counters that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.domain("intel-rapl:0", "package-0", 1_000_000)
        self.domain("intel-rapl:0:0", "core", 900_000)
        self.domain("intel-rapl:1", "psys", 5_000_000)

    def domain(self, name: str, what: str, energy_uj: int) -> None:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "name").write_text(f"{what}\n")
        (folder / "energy_uj").write_text(f"{energy_uj}\n")
        (folder / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")

    def used(self, meter: EnergyMeter, after_uj: int, name: str = "intel-rapl:0") -> Energy | None:
        before = meter.read()
        (self.folder / name / "energy_uj").write_text(f"{after_uj}\n")
        return energy_between(before, meter.read())


@pytest.fixture
def powercap(tmp_path: Path) -> Powercap:
    return Powercap(tmp_path / "powercap")


@pytest.fixture
def meter(powercap: Powercap) -> EnergyMeter:
    return EnergyMeter(powercap.folder, GpuReader(ScriptedNvml([])))


def test_what_a_package_has_used(powercap: Powercap, meter: EnergyMeter) -> None:
    assert powercap.used(meter, 3_500_000) == Energy(2.5, (Counted.PACKAGE,))
    assert powercap.used(meter, 3_500_000) is None  # it has not moved


def test_a_counter_that_begins_anew(powercap: Powercap, meter: EnergyMeter) -> None:
    powercap.used(meter, RANGE_UJ - 1_000_000)
    used = powercap.used(meter, 4_000_000)
    assert used is not None
    assert used.joules == pytest.approx(5.0)


def test_several_packages_count_together(powercap: Powercap, meter: EnergyMeter) -> None:
    powercap.domain("intel-rapl:2", "package-1", 0)
    before = meter.read()
    for name, after in (("intel-rapl:0", 2_000_000), ("intel-rapl:2", 3_000_000)):
        (powercap.folder / name / "energy_uj").write_text(str(after))
    used = energy_between(before, meter.read())
    assert used is not None
    assert used.joules == pytest.approx(4.0)


@pytest.mark.parametrize("broken", ["unreadable", "no number", "gone", "no range"])
def test_what_cannot_be_read_is_not_told(
    powercap: Powercap, meter: EnergyMeter, broken: str
) -> None:
    powercap.domain("intel-rapl:2", "package-1", 0)
    before = meter.read()
    file = powercap.folder / "intel-rapl:2" / "energy_uj"
    match broken:
        case "unreadable":  # a folder of that name: rights stop no administrator
            file.unlink()
            file.mkdir()
        case "no number":
            file.write_text("many\n")
        case "gone":
            file.unlink()
        case _:
            file.with_name("max_energy_range_uj").unlink()
    assert meter.read() == {}
    assert energy_between(before, meter.read()) is None


def test_a_package_that_vanishes_leaves_nothing_to_tell(
    powercap: Powercap, meter: EnergyMeter
) -> None:
    powercap.domain("intel-rapl:2", "package-1", 0)
    before = meter.read()
    for file in (powercap.folder / "intel-rapl:2").iterdir():
        file.unlink()
    (powercap.folder / "intel-rapl:2").rmdir()
    (powercap.folder / "intel-rapl:0" / "energy_uj").write_text("9000000")
    assert len(meter.read()) == 1
    assert energy_between(before, meter.read()) is None


def test_a_system_without_counters_tells_nothing(tmp_path: Path) -> None:
    with EnergyMeter(tmp_path / "none", GpuReader(ScriptedNvml([]))) as meter:
        assert meter.read() == {}
        assert energy_between(meter.read(), meter.read()) is None


def test_gpus_count_beside_the_package(powercap: Powercap) -> None:
    nvml = ScriptedNvml(["First", "Old"], failing={"energy 1"})
    with EnergyMeter(powercap.folder, GpuReader(nvml)) as meter:
        before = meter.read()
        assert set(before) == {"intel-rapl:0 package-0", "gpu 0"}
        nvml.energy_mj += 1500
        assert powercap.used(meter, 1_000_000) is None
        assert energy_between(before, meter.read()) == Energy(1.5, tuple(Counted))
        nvml.energy_mj = 0  # the driver was loaded anew
        assert energy_between(before, meter.read()) is None
    assert nvml.started == 0
