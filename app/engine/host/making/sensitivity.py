"""What a tensor would lose at several types: rows of it are quantized, and compared."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama.blocks import decoder, quantizer
from app.engine.host.making.matrix import matrix_of
from app.engine.protocol.making import ErrorsMeasured, MeasureErrors
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.process.abort import AbortFlag

    _Floats = NDArray[np.float32]

_SAMPLE, _FEWEST_ROWS = 1 << 16, 16


def measure_errors(command: MeasureErrors, abort: AbortFlag) -> ErrorsMeasured:
    """Measure.

    Raises:
        Aborted: Stopped.
        EngineError: A file cannot be read.
    """
    try:
        rows, weights = _sample(command)
    except OSError as error:
        raise EngineError(
            FailureKind.QUANTIZE,
            say("shrink.cannot_read", reason=error.strerror or str(error)),
            str(error),
        ) from error
    importance = np.ones_like(rows) if weights is None else weights
    norm = float((importance * np.square(rows, dtype=np.float64)).sum())

    def error_at(type_id: int) -> float:
        if abort.is_set:
            raise Aborted
        left = turned(rows, weights, type_id)
        lost = float((importance * np.square(rows - left, dtype=np.float64)).sum())
        return lost / norm if norm > 0 and math.isfinite(lost) else 0.0

    with ThreadPoolExecutor(max(1, command.threads), thread_name_prefix="types") as pool:
        return ErrorsMeasured(command.id, list(pool.map(error_at, command.types)))


def _sample(command: MeasureErrors) -> tuple[_Floats, _Floats | None]:
    """Rows of the tensor, evenly spread, and the importance of their inputs where it is known."""
    stored, columns = command.tensor, command.columns
    kind = TENSOR_TYPES[stored.type_id]
    row_bytes = columns // kind.block_elements * kind.block_bytes
    count = stored.elements // columns
    wanted = min(count, max(_FEWEST_ROWS, _SAMPLE // columns))
    places = np.unique(np.linspace(0, count - 1, wanted).astype(np.int64))
    rows = np.empty((len(places), columns), np.float32)
    decode = decoder(stored.type_id)
    with Path(stored.path).open("rb", buffering=0) as file:
        for row, place in zip(rows, places.tolist(), strict=True):
            file.seek(stored.offset + place * row_bytes)
            decode(np.frombuffer(bytearray(file.read(row_bytes)), np.uint8), row)
    if not np.isfinite(rows).all():
        rows[:] = np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
    return rows, importance_of(command.matrix, command.name, places, count, columns)


def importance_of(
    matrix: str, name: str, places: NDArray[np.int64], count: int, columns: int
) -> _Floats | None:
    """The importance of the inputs of some rows; None where a matrix does not tell it.

    Args:
        matrix: Its file; empty for none.
        name: Of the tensor.
        places: Of the rows.
        count: Rows of the tensor.
        columns: Weights of a row.
    """
    entry = matrix_of(matrix).entries.get(name) if matrix else None
    if entry is None or entry.values.size % columns:
        return None
    by_expert = entry.values.reshape(-1, columns)
    return np.ascontiguousarray(by_expert[places * len(by_expert) // count])


def turned(rows: _Floats, weights: _Floats | None, type_id: int) -> _Floats:
    """The rows as they come back from a type."""
    quantize = quantizer(type_id)
    left = np.empty_like(rows)
    decode = decoder(type_id)
    kind = TENSOR_TYPES[type_id]
    data = np.empty(rows.shape[1] // kind.block_elements * kind.block_bytes, np.uint8)
    for place, row in enumerate(rows):
        own = None if weights is None else weights[place].ctypes.data
        quantize(row.ctypes.data, data.ctypes.data, 1, rows.shape[1], own)
        decode(data, left[place])
    return left
