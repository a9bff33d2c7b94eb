"""Evaluates chunks with an engine's own parts, with and without scoring; prints a JSON line.

``python -m tests.benchmarks.scoring_process MODEL THREADS CHUNKS`` in a process of its own, because
only such a process may load llama.cpp. Linux tells the peaks of memory; elsewhere they are null.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.core.candidates.settings import SLICE_TOKENS, EngineSettings
from app.core.quality.compact import rows_of
from app.core.quality.compact_scores import score_compact
from app.core.quality.compacting import compact
from app.engine.host.llama import native
from app.engine.host.loading.model import Model
from app.engine.host.measuring.score import Scorer
from app.engine.host.process.abort import AbortFlag

CHUNK_TOKENS, FIRST_SCORED = 256, 32


def main() -> int:
    """Measure and print."""
    path, threads, chunks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    native.start_native()
    abort = AbortFlag()
    model = Model(path, EngineSettings(gpu_layers=0), abort, lambda _share: None)
    scorer = Scorer(model, abort, EngineSettings(), lambda _event: None)
    rng = np.random.default_rng(1)
    texts = rng.integers(300, model.vocabulary_size, (chunks + 1, CHUNK_TOKENS)).tolist()
    alone, together, cost, keeping = (list[float]() for _ in range(4))

    def evaluate(tokens: list[int], work: Any) -> float:
        begin = time.perf_counter()
        scorer.evaluated(tokens, FIRST_SCORED, threads, work)
        return time.perf_counter() - begin

    def keep_nothing(_logits: Any, _following: Any, _at: int) -> None:
        return None

    evaluate(texts[0], keep_nothing)  # caches and threads are warm
    _reset_peak()
    evaluate(texts[0], keep_nothing)
    bare_bytes = _peak_bytes()
    blocks: list[Any] = []
    _reset_peak()
    for tokens in texts[1:]:
        blocks.clear()

        def keep(logits: Any, following: Any, at: int) -> None:
            begin = time.thread_time()
            blocks.append((at, compact(logits, following)))
            keeping.append((time.thread_time() - begin) / len(logits))

        def score(logits: Any, following: Any, at: int) -> None:
            block = next(block for begin, block in blocks if begin == at)
            begin = time.thread_time()
            score_compact(rows_of(block, 0, len(logits)), logits, following)
            cost.append((time.thread_time() - begin) / len(logits))

        evaluate(tokens, keep)
        # In turns, so that both see the same PC.
        alone.append(evaluate(tokens, keep_nothing))
        together.append(evaluate(tokens, score))
    scoring_bytes = _peak_bytes()
    scorer.free()
    # The evaluation alone copied logits, too: what is copied is no part of the engine.
    copies_bytes = 2 * SLICE_TOKENS * model.vocabulary_size * 4
    known = bare_bytes is not None and scoring_bytes is not None
    print(
        json.dumps(
            {
                "vocabulary": model.vocabulary_size,
                "score_ms": 1e3 * float(np.median(cost)),
                "keep_ms": 1e3 * float(np.median(keeping)),
                "alone_s": float(np.median(alone)),
                "together_s": float(np.median(together)),
                "scored": CHUNK_TOKENS - 1 - FIRST_SCORED,
                "extra_bytes": None
                if not known
                else copies_bytes + max(0, (scoring_bytes or 0) - (bare_bytes or 0)),
            }
        )
    )
    return 0


def _peak_bytes() -> int | None:
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    fields = (line.split() for line in text.splitlines() if line.startswith("VmHWM:"))
    return next((int(field[1]) * 1024 for field in fields), None)


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
