"""A candidate carried over to another device."""

from __future__ import annotations

from datetime import date

from app.core.devices.carried import CarriedBasis, OwnShare, carried, own_share, speed_range
from app.core.devices.device import Device, DeviceKind
from app.core.memory.estimate import Needs
from app.core.memory.fit import Verdict
from app.core.memory.speed import MachineRates
from app.core.memory.token_work import TokenWork

Q4_K, Q6_K = 12, 14
WORK = TokenWork({Q4_K: 4_000_000_000, Q6_K: 1_000_000_000}, 100_000, 0.0, 0, 0, 0)
NEEDS = Needs(5_000_000_000, 400_000_000, 300_000_000, 1_000_000, 100_000_000)
OWN = OwnShare(0.8, CarriedBasis.KERNELS)


def device(kind: DeviceKind, gib: float, gb_per_s: float | None) -> Device:
    return Device("x", kind, gib, gb_per_s, "", "", date(2026, 12, 1))


def test_what_this_pc_reaches_is_weighed_by_the_formats() -> None:
    rates = MachineRates(4, 50e9, {Q4_K: 40e9, Q6_K: 25e9})
    found = own_share(WORK, rates)
    assert abs(found.share - 5e9 / (4e9 / 40e9 + 1e9 / 25e9) / 50e9) < 1e-9
    assert found.basis is CarriedBasis.KERNELS
    assert own_share(WORK, None).basis is CarriedBasis.USUAL
    assert own_share(WORK, MachineRates(4, 50e9)).basis is CarriedBasis.USUAL


def test_a_range_grows_with_the_context_and_follows_the_bandwidth() -> None:
    gpu = device(DeviceKind.GPU, 24, 900)
    low, high = speed_range(gpu, WORK, 32, 0, OWN)
    full, same = speed_range(gpu, WORK, 32, 32_768, OWN)
    assert 0 < full < low < high == same
    assert speed_range(device(DeviceKind.GPU, 24, 450), WORK, 32, 0, OWN)[1] < 0.6 * high
    slower = speed_range(gpu, WORK, 32, 0, OwnShare(0.5, CarriedBasis.KERNELS))
    assert slower[0] < low
    assert slower[1] == high


def test_what_does_not_fit_or_is_not_published_has_no_speed() -> None:
    small = carried(device(DeviceKind.GPU, 4, 100), NEEDS, WORK, 32, 4096, OWN)
    assert (small.verdict, small.slow, small.quick) == (Verdict.NO, None, None)
    silent = carried(device(DeviceKind.PHONE, 16, None), NEEDS, WORK, 32, 4096, OWN)
    assert (silent.verdict, silent.slow) == (Verdict.FITS, None)
    gpu = carried(device(DeviceKind.GPU, 12, 400), NEEDS, WORK, 32, 4096, OWN)
    assert gpu.needs_bytes == NEEDS.total_bytes - NEEDS.overhead_bytes
    assert gpu.slow is not None
    assert gpu.quick is not None
