"""Turns blocks of common types into numbers with two threads; prints MB/s of the file by type.

``python -m tests.benchmarks.shrinking_process MILLIONS`` in a process of its own, because only such
a process may load llama.cpp. Pieces are those of :mod:`app.engine.host.making.inspecting`. By the
threads' own processor time, so that other programs do not count.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.engine.host.llama import native
from app.engine.host.llama.blocks import decoder

TYPES = ("F16", "BF16", "Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q4_0", "IQ4_XS", "Q3_K", "Q2_K")
_PIECE, _THREADS, _READ = 1 << 17, 2, 8


def main() -> int:
    """Measure and print."""
    pieces = max(_READ, int(sys.argv[1]) * 1_000_000 // _PIECE)
    native.start_native()
    found: dict[str, float] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        for type_id, kind in TENSOR_TYPES.items():
            if kind.name in TYPES:
                n_bytes = _PIECE // kind.block_elements * kind.block_bytes
                begin = time.process_time()
                list(pool.map(lambda _n, id_=type_id: _turn(id_, pieces), range(_THREADS)))
                seconds = time.process_time() - begin
                found[kind.name] = _THREADS**2 * pieces * n_bytes / 1e6 / seconds
    print(json.dumps(found))
    return 0


def _turn(type_id: int, pieces: int) -> None:
    kind = TENSOR_TYPES[type_id]
    n_bytes = _PIECE // kind.block_elements * kind.block_bytes
    data = np.random.default_rng(1).integers(0, 100, n_bytes, np.uint8)
    values, turn = np.empty(_PIECE, np.float32), decoder(type_id)
    for _ in range(pieces):
        turn(data, values)


if __name__ == "__main__":
    sys.exit(main())
