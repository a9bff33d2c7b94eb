"""Counts what is in a tensor, piece by piece: memory for a few megabytes of it, whatever its size.

ggml turns blocks into numbers and numpy counts them; both let go of Python's lock, so that threads
share a tensor. A piece stays in the processor's cache from one count to the next.
"""

from __future__ import annotations

import errno
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.inside.inspection import (
    HISTOGRAM_BINS,
    HISTOGRAM_END,
    NEAR_ZERO,
    OUTLIER,
    TensorFigures,
)
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama.blocks import decoder
from app.engine.protocol.making import InspectTensor, StoredTensor, TensorInspected
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from io import FileIO

    from numpy.typing import NDArray

    from app.engine.host.process.abort import AbortFlag

# Weights that are counted at once, and that are read at once; blocks of all types divide them.
_PIECE, _READ = 1 << 17, 1 << 20
# The RMS that near and far are told by is that of so many pieces, evenly spread.
_SAMPLES, _SAMPLE = 64, 1 << 12
_EVERY_NTH_IN_HISTOGRAM = 4


def inspect_tensor(command: InspectTensor, abort: AbortFlag) -> TensorInspected:
    """Count.

    Raises:
        Aborted: Stopped.
        EngineError: A file cannot be read, or the type holds no weights.
    """
    counter = _Counter(command, abort)
    threads = max(1, min(command.threads, counter.reads))
    try:
        rms = 0.0 if command.zeros_alone else _rms(command.tensor)
        if threads == 1:
            parts = [counter.count(0, 1, rms)]
        else:
            with ThreadPoolExecutor(threads, thread_name_prefix="inspecting") as pool:
                parts = list(pool.map(lambda n: counter.count(n, threads, rms), range(threads)))
    except OSError as error:
        raise EngineError(
            FailureKind.INSPECT,
            say("shrink.cannot_read", reason=error.strerror or str(error)),
            str(error),
        ) from error
    total = parts[0]
    for part in parts[1:]:
        total.add(part)
    figures = TensorFigures(
        numbers=total.numbers,
        zeros=total.zeros,
        near_zeros=total.near_zeros,
        outliers=total.outliers,
        largest=total.largest,
        sum_squares=total.sum_squares,
        error_squares=total.error_squares if command.reference is not None else None,
        reference_squares=total.reference_squares,
        histogram=tuple(total.histogram.tolist()),
    )
    return TensorInspected(command.id, figures)


@dataclass(slots=True)
class _Sums:
    numbers: int = 0
    zeros: int = 0
    near_zeros: int = 0
    outliers: int = 0
    largest: float = 0.0
    sum_squares: float = 0.0
    error_squares: float = 0.0
    reference_squares: float = 0.0
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(HISTOGRAM_BINS, np.int64))

    def add(self, other: _Sums) -> None:
        self.numbers += other.numbers
        self.zeros += other.zeros
        self.near_zeros += other.near_zeros
        self.outliers += other.outliers
        self.largest = max(self.largest, other.largest)
        self.sum_squares += other.sum_squares
        self.error_squares += other.error_squares
        self.reference_squares += other.reference_squares
        self.histogram += other.histogram


class _Source:
    """The weights of a stored tensor, from one thread."""

    def __init__(self, stored: StoredTensor, file: FileIO) -> None:
        self._file = file
        self._offset = stored.offset
        self._type = TENSOR_TYPES[stored.type_id]
        self._decode = decoder(stored.type_id)
        self._data = np.empty(self._bytes(min(_READ, stored.elements)), np.uint8)
        self._values = np.empty(min(_PIECE, stored.elements), np.float32)

    def read(self, first: int, count: int) -> None:
        """Read so many weights, from the first on."""
        self._file.seek(self._offset + self._bytes(first))
        data = self._data.data[: self._bytes(count)]
        while data:
            got = self._file.readinto(data)
            if not got:
                raise OSError(errno.EIO, str(say("shrink.ends_early")), self._file.name)
            data = data[got:]

    def piece(self, at: int, count: int) -> NDArray[np.float32]:
        """So many of those that were read; gone with the next piece."""
        values = self._values[:count]
        self._decode(self._data[self._bytes(at) : self._bytes(at + count)], values)
        return values

    def _bytes(self, elements: int) -> int:
        return elements // self._type.block_elements * self._type.block_bytes


class _Counter:
    def __init__(self, command: InspectTensor, abort: AbortFlag) -> None:
        self._tensor, self._reference = command.tensor, command.reference
        self._zeros_alone = command.zeros_alone
        self._abort = abort
        self.reads = -(-command.tensor.elements // _READ)

    def count(self, begin: int, step: int, rms: float) -> _Sums:
        """Count every ``step``-th read from ``begin`` on."""
        sums = _Sums()
        with Path(self._tensor.path).open("rb", buffering=0) as file:
            source = _Source(self._tensor, file)
            if self._reference is None:
                self._over(range(begin, self.reads, step), source, None, rms, sums)
            else:
                with Path(self._reference.path).open("rb", buffering=0) as other:
                    reference = _Source(self._reference, other)
                    self._over(range(begin, self.reads, step), source, reference, rms, sums)
        return sums

    def _over(
        self, reads: range, source: _Source, reference: _Source | None, rms: float, sums: _Sums
    ) -> None:
        scratch = np.empty(min(_PIECE, self._tensor.elements), np.float32)
        flags = np.empty(len(scratch), np.bool_)
        for number in reads:
            if self._abort.is_set:
                raise Aborted
            first = number * _READ
            count = min(_READ, self._tensor.elements - first)
            source.read(first, count)
            if reference is not None:
                reference.read(first, count)
            for at in range(0, count, _PIECE):
                size = min(_PIECE, count - at)
                values = source.piece(at, size)
                if self._zeros_alone:
                    sums.numbers += size
                    sums.zeros += size - int(np.count_nonzero(values))
                    continue
                against = None if reference is None else reference.piece(at, size)
                in_histogram = (first + at) // _PIECE % _EVERY_NTH_IN_HISTOGRAM == 0
                _count(values, against, rms, sums, scratch, flags, in_histogram=in_histogram)


def _count(
    values: NDArray[np.float32],
    reference: NDArray[np.float32] | None,
    rms: float,
    sums: _Sums,
    scratch: NDArray[np.float32],
    flags: NDArray[np.bool_],
    *,
    in_histogram: bool,
) -> None:
    with np.errstate(all="ignore"):
        squares = float(np.dot(values, values))
        if not math.isfinite(squares):
            kept = np.isfinite(values)
            values = values[kept]
            reference = None if reference is None else reference[kept]
            squares = float(np.square(values, dtype=np.float64).sum())
        amounts, flags = scratch[: values.size], flags[: values.size]
        sums.numbers += values.size
        sums.sum_squares += squares
        if reference is not None:
            np.subtract(values, reference, out=amounts)
            sums.error_squares += _finite(float(np.dot(amounts, amounts)))
            sums.reference_squares += _finite(float(np.dot(reference, reference)))
        np.abs(values, out=amounts)
        sums.largest = max(sums.largest, float(amounts.max(initial=0.0)))
        sums.zeros += values.size - int(np.count_nonzero(values))
        sums.near_zeros += int(np.count_nonzero(np.less(amounts, NEAR_ZERO * rms, out=flags)))
        sums.outliers += int(np.count_nonzero(np.greater(amounts, OUTLIER * rms, out=flags)))
        if in_histogram and rms > 0:
            np.multiply(amounts, HISTOGRAM_BINS / HISTOGRAM_END / rms, out=amounts)
            np.minimum(amounts, HISTOGRAM_BINS - 1, out=amounts)
            sums.histogram += np.bincount(amounts.astype(np.uint8), minlength=HISTOGRAM_BINS)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _rms(tensor: StoredTensor) -> float:
    """The root of the mean square of an even sample; of all weights where they are few."""
    pieces = -(-tensor.elements // _SAMPLE)
    squares, numbers = 0.0, 0
    with Path(tensor.path).open("rb", buffering=0) as file:
        source = _Source(tensor, file)
        for piece in np.unique(np.linspace(0, pieces - 1, min(pieces, _SAMPLES)).astype(np.int64)):
            first = int(piece) * _SAMPLE
            count = min(_SAMPLE, tensor.elements - first)
            source.read(first, count)
            values = source.piece(0, count)
            values = values[np.isfinite(values)]
            squares += float(np.square(values, dtype=np.float64).sum())
            numbers += values.size
    return math.sqrt(squares / numbers) if numbers else 0.0
