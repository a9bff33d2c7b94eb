"""The scaling law, published models and devices that ship with the program."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from app.core.devices.device import Device
from app.core.scale.law import ScalingLaw
from app.core.scale.published import PublishedModel
from app.resources import resource_path


class _Models(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: str
    models: tuple[PublishedModel, ...]


class _Devices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: str
    devices: tuple[Device, ...]


@lru_cache(maxsize=1)
def shipped_law() -> ScalingLaw:
    """The law of the chart."""
    return msgspec.json.decode(_read("law.json"), type=ScalingLaw)


@lru_cache(maxsize=1)
def shipped_models() -> tuple[PublishedModel, ...]:
    """Models whose training tokens are published."""
    return msgspec.json.decode(_read("models.json"), type=_Models).models


@lru_cache(maxsize=1)
def shipped_devices() -> tuple[Device, ...]:
    """Devices with their memory, and their bandwidth where it is published."""
    return msgspec.json.decode(_read("devices.json"), type=_Devices).devices


def _read(name: str) -> bytes:
    return resource_path("scale", name).read_bytes()
