"""How much each layer changes what passes through it: one minus the cosine of input and output."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING

import llama_cpp as lc
import numpy as np

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama.graph import Tensor, Watcher, numbers
from app.engine.host.making.reading import read_watched
from app.engine.protocol.making import LayersMeasured, MeasureLayers
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

_OUTPUT = b"l_out-"
# What goes into the first layer, by its names in llama.cpp's graphs; the last that comes counts.
_INPUTS = frozenset({b"embd", b"inp_embd", b"inp_scaled"})


def measure_layers(
    command: MeasureLayers, model: Model, abort: AbortFlag, emit: Callable[[Event], None]
) -> LayersMeasured:
    """Read the text and compare.

    Raises:
        Aborted: Stopped.
        EngineError: The text is too short, or this kind of model does not show its layers.
    """
    watcher = LayerWatcher(lc.llama_model_n_layer(model.handle))
    read_watched(command, model, abort, emit, watcher)
    return LayersMeasured(command.id, watcher.influences())


class LayerWatcher(Watcher):
    """Compares what goes into each layer with what comes out of it."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self._last = layers - 1
        self._cosines = np.zeros(layers)
        self._rows = np.zeros(layers)
        self._before: NDArray[np.float32] | None = None

    def influences(self) -> list[float]:
        """For each layer.

        Raises:
            EngineError: One was not seen.
        """
        if not self._rows.all() or not np.isfinite(self._cosines).all():
            raise EngineError(FailureKind.SCORE, say("shrink.layers_not_shown"))
        return (1 - self._cosines / self._rows).tolist()

    def wants(self, node: Tensor) -> bool:
        """Whether a node goes into the first layer or comes out of one."""
        return node.name in _INPUTS or node.name.startswith(_OUTPUT)

    def sees(self, node: Tensor) -> bool:
        """Compare."""
        rows = numbers(ctypes.pointer(node))[0, 0].copy()
        if node.name.startswith(_OUTPUT):
            layer = int(node.name.removeprefix(_OUTPUT))
            before = self._before
            if before is not None and before.shape == rows.shape:
                norms = np.linalg.norm(before, axis=1) * np.linalg.norm(rows, axis=1)
                products = np.einsum("ij,ij->i", before, rows)
                self._cosines[layer] += float((products / np.maximum(norms, 1e-30)).sum())
                self._rows[layer] += len(rows)
            if layer == self._last:
                return False  # the head is not looked at
        self._before = rows
        return True
