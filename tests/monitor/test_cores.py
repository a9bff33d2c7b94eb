"""Which numbers of threads may be the fastest on this PC."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.monitor.cores import fast_core_count, thread_counts
from app.monitor.machine import physical_core_count

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own files")


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text}\n")
    return folder


def test_the_cores_of_this_pc_are_among_them() -> None:
    counts = thread_counts()
    assert physical_core_count() in counts
    assert list(counts) == sorted(set(counts))
    assert counts[0] >= 1


@linux
def test_threads_of_fast_cores_count_once(tmp_path: Path) -> None:
    cores = {f"system/cpu/cpu{cpu}/topology/core_id": str(cpu // 2) for cpu in range(4)}
    packages = dict.fromkeys(
        (f"system/cpu/cpu{cpu}/topology/physical_package_id" for cpu in range(4)), "0"
    )
    devices = write(tmp_path, {"cpu_core/cpus": "0-3", "cpu_atom/cpus": "4-7", **cores, **packages})
    assert fast_core_count(devices) == 2


@linux
def test_of_arm_those_above_the_slowest(tmp_path: Path) -> None:
    speeds = {0: "400", 1: "400", 2: "1024", 3: "760"}
    devices = write(
        tmp_path, {f"system/cpu/cpu{cpu}/cpu_capacity": text for cpu, text in speeds.items()}
    )
    assert fast_core_count(devices) == 2


@linux
@pytest.mark.parametrize("text", ["1024", "", "x"])
def test_alike_or_not_told(tmp_path: Path, text: str) -> None:
    devices = write(tmp_path, {f"system/cpu/cpu{cpu}/cpu_capacity": text for cpu in range(4)})
    assert fast_core_count(devices) is None
