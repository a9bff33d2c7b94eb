"""Tensors of a loaded model hold what another number format would leave of them.

So it can be measured what a format costs, tensor by tensor, and no file is written for it.
"""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama.blocks import decoder, quantizer
from app.engine.host.llama.graph import Tensor, Watcher, name_of, write
from app.engine.host.loading.context import Context
from app.engine.host.making.sensitivity import importance_of, turned
from app.engine.protocol.making import HeldTensor, HoldTensors, TensorsHeld
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

_SLAB_BYTES = 8 << 20
_LEAST_CONTEXT_TOKENS = 256


def hold_tensors(command: HoldTensors, model: Model, abort: AbortFlag) -> TensorsHeld:
    """Write into the model's weights.

    Raises:
        Aborted: Stopped; some tensors hold it, others do not.
        EngineError: The weights cannot be written, or the file cannot be read.
    """
    places = _weights(model, abort, command.threads, {each.name for each in command.tensors})
    threads = max(1, command.threads)
    try:
        with ThreadPoolExecutor(threads, thread_name_prefix="types") as pool:
            for held in command.tensors:
                place = places.get(held.name)
                if place is None or place.contents.type != held.tensor.type_id:
                    raise EngineError(
                        FailureKind.SCORE, say("shrink.weights_not_shown", name=held.name)
                    )
                _hold(held, place, command.matrix, abort, pool)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EngineError(
            FailureKind.SCORE, say("shrink.cannot_read", reason=reason), str(error)
        ) from error
    return TensorsHeld(command.id)


def _hold(
    held: HeldTensor,
    place: Any,  # noqa: ANN401 - ctypes
    matrix: str,
    abort: AbortFlag,
    pool: ThreadPoolExecutor,
) -> None:
    stored, columns = held.tensor, held.columns
    kind = TENSOR_TYPES[stored.type_id]
    row_bytes = columns // kind.block_elements * kind.block_bytes
    count = stored.elements // columns
    decode, encode = decoder(stored.type_id), quantizer(stored.type_id)

    def hold_rows(begin: int) -> None:
        if abort.is_set:
            raise Aborted
        rows = min(slab, count - begin)
        with Path(stored.path).open("rb", buffering=0) as file:
            file.seek(stored.offset + begin * row_bytes)
            data = np.frombuffer(bytearray(file.read(rows * row_bytes)), np.uint8)
        if held.type_id is not None:
            values = np.empty((rows, columns), np.float32)
            decode(data, values.reshape(-1))
            places = np.arange(begin, begin + rows)
            weights = importance_of(matrix, held.name, places, count, columns)
            values = turned(values, weights, held.type_id)
            encode(values.ctypes.data, data.ctypes.data, rows, columns, None)
        write(place, data, begin * row_bytes)

    slab = max(1, _SLAB_BYTES // row_bytes)
    list(pool.map(hold_rows, range(0, count, slab)))


def _weights(
    model: Model, abort: AbortFlag, threads: int, names: Collection[str]
) -> dict[str, Any]:
    """Where weights lie, as a graph shows them; nothing where they lie in the file's pages."""
    if model.maps_file:
        return {}
    watcher = _WeightWatcher(names)
    context = Context(
        model, abort, size_tokens=_LEAST_CONTEXT_TOKENS, threads=threads, watcher=watcher
    )
    try:
        context.decode_rows([0])
        watcher.check()
    finally:
        context.free()
    return watcher.places


class _WeightWatcher(Watcher):
    """Notes where weights are, and looks at no node."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self._names = names
        self.places: dict[str, Any] = {}

    def wants(self, node: Tensor) -> bool:
        for source in node.src[:2]:
            if source:
                name = name_of(source.contents)
                # A copy on another device has marks around its name.
                if name in self._names and source.contents.name.decode() == name:
                    self.places[name] = ctypes.pointer(source.contents)
        return False

    def sees(self, node: Tensor) -> bool:
        return True
