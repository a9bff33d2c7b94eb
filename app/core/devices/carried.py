"""How fast a candidate would be on another device, carried over from what this PC reaches.

Every token reads all weights that work on it, and the keys and values so far. How much of its
published bandwidth a device reaches while it does is not known beforehand; between which shares it
lies is, from published runs (docs/DEVICES.md has them, with how many fall between). The lower
end rests on this PC: number formats that its kernels read more slowly than its memory gives take
longer elsewhere too. Between the products time passes that does not depend on their size: for each
layer so many microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from app.core.devices.device import Device, DeviceKind
from app.core.memory.fit import Verdict, judge
from app.core.memory.speed import DEFAULT_EFFICIENCY, MachineRates, type_rate

if TYPE_CHECKING:
    from app.core.memory.estimate import Needs
    from app.core.memory.token_work import TokenWork

# Even a format that costs nothing to decode is not read faster in the lower end.
_MOST_OWN, _LEAST_OWN = 0.9, 0.4


class _Reach(NamedTuple):
    """Between which shares of the published bandwidth a kind of device reads weights.

    Attributes:
        low: At least, where this PC's kernels keep up with its memory.
        high: At most.
        slow_us: Microseconds for each layer beside its bytes, at most.
        quick_us: At least.
    """

    low: float
    high: float
    slow_us: float
    quick_us: float


_REACHES = {
    DeviceKind.GPU: _Reach(0.72, 0.92, 80.0, 8.0),
    DeviceKind.MAC: _Reach(0.72, 0.90, 220.0, 60.0),
    DeviceKind.SOC: _Reach(0.72, 0.90, 120.0, 10.0),
    # Small processors decode more slowly than their memory gives.
    DeviceKind.BOARD: _Reach(0.33, 0.80, 400.0, 40.0),
    DeviceKind.PHONE: _Reach(0.33, 0.80, 400.0, 40.0),
}


class CarriedBasis(StrEnum):
    """What the lower end of a range rests on."""

    KERNELS = "share of its own bandwidth that this PC's kernels reach for the same formats"
    USUAL = "usual share of bandwidth; this PC was not measured"


@dataclass(frozen=True, slots=True)
class OwnShare:
    """What this PC reaches of its own bandwidth for a candidate's formats.

    Attributes:
        share: Of what it reads at most; can be above 1 where reading plainly was disturbed.
        basis: Whether it was measured.
    """

    share: float
    basis: CarriedBasis


@dataclass(frozen=True, slots=True)
class Carried:
    """A candidate on a device.

    Attributes:
        needs_bytes: In the memory that the device has for models.
        verdict: Whether it fits.
        slow: Tokens a second at least, once the context is full; None where the bandwidth is not
            published, or it does not fit.
        quick: At most, while the context is empty.
    """

    device: Device
    needs_bytes: int
    verdict: Verdict
    slow: float | None = None
    quick: float | None = None


def own_share(work: TokenWork, rates: MachineRates | None) -> OwnShare:
    """What this PC reaches of its own bandwidth while it reads these weights.

    Args:
        work: What a token takes.
        rates: Of this PC; None where it was not measured.
    """
    if rates is None or not rates.bandwidth or not rates.by_type:
        return OwnShare(DEFAULT_EFFICIENCY, CarriedBasis.USUAL)
    seconds = sum(
        n_bytes / type_rate(type_id, rates) for type_id, n_bytes in work.bytes_by_type.items()
    )
    share = work.weight_bytes / seconds / rates.bandwidth if seconds else DEFAULT_EFFICIENCY
    return OwnShare(share, CarriedBasis.KERNELS)


def carried(
    device: Device, needs: Needs, work: TokenWork, layers: int, context_tokens: int, own: OwnShare
) -> Carried:
    """Judge a candidate on a device.

    Args:
        device: Which.
        needs: Of the candidate, as planned on this PC.
        work: What a token takes.
        layers: Of the model.
        context_tokens: Size of the context.
        own: What this PC reaches.
    """
    needed = needs.total_bytes
    if device.kind is DeviceKind.GPU:  # the engine itself stays in the PC's memory
        needed -= needs.overhead_bytes
    verdict = judge(needed, device.usable_bytes).verdict
    if device.bytes_per_s is None or verdict is Verdict.NO:
        return Carried(device, needed, verdict)
    slow, quick = speed_range(device, work, layers, context_tokens, own)
    return Carried(device, needed, verdict, slow, quick)


def speed_range(
    device: Device, work: TokenWork, layers: int, context_tokens: int, own: OwnShare
) -> tuple[float, float]:
    """Tokens a second between which the device should be.

    Args:
        device: With a published bandwidth.
        work: What a token takes.
        layers: Of the model.
        context_tokens: Held at the end.
        own: What this PC reaches.
    """
    assert device.bytes_per_s is not None
    reach = _REACHES[device.kind]
    low = reach.low * min(_MOST_OWN, max(_LEAST_OWN, own.share))
    slow_s = work.total_bytes(context_tokens) / (device.bytes_per_s * low)
    quick_s = work.total_bytes() / (device.bytes_per_s * reach.high)
    return (
        1 / (slow_s + layers * reach.slow_us / 1e6),
        1 / (quick_s + layers * reach.quick_us / 1e6),
    )
