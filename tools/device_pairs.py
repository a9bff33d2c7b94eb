"""Holds published speeds against the ranges that the program would name for the same devices.

``python -m tools.device_pairs [--share 0.8] [--write]``

Without ``--share`` this PC is measured first, as ``whatif`` does. Prints the table that stands in
docs/DEVICES.md between its marks, or writes it there; ends with 1 where fewer than four fifths lie
inside.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

import msgspec

from app.core.devices.carried import CarriedBasis, OwnShare, own_share, speed_range
from app.core.memory.token_work import TokenWork
from app.core.models.levels import TENSOR_TYPES
from app.lab.engines.room import EngineRoom
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.scale.shipped import shipped_devices
from app.monitor.machine import machine_facts, physical_core_count
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore

ROOT = Path(__file__).parent.parent
PAIRS, PAGE = ROOT / "tools" / "device_pairs.json", ROOT / "docs" / "DEVICES.md"
BEGIN, END = "<!-- pairs: made by tools/device_pairs.py -->", "<!-- end of pairs -->"
GIB, HALF_BYTES, HELD_TOKENS = 1 << 30, 2, 128
LEAST_INSIDE = 0.8
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TYPES = {entry.name: type_id for type_id, entry in TENSOR_TYPES.items()}


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that speeds were published of; see the note in the file."""

    type: str
    gib: float
    unread_bytes: int
    layers: int
    kv_elements: int

    @property
    def work(self) -> TokenWork:
        """What a token takes."""
        read = round(self.gib * GIB) - self.unread_bytes
        kv_bytes = self.kv_elements * HALF_BYTES
        return TokenWork({TYPES[self.type]: read}, kv_bytes, 0.0, 0, 0, 0)


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published speed.

    Attributes:
        later: Found after the shares of the ranges were chosen: it says how they foretell.
    """

    device: str
    model: str
    tokens_per_second: float
    source: str
    url: str
    date: date
    later: bool = False


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    note: str
    models: dict[str, Model]
    pairs: list[Pair]


def main() -> int:
    """Print or write the table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, help="what this PC reaches, instead of measuring it")
    parser.add_argument("--write", action="store_true", help="write docs/DEVICES.md")
    arguments = parser.parse_args()
    known = msgspec.json.decode(PAIRS.read_bytes(), type=Pairs)
    shares = _shares(known, arguments.share)
    lines, inside = _table(known, shares)
    count = len(known.pairs)
    lines += ["", f"**{inside} of {count} inside** ({inside / count:.0%})."]
    later = msgspec.structs.replace(known, pairs=[pair for pair in known.pairs if pair.later])
    found = _inside(later, shares)
    lines[-1] += f" Of those found after the shares were chosen (†), {found} of {len(later.pairs)}."
    others = [
        f"{share:.0%}: {_inside(known, dict.fromkeys(known.models, _given(share)))}"
        for share in SHARES
    ]
    lines += ["", f"On PCs whose kernels reach another share, of {count}: {', '.join(others)}."]
    told = ", ".join(
        sorted({f"{known.models[n].type} {min(1.0, s.share):.0%}" for n, s in shares.items()})
    )
    how = "given" if arguments.share else f"measured on {machine_facts().cpu}"
    lines += ["", f"Shares of its own bandwidth ({how}): {told}."]
    text = "\n".join(lines)
    if arguments.write:
        page = PAGE.read_text("utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")
    else:
        print(text)
    return 0 if inside >= LEAST_INSIDE * count else 1


def _given(share: float) -> OwnShare:
    return OwnShare(share, CarriedBasis.KERNELS)


def _shares(known: Pairs, given: float | None) -> dict[str, OwnShare]:
    if given is not None:
        return dict.fromkeys(known.models, _given(given))
    threads = physical_core_count()
    types = sorted({TYPES[model.type] for model in known.models.values()})
    with tempfile.TemporaryDirectory() as folder:
        speeds = SpeedStore(Path(folder) / "speeds.sqlite3", "this PC")
        with EngineRoom.of_this_pc(Paths.default()).calls("fit") as engine:
            rates = MachineSpeed(speeds).rates(types, threads, engine)
    return {name: own_share(model.work, rates) for name, model in known.models.items()}


def _range(pair: Pair, known: Pairs, shares: dict[str, OwnShare]) -> tuple[float, float]:
    model = known.models[pair.model]
    found = {device.name: device for device in shipped_devices()}
    device, share = found[pair.device], shares[pair.model]
    return speed_range(device, model.work, model.layers, HELD_TOKENS, share)


def _inside(known: Pairs, shares: dict[str, OwnShare]) -> int:
    ranges = [(pair.tokens_per_second, _range(pair, known, shares)) for pair in known.pairs]
    return sum(low <= speed <= high for speed, (low, high) in ranges)


def _table(known: Pairs, shares: dict[str, OwnShare]) -> tuple[list[str], int]:
    lines = [
        "| device | model | published tok/s | our range | | source |",
        "|---|---|---:|---:|---|---|",
    ]
    for pair in known.pairs:
        low, high = _range(pair, known, shares)
        where = "inside" if low <= pair.tokens_per_second <= high else "**outside**"
        digits = 0 if high >= 100 else 1
        lines.append(
            f"| {pair.device} | {pair.model} | {pair.tokens_per_second:g} "
            f"| {low:.{digits}f} – {high:.{digits}f} | {where}{' †' if pair.later else ''} "
            f"| [{pair.source}]({pair.url}), {pair.date} |"
        )
    return lines, _inside(known, shares)


if __name__ == "__main__":
    sys.exit(main())
