"""What llama.cpp says in its log about the memory that a load took."""

from __future__ import annotations

import re

from app.engine.messages import Device, DeviceMemory

_MIB = 1 << 20


class LoadSizes:
    """Buffer sizes read from llama.cpp's load log (the format of llama.cpp 0c1e57098).

    Sizes are printed in MiB with two decimals.
    """

    _MODEL = re.compile(r"(\S+) model buffer size *= *([0-9.]+) MiB")
    _KV = re.compile(r"(\S+) (?:KV|RS) buffer size *= *([0-9.]+) MiB")
    _COMPUTE = re.compile(r"(\S+) +compute buffer size *= *([0-9.]+) MiB")
    _OUTPUT = re.compile(r"(\S+) +output buffer size *= *([0-9.]+) MiB")

    def __init__(self, lines: list[str]) -> None:
        self.repacked_bytes = 0
        self.output_bytes = 0
        self._weights: dict[str, int] = {}
        self._kv: dict[str, int] = {}
        self._compute: dict[str, int] = {}
        for line in lines:
            self._read(line)

    def _read(self, line: str) -> None:
        if match := self._MODEL.search(line):
            size = _bytes(match[2])
            if match[1].endswith("_REPACK"):
                self.repacked_bytes += size
            else:
                _add(self._weights, match[1], size)
        elif match := self._KV.search(line):
            _add(self._kv, match[1], _bytes(match[2]))
        elif match := self._COMPUTE.search(line):
            self._compute[match[1]] = _bytes(match[2])  # reserved anew: the last one stands
        elif match := self._OUTPUT.search(line):
            self.output_bytes = _bytes(match[2])

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
        names = list(dict.fromkeys([*self._weights, *self._kv, *self._compute]))
        rows: dict[str, DeviceMemory] = {}
        for name in names:
            device = next((d for d in known if name == d.name), None)
            # Host buffers have names of their own (CPU_Mapped, CUDA_Host): they are the CPU's.
            device = device or next((d for d in known if d.kind == "cpu"), None)
            key = device.name if device else name
            before = rows.get(key, DeviceMemory(key, device.kind if device else "other", 0, 0, 0))
            rows[key] = DeviceMemory(
                name=key,
                kind=before.kind,
                weights_bytes=before.weights_bytes + self._weights.get(name, 0),
                kv_bytes=before.kv_bytes + self._kv.get(name, 0),
                compute_bytes=before.compute_bytes + self._compute.get(name, 0),
                available_bytes=device.free_bytes if device else None,
            )
        return list(rows.values())


def _bytes(mebibytes: str) -> int:
    return round(float(mebibytes) * _MIB)


def _add(table: dict[str, int], name: str, size: int) -> None:
    # One line a shard, and one a cache where layers with a sliding window have their own.
    table[name] = table.get(name, 0) + size
