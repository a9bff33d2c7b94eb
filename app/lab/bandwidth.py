"""How fast this PC reads memory, and how fast llama.cpp's kernels read weights: measured once."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.levels import TENSOR_TYPES
from app.core.speed import MachineRates, several_threads, undisturbed
from app.engine import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.lab.calls import EngineCalls
    from app.store.speeds import SpeedStore

_CACHE_MULTIPLE = 4
_USUAL_CACHE_BYTES = 32 << 20
_LEAST_BYTES, _MOST_BYTES = 64 << 20, 512 << 20
# More than five: a pass takes milliseconds, and the PC's other work spoils some of them.
_REPETITIONS = 15
_NOT_MEASURED = 0.0
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
    """Bytes a second that so many threads read from memory together: the best of several passes.

    Reading alone, as generating is: numpy gives the threads their freedom while it reduces.

    Args:
        threads: How many read, each its own array.
        size_bytes: Of all arrays together; several times the last cache when left out.
    """
    import numpy as np

    each = max(1 << 20, (size_bytes or measured_bytes()) // threads) // 8
    arrays = [np.full(each, index + 1, np.int64) for index in range(threads)]
    gate = threading.Barrier(threads)
    # Each reader notes its own begin and end: nobody else may be awake to take the time.
    spans: list[list[tuple[int, int]]] = [[] for _ in arrays]

    def read(number: int) -> None:
        for _ in range(_REPETITIONS):
            gate.wait()
            begin_ns = time.perf_counter_ns()
            np.bitwise_or.reduce(arrays[number])
            spans[number].append((begin_ns, time.perf_counter_ns()))

    readers = [
        threading.Thread(target=read, args=(number,), daemon=True) for number in range(threads)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    passes = zip(*spans, strict=True)
    best_ns = min(max(end for _, end in one) - min(begin for begin, _ in one) for one in passes)
    return threads * each * 8 * 1e9 / max(1, best_ns)


class MachineSpeed:
    """What this PC's speeds are; measures what is not known yet and remembers it.

    Args:
        store: Where it is remembered.
    """

    def __init__(self, store: SpeedStore) -> None:
        self._store = store
        # What came out spoilt is not measured again and again while one program runs.
        self._tried: set[tuple[int, int]] = set()

    def rates(
        self,
        type_ids: Iterable[int],
        threads: int,
        engine: EngineCalls,
        enough: Callable[[], bool] = lambda: False,
        *,
        again: bool = True,
    ) -> MachineRates:
        """The rates of these tensor types; takes some tenths of a second for each new one.

        What other work on the PC has spoilt is replaced by what one thread reached.

        Args:
            type_ids: Tensor types that a model has, those that matter most first.
            threads: Of its engine.
            engine: Measures the kernels, if need be; best one that does nothing else.
            enough: Asked before each measurement but the first; once it says True, what is still
                missing is left for the next time.
            again: Whether to measure once more what was spoilt before.

        Raises:
            PersonError: The engine ended over it.
        """
        wanted = [type_id for type_id in dict.fromkeys(type_ids) if type_id in _WEIGHT_TYPES]
        several = self._known(threads)
        # What one thread reads is wanted of the kernels alone, where several will work.
        one = several if threads == 1 else self._store.rates(1) or MachineRates(1, _NOT_MEASURED)
        for number, type_id in enumerate(self._missing(wanted, one, one)):
            if number and enough():
                break
            one = self._measured(one, type_id, engine)
        if threads == 1:
            return one
        likely = several_threads(one, several.bandwidth, threads)
        fair = undisturbed(several, likely, one)
        missing = self._missing(wanted, fair if again else several, several)
        # Twice, one type after the other: threads may share a core for a whole measurement, which
        # halves a rate, and the better one counts.
        for type_id in [*missing, *missing]:
            if enough():
                break
            several = self._measured(several, type_id, engine)
        fair = undisturbed(several, likely, one)
        return replace(
            fair, by_type={**likely.by_type, **fair.by_type}, node_ns=fair.node_ns or likely.node_ns
        )

    def _missing(
        self, wanted: Iterable[int], known: MachineRates, measured: MachineRates
    ) -> list[int]:
        """What is to be measured: first what never was."""
        missing = [
            type_id
            for type_id in wanted
            if type_id not in known.by_type and (known.threads, type_id) not in self._tried
        ]
        return sorted(missing, key=lambda type_id: type_id in measured.by_type)

    def _known(self, threads: int) -> MachineRates:
        known = self._store.rates(threads)
        if known is None or known.bandwidth == _NOT_MEASURED:
            bandwidth = read_bandwidth(threads)
            kernels = known or MachineRates(threads, bandwidth)
            known = replace(kernels, bandwidth=bandwidth)
            self._store.keep_rates(known)
        return known

    def _measured(self, known: MachineRates, type_id: int, engine: EngineCalls) -> MachineRates:
        """What is known, with one more type measured, or one measured once more."""
        self._tried.add((known.threads, type_id))
        command = m.MeasureKernels(engine.next_id(), [type_id], known.threads, measured_bytes())
        found = engine.call(command, m.KernelsMeasured)
        by_type = dict(known.by_type)
        for rate in found.rates:
            # Other work can only make it slower.
            best = max(rate.bytes_per_second, by_type.get(rate.type_id, 0.0))
            by_type[rate.type_id] = best
        node_ns = min(found.node_ns, known.node_ns or found.node_ns)
        measured = replace(known, by_type=by_type, node_ns=node_ns)
        self._store.keep_rates(measured)
        return measured
