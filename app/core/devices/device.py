"""A device as data: its memory, how much of it models may use, how fast it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.memory.estimate import lasting_budget_bytes

_GIB = 1 << 30
# A GPU's driver, and a desktop on its screen.
_GPU_KEPT_BYTES = _GIB // 2
# What Metal lets a program use by itself (recommendedMaxWorkingSetSize; llama.cpp discussion 2182).
_MAC_SMALL_BYTES, _MAC_SMALL, _MAC_LARGE = 32 * _GIB, 2 / 3, 0.75
# Neither Android nor iOS says; programs that take more than about half are ended.
_PHONE = 0.5


class DeviceKind(StrEnum):
    """Who else needs of its memory, and how speed is carried over to it."""

    BOARD = "board"
    PHONE = "phone"
    SOC = "soc"
    MAC = "mac"
    GPU = "gpu"


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device with one size of memory.

    Attributes:
        name: Names it, alone among all; with its memory.
        memory_gib: Of the device; of a GPU its own.
        gb_per_s: Billions of bytes a second that its memory gives, as published; None where the
            maker publishes none.
        source: Who says so; of the person's own devices, that they do.
        date: When somebody last looked.
        note: What else is to be said.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: DeviceKind
    memory_gib: Annotated[float, Meta(gt=0, le=65_536)]
    gb_per_s: Annotated[float, Meta(gt=0, le=1_000_000)] | None
    source: str
    url: str
    date: date
    note: str = ""

    @property
    def memory_bytes(self) -> int:
        """All of it."""
        return round(self.memory_gib * _GIB)

    @property
    def usable_bytes(self) -> int:
        """What is left for a model beside the system."""
        memory = self.memory_bytes
        match self.kind:
            case DeviceKind.GPU:
                return max(0, memory - _GPU_KEPT_BYTES)
            case DeviceKind.MAC:
                return round(memory * (_MAC_SMALL if memory <= _MAC_SMALL_BYTES else _MAC_LARGE))
            case DeviceKind.PHONE:
                return round(memory * _PHONE)
            case DeviceKind.BOARD | DeviceKind.SOC:
                return lasting_budget_bytes(memory)

    @property
    def bytes_per_s(self) -> float | None:
        """What its memory gives; None where that is not published."""
        return None if self.gb_per_s is None else self.gb_per_s * 1e9


def devices_named(words: str, devices: Sequence[Device]) -> tuple[Device, ...]:
    """The devices that a person means: the one of this name, else all with these words in it."""
    wanted = _words(words)
    exact = tuple(device for device in devices if _words(device.name) == wanted)
    return exact or tuple(
        device for device in devices if wanted and set(wanted) <= set(_words(device.name))
    )


def _words(text: str) -> list[str]:
    return text.casefold().replace(",", " ").split()
