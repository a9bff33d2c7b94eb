"""The model that proposes tokens to another one, and what proposals cost on this PC."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

import llama_cpp as lc
from msgspec.structs import replace

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.loading.context import Context, context_for
from app.engine.host.loading.model import Model
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.loading import Load

_DRAFTED_TOKENS = 4
_REPETITIONS = 7
_ENOUGH_SECONDS = 1.0
# Prices are of few sizes, so that a PC comes to the same one again and computes in the same passes.
_PRICES = (0.15, 0.25, 0.35, 0.5, 0.7)


class DraftModel:
    """A small model with a context of its own, beside the one that it works for.

    Attributes:
        context: What it has read, and its logits.
    """

    def __init__(self, load: Load, abort: AbortFlag) -> None:
        """Load it; errors as of :class:`Model` and :class:`Context`."""
        assert load.draft is not None
        # How many experts work is said of the other model.
        engine = replace(load.engine, experts=None, cpu_experts=None)
        model = Model(load.draft.path, engine, abort, lambda _fraction: None)
        try:
            model.check_writes()
            self.context = context_for(model, replace(load, engine=engine), abort)
        except BaseException:
            model.free()
            raise
        self._model = model

    def free(self) -> None:
        """Give its memory back."""
        self.context.free()
        self._model.free()


def drafting_price(target: Context, draft: Context | None) -> float:
    """What a proposed token costs here, in passes of the model; both contexts are empty afterwards.

    A pass over several tokens reads the weights once, but computes with each: where memory is what
    is slow they cost little more than one, and nearly as much as so many where it is not.

    Args:
        target: Of the model that checks.
        draft: Of the one that proposes; None where that costs nothing.

    Returns:
        One of few sizes; 1 where nothing can be gained.
    """
    tokens = min(_DRAFTED_TOKENS, target.batch_tokens - 1)
    if not tokens:
        return 1.0
    passes = [(target, 1), (target, 1 + tokens), *([(draft, 1)] if draft is not None else [])]
    least, begin = [math.inf] * len(passes), time.perf_counter()
    for _ in range(_REPETITIONS):
        # In turns, so that what slows the PC for a while slows all alike.
        for place, (context, size) in enumerate(passes):
            least[place] = min(least[place], _pass_seconds(context, size))
        if time.perf_counter() - begin > _ENOUGH_SECONDS:
            break
    one, several, *proposing = least
    cost = (several - one) / tokens + sum(proposing)
    return next((price for price in _PRICES if cost <= price * one), 1.0)


def check_takes_back(context: Context, path: str) -> None:
    """See that a context can drop what it decoded last, and leave it empty.

    Raises:
        EngineError: It cannot: what a recurrent model has read is in one state.
    """
    context.decode([0])
    context.decode([0])
    takes_back = context.keep(1)
    context.clear()
    if not takes_back:
        raise EngineError(FailureKind.LOAD, say("drafts.cannot_take_back", name=Path(path).name))


def _pass_seconds(context: Context, tokens: int) -> float:
    """What a pass takes: of processors their own time, which is right on a busy PC, too."""
    clock = time.perf_counter if lc.llama_supports_gpu_offload() else time.process_time
    begin = clock()
    context.decode_rows([0] * tokens)
    took = clock() - begin
    context.clear()
    return took
