from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from app.monitor.disturbance import asleep_ns, throttle_count


@pytest.mark.skipif(sys.platform != "linux", reason="the clocks of Linux")
def test_a_pc_at_work_does_not_sleep() -> None:
    told = [asleep_ns() for _ in range(20)]
    known = [each for each in told if each is not None]
    assert len(known) == len(told)
    # Two clocks are read one after the other, on a busy PC with a pause in between.
    assert min(abs(after - before) for before, after in itertools.pairwise(known)) < 1_000_000_000


def test_slowing_down_is_counted_over_all_cores(tmp_path: Path) -> None:
    assert throttle_count(tmp_path) is None
    for cpu, cores, package in (("cpu0", "3", "1"), ("cpu12", "4", "broken")):
        folder = tmp_path / cpu / "thermal_throttle"
        folder.mkdir(parents=True)
        (folder / "core_throttle_count").write_text(f"{cores}\n", encoding="ascii")
        (folder / "package_throttle_count").write_text(f"{package}\n", encoding="ascii")
    assert throttle_count(tmp_path) == 8
