"""Converts random weights with the real converter, and holds what they say against numpy's.

``python -m tests.lab.convert.real_conversion [CACHE]``; where CACHE (a cache folder of the program)
has no converter yet, it is downloaded: 300 MB. Minutes at the first time, then seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import llama_cpp
import numpy as np

from app.core.shrink.recipe import Recipe
from app.lab.convert.environment import Converter
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from tests.helpers.original_weights import logits_of, write_original

TOKENS = [1, *np.random.default_rng(3).integers(3, 320, 40).tolist()]
# The engine's cache is F16.
MOST_APART = 5e-3


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Returns the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cache = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "cache"
        begin = time.monotonic()
        if not Converter(cache).is_there:
            Converter(cache).make(lambda done, total: tell(f"package {done} of {total}"))
            tell(f"the converter took {time.monotonic() - begin:.0f} s")
        weights = write_original(folder / "tiny")
        (folder / "state").mkdir()
        means = Means(1, EngineRoom(folder / "state"), cache, lambda *_step: None)
        begin = time.monotonic()
        shrink(folder / "tiny", folder / "tiny.gguf", Recipe(), means)
        tell(f"converted in {time.monotonic() - begin:.1f} s")
        model = llama_cpp.Llama(
            str(folder / "tiny.gguf"), n_ctx=128, logits_all=True, verbose=False
        )
        model.eval(TOKENS)
        apart = np.abs(np.array(model.scores[: len(TOKENS)]) - logits_of(weights, TOKENS)).max()
        tell(f"logits are at most {apart:.1e} apart")
        model.close()
    return 0 if apart < MOST_APART else 1


if __name__ == "__main__":
    sys.exit(main())
