"""What a further text that grows in the same passes gains on this PC, with this model.

Measured by processor time where processors compute, so that other programs do not change it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.core.candidates.settings import CONTEXT_STEP_TOKENS
from app.engine.host.answering.sampling import GreedySampler
from app.engine.host.loading.sequences import Sequences, takes_sequences
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

_PASSES = 4
# Twice as many texts that make all together no faster than this: more will not either.
_LEAST_GAIN = 1.1
_TOKEN = 1


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

    def fastest(count: int) -> int:
        sampler = GreedySampler()
        sequences = Sequences(
            model,
            abort,
            places=count,
            place_tokens=CONTEXT_STEP_TOKENS,
            threads=threads,
            engine=engine,
        )
        taken: list[int] = []
        try:
            for _ in range(_PASSES):
                begin_ns = clock()
                sequences.step(dict.fromkeys(range(count), _TOKEN))
                for place in sequences.places:
                    sampler.sample(place)
                taken.append(clock() - begin_ns)
        finally:
            sequences.free()
        return max(1, min(taken))

    alone_ns = fastest(1)
    beside_ns: dict[int, int] = {}
    best = 0.0
    for count in command.counts if takes_sequences(model) else ():
        beside_ns[count] = fastest(count)
        rate = count / beside_ns[count]
        if rate < _LEAST_GAIN * best:
            break
        best = rate
    return PassesMeasured(command.id, alone_ns, beside_ns)
