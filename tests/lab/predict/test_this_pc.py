"""What a PC is for models, before one is known."""

from __future__ import annotations

from pathlib import Path

from app.core.memory.fit import Verdict
from app.lab.predict.this_pc import ThisPc, look_at_this_pc, memory_of_this_pc
from app.monitor.machine import GpuFacts, total_memory_bytes
from app.store.small.speeds import SpeedStore

GB = 10**9


def test_a_gpus_own_memory_counts_where_it_is_larger() -> None:
    small = ThisPc(16 * GB, (GpuFacts("a GPU", 8 * GB),))
    assert small.largest == ThisPc(16 * GB).largest
    assert small.largest_on_gpu == ThisPc(8 * GB).largest
    large = ThisPc(16 * GB, (GpuFacts("a GPU", 48 * GB),))
    assert large.largest == large.largest_on_gpu == ThisPc(48 * GB).largest
    assert large.verdict(32 * GB) is Verdict.FITS
    assert ThisPc(16 * GB).verdict(32 * GB) is Verdict.NO


def test_what_is_quick_is_not_known_before_the_memory_was_read() -> None:
    assert ThisPc(16 * GB).quick is None
    assert ThisPc(16 * GB, bandwidth=40e9).quick == 7 * GB


def test_this_very_pc_is_looked_at_once(tmp_path: Path) -> None:
    assert memory_of_this_pc().memory_bytes == total_memory_bytes()
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    found = look_at_this_pc(speeds, 1)
    assert found.bandwidth
    rates = speeds.rates(1)
    assert rates is not None
    assert rates.bandwidth == found.bandwidth
