"""How fast this PC reads memory, and how fast llama.cpp's kernels read weights: measured once."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.levels import TENSOR_TYPES
from app.core.speed import MachineRates
from app.engine import messages as m

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.lab.calls import EngineCalls
    from app.store.speeds import SpeedStore

_CACHE_MULTIPLE = 4
_USUAL_CACHE_BYTES = 32 << 20
_LEAST_BYTES, _MOST_BYTES = 64 << 20, 512 << 20
_REPETITIONS = 5
_ENOUGH_NS = 2_000_000_000
# What weights can be; ggml aborts over a product with any other.
_WEIGHT_TYPES = frozenset(
    type_id
    for type_id, entry in TENSOR_TYPES.items()
    if entry.name not in {"I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K"}
)


def last_cache_bytes() -> int:
    """Size of the processor's last cache; a usual one where the system does not tell."""
    if sys.platform.startswith("linux"):
        units = {"K": 1 << 10, "M": 1 << 20}
        sizes: list[int] = []
        for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
            try:
                text = path.read_text(encoding="ascii").strip()
                sizes.append(int(text[:-1]) * units[text[-1]])
            except (OSError, ValueError, KeyError, IndexError):
                continue
        return max(sizes, default=_USUAL_CACHE_BYTES)
    return _USUAL_CACHE_BYTES


def measured_bytes() -> int:
    """How much is read for one measurement: several times the last cache, within reason."""
    return min(_MOST_BYTES, max(_LEAST_BYTES, _CACHE_MULTIPLE * last_cache_bytes()))


def read_bandwidth(threads: int, size_bytes: int | None = None) -> float:
    """Bytes a second that so many threads read from memory together: the best of five.

    Reading alone, as generating is: numpy gives the threads their freedom while it reduces.

    Args:
        threads: How many read, each its own array.
        size_bytes: Of all arrays together; several times the last cache when left out.
    """
    import numpy as np

    each = max(1 << 20, (size_bytes or measured_bytes()) // threads) // 8
    arrays = [np.full(each, index + 1, np.int64) for index in range(threads)]
    gate = threading.Barrier(threads + 1)

    def read(array: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        for _ in range(_REPETITIONS):
            gate.wait()
            np.bitwise_or.reduce(array)
            gate.wait()

    readers = [threading.Thread(target=read, args=(array,), daemon=True) for array in arrays]
    for reader in readers:
        reader.start()
    best_ns = sys.maxsize
    for _ in range(_REPETITIONS):
        gate.wait()
        begin_ns = time.perf_counter_ns()
        gate.wait()
        best_ns = min(best_ns, time.perf_counter_ns() - begin_ns)
    for reader in readers:
        reader.join()
    return threads * each * 8 * 1e9 / max(1, best_ns)


class MachineSpeed:
    """What this PC's speeds are; measures what is not known yet and remembers it.

    Args:
        store: Where it is remembered.
    """

    def __init__(self, store: SpeedStore) -> None:
        self._store = store

    def rates(self, type_ids: Collection[int], threads: int, engine: EngineCalls) -> MachineRates:
        """The rates of these tensor types; takes about half a second for each new one.

        Args:
            type_ids: Tensor types that a model has.
            threads: Of its engine.
            engine: Measures the kernels; best one that does nothing else.

        Raises:
            PersonError: The engine ended over it.
        """
        known = self._store.rates(threads)
        if known is None:
            known = MachineRates(threads, read_bandwidth(threads))
            self._store.keep_rates(known)
        wanted = sorted((set(type_ids) & _WEIGHT_TYPES) - set(known.by_type))
        if not wanted:
            return known
        command = m.MeasureKernels(engine.next_id(), wanted, threads, measured_bytes())
        found = engine.call(command, m.KernelsMeasured)
        by_type = {rate.type_id: rate.bytes_per_second for rate in found.rates}
        known = replace(known, by_type={**known.by_type, **by_type}, node_ns=found.node_ns)
        self._store.keep_rates(known)
        return known
