"""Which experts of a mixture work on a text: how many tokens each of them gets, layer by layer."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama.graph import Tensor, Watcher, numbers
from app.engine.host.loading.experts import expert_count
from app.engine.host.making.reading import read_watched
from app.engine.protocol.making import CountExperts, ExpertsCounted
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

# Numbers of the experts that were chosen, a row a token, by its name in llama.cpp's graphs.
_CHOSEN = b"ffn_moe_topk-"


def count_experts(
    command: CountExperts, model: Model, abort: AbortFlag, emit: Callable[[Event], None]
) -> ExpertsCounted:
    """Read the text and count.

    Raises:
        Aborted: Stopped.
        EngineError: The text is too short, or this kind of model does not show its choices.
    """
    watcher = ChoiceWatcher(expert_count(model.handle))
    tokens = read_watched(command, model, abort, emit, watcher)
    if not watcher.counts:
        raise EngineError(FailureKind.SCORE, say("shrink.experts_not_shown"))
    layers = sorted(watcher.counts)
    counts = [watcher.counts[layer].tolist() for layer in layers]
    return ExpertsCounted(command.id, tokens, layers, counts)


class ChoiceWatcher(Watcher):
    """Counts which experts are chosen.

    Attributes:
        counts: Tokens by expert, for each layer that was seen.
    """

    def __init__(self, experts: int) -> None:
        super().__init__()
        self._experts = experts
        self.counts: dict[int, NDArray[np.int64]] = {}

    def wants(self, node: Tensor) -> bool:
        """Whether a node is a choice."""
        return node.name.startswith(_CHOSEN)

    def sees(self, node: Tensor) -> bool:
        """Count."""
        layer = int(node.name.removeprefix(_CHOSEN))
        chosen = numbers(ctypes.pointer(node)).ravel()
        found = np.bincount(chosen, minlength=self._experts)
        self.counts[layer] = self.counts.get(layer, 0) + found
        return True
