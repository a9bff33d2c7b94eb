"""What a further text that grows in the same passes gains on this PC, with this model.

Measured by processor time where processors compute, so that other programs do not change it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.core.candidates.settings import CONTEXT_STEP_TOKENS
from app.engine.host.answering.sampling import GreedySampler, logits_of
from app.engine.host.loading.sequences import Sequences, takes_sequences
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

_PASSES = 4
# From so many texts on: where twice as many are together no faster than this, more will not be.
_ENOUGH, _LEAST_GAIN = 16, 1.1
# What all texts begin with, read at once, and how they go on.
_TEXT = "The river ran past the old mill, and the children on the bridge counted the boats; " * 2
_READ_TOKENS = 16


def measure_passes(
    command: MeasurePasses,
    model: Model,
    abort: AbortFlag,
    engine: EngineSettings,
    threads: int,
    *,
    on_processor: bool,
) -> PassesMeasured:
    """Time passes, with the sampling of a token of each text.

    Raises:
        Aborted: Stopped.
        EngineError: No memory, or llama.cpp failed.
    """
    clock = time.process_time_ns if on_processor else time.perf_counter_ns
    tokens = model.tokenize(_TEXT) or [0]
    tokens *= -(-(_READ_TOKENS + _PASSES) // len(tokens))
    begun, after = tokens[:_READ_TOKENS], tokens[_READ_TOKENS : _READ_TOKENS + _PASSES]

    def passes(count: int) -> tuple[int, list[NDArray[np.float64]]]:
        """The fastest, and ln p of all tokens behind one of the texts after each."""
        sampler = GreedySampler()
        sequences = Sequences(
            model,
            abort,
            places=count,
            place_tokens=CONTEXT_STEP_TOKENS,
            threads=threads,
            engine=engine,
            has_beginning=True,
        )
        taken: list[int] = []
        said: list[NDArray[np.float64]] = []
        try:
            sequences.keep_beginning(begun)
            for place in sequences.places:
                sequences.begin(place, begun)
            for token in after:
                begin_ns = clock()
                sequences.step(dict.fromkeys(range(count), token))
                for place in sequences.places:
                    sampler.sample(place)
                taken.append(clock() - begin_ns)
                said.append(_log_shares(logits_of(sequences.places[0])))
        finally:
            sequences.free()
        return max(1, min(taken)), said

    if not takes_sequences(model):
        return PassesMeasured(command.id, 0, {})
    alone_ns, alone = passes(1)
    beside_ns: dict[int, int] = {}
    beside_kld: dict[int, float] = {}
    best = 0.0
    for count in command.counts:
        beside_ns[count], said = passes(count)
        beside_kld[count] = _mean_divergence(alone, said)
        rate = count / beside_ns[count]
        if count >= _ENOUGH and rate < _LEAST_GAIN * best:
            break
        best = max(best, rate)
    return PassesMeasured(command.id, alone_ns, beside_ns, beside_kld)


def _log_shares(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = logits.astype(np.float64)
    exact -= exact.max()
    return exact - np.log(np.exp(exact).sum())


def _mean_divergence(
    alone: Sequence[NDArray[np.float64]], beside: Sequence[NDArray[np.float64]]
) -> float:
    found = [
        float((np.exp(one) * (one - other)).sum()) for one, other in zip(alone, beside, strict=True)
    ]
    return max(0.0, sum(found) / len(found))
