"""What llama.cpp says in its log about a load: the memory that it took or would take.

Files put their own words into the log (tokens, names): every pattern begins at the start of a line,
where llama.cpp names the function that speaks, and never goes back in it.
"""

from __future__ import annotations

import re

from app.core.memory.devices import PlannedDevice
from app.engine.protocol.loading import Device, DeviceMemory

_UNITS = {"MiB": 1 << 20, "GiB": 1 << 30}
_TAIL_LINES = 30
_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)"
# Matrices whose rows are shared by several GPUs lie in a buffer of all of them.
_ROWS = "_Split"
_LAYER = re.compile(r"\w+: layer +([0-9]{1,9}) assigned to device ([^\s,]+),")


class LoadSizes:
    """Buffer sizes read from llama.cpp's load log (the format of llama.cpp 0c1e57098).

    Sizes are printed in MiB with two decimals.

    Attributes:
        lock_failed: The system did not let the weights be locked in memory.
    """

    _BUFFER = re.compile(
        rf"\w+: +(\S+) +(model|KV|RS|compute|output) buffer size *= *{_NUMBER} MiB"
    )

    _NOT_LOCKED = "warning: failed to mlock", "warning: failed to VirtualLock"
    _PROJECTOR = re.compile(
        rf"(?:load_hparams: model size:|reserve_compute_meta: +\S+ compute buffer size =)"
        rf" *{_NUMBER} MiB"
    )

    def __init__(self, lines: list[str], *, maps_file: bool = True) -> None:
        # Where nothing is mapped, what was repacked is all that there is of those weights.
        self._has_copies = maps_file
        self.lock_failed = any(line.startswith(self._NOT_LOCKED) for line in lines)
        self.repacked_bytes = 0
        self.output_bytes = 0
        self.projector_bytes = 0
        self._weights: dict[str, int] = {}
        self._kv: dict[str, int] = {}
        self._compute: dict[str, int] = {}
        self._layers: dict[str, int] = {}
        for line in lines:
            self._read(line)

    def _read(self, line: str) -> None:
        if match := self._PROJECTOR.match(line):
            self.projector_bytes += _bytes(match[1])
            return
        if layer := _LAYER.match(line):
            _add(self._layers, layer[2], 1)
        match = self._BUFFER.match(line)
        if match is None:
            return
        name, kind, size = match[1], match[2], _bytes(match[3])
        match kind:
            case "model" if self._has_copies and name.endswith("_REPACK"):
                self.repacked_bytes += size
            case "model":
                _add(self._weights, name, size)
            case "compute":
                self._compute[name] = size  # reserved anew: the last one stands
            case "output":
                self.output_bytes = size
            case _:
                _add(self._kv, name, size)

    def add(self, other: LoadSizes) -> None:
        """Count what another load took, too."""
        self.repacked_bytes += other.repacked_bytes
        self.output_bytes += other.output_bytes
        for mine, theirs in (
            (self._weights, other._weights),
            (self._kv, other._kv),
            (self._compute, other._compute),
        ):
            for name, size in theirs.items():
                _add(mine, name, size)

    @property
    def weights_bytes(self) -> int:
        """Weights without repacked copies."""
        return sum(self._weights.values())

    @property
    def kv_bytes(self) -> int:
        """KV cache or recurrent state."""
        return sum(self._kv.values())

    @property
    def compute_bytes(self) -> int:
        """Scratch memory of the graph."""
        return sum(self._compute.values())

    def by_device(self, known: list[Device]) -> list[DeviceMemory]:
        """The sizes of each device that got any."""
        names = list(dict.fromkeys([*self._weights, *self._kv, *self._compute, *self._layers]))
        rows: dict[str, DeviceMemory] = {}
        for name in names:
            device = next((d for d in known if name == d.name), None)
            # Host buffers have names of their own (CPU_Mapped, CUDA_Host): they are the CPU's.
            if device is None and not name.endswith(_ROWS):
                device = next((d for d in known if d.kind == "cpu"), None)
            key = device.name if device else name
            before = rows.get(key, DeviceMemory(key, device.kind if device else "gpu", 0, 0, 0))
            rows[key] = DeviceMemory(
                name=key,
                kind=before.kind,
                weights_bytes=before.weights_bytes + self._weights.get(name, 0),
                kv_bytes=before.kv_bytes + self._kv.get(name, 0),
                compute_bytes=before.compute_bytes + self._compute.get(name, 0),
                available_bytes=device.free_bytes if device else None,
                layers=self._layers.get(key, 0),
            )
        return list(rows.values())


class PlannedSizes:
    """What a load without allocation (``no_alloc``) would have taken, read from its log.

    There the buffers of weights and KV cache have no size; llama.cpp prints what they would
    hold in lines of their own (the format of llama.cpp 0c1e57098).

    Attributes:
        weights_bytes: All tensors of the file; at most 5 MiB off from one GiB on.
        kv_bytes: All KV caches and recurrent states.
        output_bytes: Logits of one token.
        complete: Whether every figure was found.
    """

    _FILE = re.compile(rf"print_info: file size += +{_NUMBER} (MiB|GiB)")
    _CELLS = re.compile(rf"\w+: size = +{_NUMBER} MiB \( *[0-9]+ cells,")
    _STATE = re.compile(rf"\w+: +\S+ DSV4 \S+ state buffer size = *{_NUMBER} MiB")
    _BUFFER = re.compile(rf"\w+: +(\S+) +(compute|output) buffer size = *{_NUMBER} MiB")

    def __init__(self, lines: list[str]) -> None:
        self.weights_bytes = self.kv_bytes = self.output_bytes = 0
        self._compute: dict[str, int] = {}
        self._layers: dict[str, list[int]] = {}
        self._has_cells = False
        for line in lines:
            self._read(line)
        self.complete = bool(self.weights_bytes and self._has_cells and self._compute)

    def _read(self, line: str) -> None:
        if match := self._FILE.match(line):
            self.weights_bytes = _bytes(match[1], match[2])
        elif match := self._CELLS.match(line):
            self._has_cells = True
            self.kv_bytes += _bytes(match[1])
        elif match := self._STATE.match(line):
            self.kv_bytes += _bytes(match[1])
        elif match := self._BUFFER.match(line):
            if match[2] == "compute":
                self._compute[match[1]] = _bytes(match[3])
            else:
                self.output_bytes = _bytes(match[3])
        elif match := _LAYER.match(line):
            self._layers.setdefault(match[2], []).append(int(match[1]))

    @property
    def compute_bytes(self) -> int:
        """Scratch memory of the graph."""
        return sum(self._compute.values())

    def by_device(self, known: list[Device]) -> list[PlannedDevice]:
        """The devices that would take part; buffers of the host are the processor's."""
        names = {device.name for device in known}
        rows: list[PlannedDevice] = []
        for device in known:
            is_host = device.kind == "cpu"
            compute_bytes = sum(
                size
                for name, size in self._compute.items()
                if name == device.name or (is_host and name not in names)
            )
            layers = self._layers.get(device.name, [])
            if compute_bytes or layers or is_host:
                rows.append(
                    PlannedDevice(
                        device.name, device.kind, compute_bytes, device.free_bytes, layers
                    )
                )
        return rows


def tail(lines: list[str]) -> str:
    """The last lines of a log, for an error's detail."""
    return "\n".join(lines[-_TAIL_LINES:])


def _bytes(number: str, unit: str = "MiB") -> int:
    return round(float(number) * _UNITS[unit])


def _add(table: dict[str, int], name: str, size: int) -> None:
    # One line a shard, and one a cache where layers with a sliding window have their own.
    table[name] = table.get(name, 0) + size
