"""How fast this PC reads memory, and how fast llama.cpp's kernels read weights.

Measured once, while the PC is calm; what could only be taken while it was busy is taken again.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.core.memory.speed import MachineRates, several_threads, undisturbed
from app.core.models.levels import TENSOR_TYPES
from app.core.statistics.describe import median
from app.engine.protocol.measuring import KernelsMeasured, MeasureKernels
from app.lab.speed.calm import Calm

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls
    from app.monitor.load import OthersUse
    from app.store.small.speeds import SpeedStore

_T = TypeVar("_T")

# At four times the cache llama.cpp's products still find an eighth of their weights in it; a
# model of some gigabytes finds none.
_CACHE_MULTIPLE = 8
_USUAL_CACHE_BYTES = 32 << 20
_LEAST_BYTES, _MOST_BYTES = 64 << 20, 512 << 20
# More than five: a pass takes milliseconds, and the PC's other work spoils some of them.
_REPETITIONS = 15
_NOT_MEASURED = 0.0
# Of two tenths of a second each; what one thread does bounds and replaces what is spoilt.
_ROUNDS = 7
_ROUNDS_OF_ONE = 3
# So long a measurement is watched at least, and so long others are looked at before it is believed
# that they are through.
_WATCHED_SECONDS = 0.15
_LOOKED_AT_SECONDS = 1.0
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
    arrays = [np.empty(each, np.int64) for _ in range(threads)]
    gate = threading.Barrier(threads)
    # Each reader notes its own begin and end: nobody else may be awake to take the time.
    spans: list[list[tuple[int, int]]] = [[] for _ in arrays]

    def read(number: int) -> None:
        # Each fills its own, all at once: a system gives memory at its first touch, slowly.
        arrays[number].fill(number + 1)
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

    A kernel's rate swings by a fifth from one second to the next, and halves while threads share
    a core. So each type is measured in several short rounds, all types in turn, and the median
    counts: what slows the PC for a while slows all types alike, and a prediction that one type's
    run corrects needs the right *ratio* of their rates most. Rounds are remembered: what a first
    call had no time for, later ones take, be they of another run of the program.

    What is taken while other programs keep the PC busy is marked, and gives way at the next quiet
    moment. Until then nothing is measured twice: a busy PC has better to do.

    Args:
        store: Where it is remembered.
        calm: Judges whether other programs disturbed a measurement.
    """

    def __init__(self, store: SpeedStore, calm: Calm | None = None) -> None:
        self._store = store
        self._calm = Calm() if calm is None else calm
        # What each type reached in its latest rounds, by threads and type, and how many of them
        # this program took: what comes out spoilt is not measured for ever while it runs.
        self._rounds: dict[int, dict[int, list[float]]] = {}
        self._taken: dict[tuple[int, int], int] = {}
        # What others had used when it was last seen that they keep the PC busy.
        self._busy_at: OthersUse | None = None

    def memory(self, threads: int) -> MachineRates:
        """What is known of this PC, the memory's bandwidth in any case.

        Args:
            threads: How many read together.
        """
        return self._known(threads, is_quiet=self._is_quiet(threads))

    def rates(
        self,
        type_ids: Iterable[int],
        threads: int,
        engine: EngineCalls,
        enough: Callable[[], bool] = lambda: False,
        *,
        again: bool = True,
    ) -> MachineRates:
        """The rates of these tensor types; takes about two seconds for each new one.

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
        is_quiet = self._is_quiet(threads)
        several = self._known(threads, is_quiet=is_quiet)
        is_quiet = is_quiet and self._busy_at is None
        # What one thread reads is wanted of the kernels alone, where several will work.
        one = several if threads == 1 else self._store.rates(1) or MachineRates(1, _NOT_MEASURED)
        fair = undisturbed(several, several_threads(one, several.bandwidth, threads), one)
        rounds = self._rounds_of(one, one, wanted, _ROUNDS if threads == 1 else _ROUNDS_OF_ONE)
        if threads > 1:
            rounds += self._rounds_of(several, fair if again else several, wanted, _ROUNDS)
        known = {1: one, threads: several}
        is_first = True
        # By the number of the round first: one thread and several in turn.
        for _, n_threads, type_id in sorted(rounds, key=lambda turn: turn[0]):
            if not is_quiet and self._has(known[n_threads], type_id):
                continue
            if not is_first and enough():
                break
            is_first = False
            known[n_threads], is_calm = self._measured(known[n_threads], type_id, engine)
            is_quiet = is_quiet and is_calm
        one, several = known[1], known[threads]
        if threads == 1:
            return one
        likely = several_threads(one, several.bandwidth, threads)
        fair = undisturbed(several, likely, one)
        by_type = {**likely.by_type, **fair.by_type}
        busy = {
            type_id
            for type_id in by_type
            if type_id in (several if type_id in fair.by_type else one).busy_types
            or (type_id not in fair.by_type and several.bandwidth_busy)
        }
        return replace(
            fair,
            by_type=by_type,
            node_ns=fair.node_ns or likely.node_ns,
            busy_types=frozenset(busy),
        )

    def _rounds_of(
        self, measured: MachineRates, fair: MachineRates, wanted: Sequence[int], most: int
    ) -> list[tuple[int, int, int]]:
        """The turns that are still to be taken: number of the round, threads, tensor type.

        Args:
            measured: What is known.
            fair: Of that, what needs no other measurement.
            wanted: Tensor types.
            most: So many rounds of a type.
        """
        threads = measured.threads
        turns: list[tuple[int, int, int]] = []
        # First what never was measured.
        for type_id in sorted(wanted, key=lambda type_id: type_id in measured.by_type):
            known = len(self._known_rounds(threads, type_id))
            taken = self._taken.get((threads, type_id), 0)
            begin = known if known < most else taken
            is_busy = type_id in measured.busy_types
            if type_id not in fair.by_type or is_busy or 0 < known < most:
                turns += [(number, threads, type_id) for number in range(begin, most)]
        return turns

    def _known_rounds(self, threads: int, type_id: int) -> list[float]:
        if threads not in self._rounds:
            self._rounds[threads] = self._store.rounds(threads)
        return self._rounds[threads].setdefault(type_id, [])

    def _has(self, known: MachineRates, type_id: int) -> bool:
        """Whether a type was measured at all, however well."""
        return type_id in known.by_type or bool(self._known_rounds(known.threads, type_id))

    def _is_quiet(self, threads: int) -> bool:
        """Whether to take again what is marked.

        Not where others were busy when last looked at, and have been since.
        """
        before, now = self._busy_at, self._calm.begin(os.getpid())
        if before is None or now is None:
            return True
        if now.at_seconds - before.at_seconds < _LOOKED_AT_SECONDS:
            return False
        is_quiet = self._calm.was_calm(before, os.getpid(), threads)
        self._busy_at = None if is_quiet else now
        return is_quiet

    def _watched(self, pid: int, threads: int, work: Callable[[], _T]) -> tuple[_T, bool]:
        """Measure; tells whether other programs left this its cores."""
        begin, begin_s = self._calm.begin(pid), time.monotonic()
        found = work()
        # Over less time nothing is told of others.
        time.sleep(max(0.0, _WATCHED_SECONDS - (time.monotonic() - begin_s)))
        is_calm = self._calm.was_calm(begin, pid, threads)
        if not is_calm:
            self._busy_at = self._calm.begin(os.getpid())
        return found, is_calm

    def _known(self, threads: int, *, is_quiet: bool) -> MachineRates:
        known = self._store.rates(threads)
        is_there = known is not None and known.bandwidth != _NOT_MEASURED
        if known is not None and is_there and not (known.bandwidth_busy and is_quiet):
            return known
        bandwidth, is_calm = self._watched(os.getpid(), threads, lambda: read_bandwidth(threads))
        known = known or MachineRates(threads, bandwidth)
        if not is_calm:
            bandwidth = max(bandwidth, known.bandwidth)
        known = replace(known, bandwidth=bandwidth, bandwidth_busy=not is_calm)
        self._store.keep_rates(known)
        return known

    def _measured(
        self, known: MachineRates, type_id: int, engine: EngineCalls
    ) -> tuple[MachineRates, bool]:
        """What is known, with one more round of a type, and whether the PC was calm meanwhile."""
        threads = known.threads
        rounds = self._known_rounds(threads, type_id)
        taken = self._taken.get((threads, type_id), 0)
        engine.start()
        command = MeasureKernels(engine.next_id(), [type_id], known.threads, measured_bytes())
        found, is_calm = self._watched(
            engine.pid or os.getpid(), threads, lambda: engine.call(command, KernelsMeasured)
        )
        # What no kernel multiplies has no rate: it is asked for once more in the next round.
        rate = found.rates[0].bytes_per_second if found.rates else _NOT_MEASURED
        self._taken[threads, type_id] = taken + 1
        by_type, busy_types = dict(known.by_type), known.busy_types
        if is_calm or not rate:
            place = len(rounds) if len(rounds) < _ROUNDS else taken % _ROUNDS
            rounds[place : place + 1] = [rate]
            self._store.keep_round(threads, type_id, place, rate)
            if any(rounds):
                by_type[type_id] = median([rate for rate in rounds if rate])
            busy_types -= {type_id}
        elif not rounds:
            by_type[type_id] = max(rate, by_type.get(type_id, 0.0))
            busy_types |= {type_id}
        node_ns = min(found.node_ns, known.node_ns or found.node_ns)
        measured = replace(known, by_type=by_type, node_ns=node_ns, busy_types=busy_types)
        self._store.keep_rates(measured)
        return measured, is_calm
