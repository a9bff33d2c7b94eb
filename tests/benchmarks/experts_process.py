"""Reads and generates with a mixture, counting its experts and not; prints a JSON line.

``python -m tests.benchmarks.experts_process MODEL PAIRS`` in a process of its own, because only
such a process may load llama.cpp.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from app.core.candidates.settings import EngineSettings
from app.core.statistics.describe import median
from app.engine.host.llama import native
from app.engine.host.loading.context import Context
from app.engine.host.loading.experts import expert_count
from app.engine.host.loading.model import Model
from app.engine.host.making.usage import ChoiceWatcher
from app.engine.host.process.abort import AbortFlag
from tests.benchmarks.pairs import alternate

if TYPE_CHECKING:
    from collections.abc import Callable

READ_TOKENS, GENERATED_TOKENS = 512, 64


def main() -> int:
    """Measure and print."""
    path, pairs = sys.argv[1], int(sys.argv[2])
    native.start_native()
    abort = AbortFlag()
    tokens: list[int] = np.random.default_rng(1).integers(300, 1400, READ_TOKENS).tolist()

    def model_of(experts: int | None) -> Model:
        return Model(path, EngineSettings(experts=experts), abort, lambda _share: None)

    def context_of(model: Model, watcher: ChoiceWatcher | None = None) -> Context:
        size, rows = READ_TOKENS + GENERATED_TOKENS, READ_TOKENS
        return Context(
            model, abort, size_tokens=size, threads=1, output_tokens=rows, watcher=watcher
        )

    def timed(context: Context, work: Callable[[], object]) -> float:
        context.clear()
        begin = time.process_time()
        work()
        return time.process_time() - begin

    usual = model_of(None)
    watcher = ChoiceWatcher(expert_count(usual.handle))
    counted, plain = context_of(usual, watcher), context_of(usual)
    read = [
        theirs / ours
        for ours, theirs in alternate(
            "counting",
            pairs,
            lambda: timed(counted, lambda: counted.decode_rows(tokens)),
            lambda: timed(plain, lambda: plain.decode_rows(tokens)),
        )
    ]
    watcher.check()
    every = range(1, expert_count(usual.handle) + 1)
    contexts = {n: context_of(model_of(n)) for n in every}
    seconds: dict[int, list[float]] = {n: [] for n in every}
    for _ in range(pairs):
        for n, context in contexts.items():

            def generate(context: Context = context) -> None:
                for token in tokens[:GENERATED_TOKENS]:
                    context.decode_rows([token])

            seconds[n].append(timed(context, generate))
    slowest = median(seconds[max(every)])
    speeds = {n: slowest / median(taken) for n, taken in seconds.items()}
    print(json.dumps({"counting": read, "generating": speeds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
