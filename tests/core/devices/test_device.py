"""Devices: what of their memory is left for a model, and how people name them."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.devices.device import Device, DeviceKind, devices_named
from app.lab.scale.shipped import shipped_devices

GIB = 1 << 30


@pytest.mark.parametrize(
    ("kind", "gib", "share"),
    [
        (DeviceKind.GPU, 8, 7.5 / 8),
        (DeviceKind.MAC, 16, 2 / 3),
        (DeviceKind.MAC, 64, 0.75),
        (DeviceKind.PHONE, 8, 0.5),
        (DeviceKind.BOARD, 8, 0.75),
    ],
)
def test_the_systems_share_is_taken_off(kind: DeviceKind, gib: int, share: float) -> None:
    device = Device("x", kind, gib, 100, "", "", date(2026, 12, 1))
    assert device.memory_bytes == gib * GIB
    assert device.usable_bytes == pytest.approx(share * gib * GIB, rel=0.02)


def test_a_large_pc_keeps_four_gigabytes() -> None:
    device = Device("x", DeviceKind.SOC, 64, 50, "", "", date(2026, 12, 1))
    assert device.usable_bytes == pytest.approx(64 * GIB - 4e9, abs=1e8)


def test_a_name_means_one_and_words_mean_many() -> None:
    devices = shipped_devices()
    assert [d.name for d in devices_named("rtx 3060 12 gb", devices)] == ["RTX 3060 12 GB"]
    assert {d.memory_gib for d in devices_named("raspberry 5", devices)} == {4, 8, 16}
    assert devices_named("abacus", devices) == ()
    assert devices_named(" ", devices) == ()
