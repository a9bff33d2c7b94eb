"""What is shown of candidates on other devices, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.devices.device import DeviceKind
from app.core.memory.fit import Verdict
from app.ui.kit.words.format import MISSING, Quantity, byte_rate, byte_size, speed
from app.ui.kit.words.text import translate
from app.ui.plots.words import Readout, ReadoutRow

if TYPE_CHECKING:
    from app.core.devices.carried import Carried


@dataclass(frozen=True, slots=True)
class Bar:
    """A version that the devices are asked about.

    Attributes:
        name: For people.
        needs_bytes: With its context; None while it is planned.
        is_chosen: The devices below are judged by it.
    """

    name: str
    needs_bytes: int | None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ElsewhereContent:
    """The picture: versions above, devices below, on one line of memory.

    Attributes:
        bars: Versions of one model, from the least to the most shrunken.
        devices: The chosen version on each.
        empty: A sentence where there is nothing to show, and its reason.
    """

    bars: tuple[Bar, ...] = ()
    devices: tuple[Carried, ...] = ()
    empty: tuple[str, str] | None = None


def kind_name(kind: DeviceKind) -> str:
    """A kind of device, for people."""
    return {
        DeviceKind.BOARD: translate("Elsewhere", "Boards"),
        DeviceKind.PHONE: translate("Elsewhere", "Phones"),
        DeviceKind.SOC: translate("Elsewhere", "PCs, laptops"),
        DeviceKind.MAC: translate("Elsewhere", "Macs"),
        DeviceKind.GPU: translate("Elsewhere", "GPUs"),
    }[kind]


def verdict_words(verdict: Verdict) -> str:
    """Whether it fits."""
    match verdict:
        case Verdict.FITS:
            return translate("Elsewhere", "fits")
        case Verdict.TIGHT:
            return translate("Elsewhere", "tight")
        case Verdict.NO:
            return translate("Elsewhere", "does not fit")


def speed_words(one: Carried) -> str:
    """The range, from a full context to an empty one."""
    if one.verdict is Verdict.NO:
        return MISSING
    if one.slow is None or one.quick is None:
        return translate("Elsewhere", "not published")
    return translate("Elsewhere", "{0} to {1}").format(speed(one.slow).value, speed(one.quick))


def bandwidth_words(one: Carried) -> str:
    """What its memory gives."""
    if one.device.bytes_per_s is None:
        return translate("Elsewhere", "not published")
    return str(byte_rate(one.device.bytes_per_s))


def describe(content: ElsewhereContent) -> str:
    """The picture in sentences, for ears."""
    if content.empty is not None:
        return ". ".join(content.empty)
    said = [
        translate("Elsewhere", "{0} needs {1}").format(bar.name, byte_size(bar.needs_bytes))
        for bar in content.bars
        if bar.needs_bytes is not None
    ]
    fitting = sum(one.verdict is not Verdict.NO for one in content.devices)
    said.append(
        translate("Elsewhere", "It fits {0} of {1} devices; the table has all of them").format(
            fitting, len(content.devices)
        )
    )
    return ". ".join(said) + "."


def readout_of(one: Carried, colour: str) -> Readout:
    """The values of a device."""
    columns = (
        translate("Elsewhere", "for models"),
        translate("Elsewhere", "needed"),
        translate("Elsewhere", "speed"),
    )
    values = (
        byte_size(one.device.usable_bytes),
        byte_size(one.needs_bytes),
        Quantity(speed_words(one)),
    )
    notes = [verdict_words(one.verdict).capitalize()]
    if one.device.kind in (DeviceKind.PHONE, DeviceKind.BOARD) and one.slow is not None:
        notes.append(translate("Elsewhere", "At first: it slows down when it gets warm"))
    row = ReadoutRow("", one.device.name, colour, values)
    return Readout(kind_name(one.device.kind), columns, (row,), tuple(notes))
