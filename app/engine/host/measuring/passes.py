"""What a further text that grows in the same passes gains on this PC, with this model.

Measured by processor time where processors compute, so that other programs do not change it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from app.core.candidates.settings import CONTEXT_STEP_TOKENS
from app.engine.host.answering.sampling import GreedySampler, logits_of
from app.engine.host.loading.sequences import Sequences, takes_sequences
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

    # Logits, by text and by how many of its tokens came before.
    _Said: TypeAlias = dict[tuple[int, int], NDArray[np.float32]]

# Of each text.
_PASSES = 4
# From so many texts on: where twice as many are together no faster than this, more will not be.
_ENOUGH, _LEAST_GAIN = 16, 1.1
# What all texts begin with, read once, and how they go on: by their last tokens.
_TEXT = "The river ran past the old mill, and the children on the bridge counted the boats; " * 2
_GO_ON = (
    _TEXT,
    "In 1987 she paid 3.60 for 24 eggs, so that one of them came to 15 cents",
    'def mean(rows):\n    return {"count": len(rows), "mean": sum(rows) / len(rows)}\n',
    "Nein, sagte er, gestern war die Brücke noch gesperrt; et pourtant, il pleut encore ici",
)
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
    begun = _at_least(_READ_TOKENS, model.tokenize(_TEXT))[:_READ_TOKENS]
    texts = [_at_least(_PASSES, model.tokenize(text))[-_PASSES:] for text in _GO_ON]

    def passes(count: int) -> tuple[int, _Said]:
        """The fastest with so many places, and what is said to come behind each token."""
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
        fastest: list[int] = []
        said: _Said = {}
        try:
            sequences.keep_beginning(begun)
            for first in range(0, len(texts), count):
                for place in sequences.places:
                    sequences.begin(place, begun)
                taken: list[int] = []
                for step in range(_PASSES):
                    every = [texts[(first + n) % len(texts)][step] for n in range(count)]
                    begin_ns = clock()
                    sequences.step(dict(enumerate(every)))
                    for place in sequences.places:
                        sampler.sample(place)
                    taken.append(clock() - begin_ns)
                    for place in sequences.places[: len(texts) - first]:
                        said[first + place.number, step] = logits_of(place).copy()
                fastest.append(min(taken))
        finally:
            sequences.free()
        # Of each time the fastest: one of more passes would be faster by chance.
        return max(1, sum(fastest) // len(fastest)), said

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


def _at_least(count: int, tokens: list[int]) -> list[int]:
    tokens = tokens or [0]
    return tokens * -(-count // len(tokens))


def _log_shares(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = logits.astype(np.float64)
    exact -= exact.max()
    return exact - np.log(np.exp(exact).sum())


def _mean_divergence(alone: _Said, beside: _Said) -> float:
    found: list[float] = []
    for key, logits in alone.items():
        one, other = _log_shares(logits), _log_shares(beside[key])
        found.append(float((np.exp(one) * (one - other)).sum()))
    return max(0.0, sum(found) / len(found))
