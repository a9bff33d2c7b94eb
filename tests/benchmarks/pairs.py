"""Two things measured in turns, so that whatever else the PC does meets both alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from tests.benchmarks.figures import tell

_A = TypeVar("_A")
_B = TypeVar("_B")


def alternate(
    name: str, pairs: int, ours: Callable[[], _A], theirs: Callable[[], _B]
) -> list[tuple[_A, _B]]:
    """Measure both once a pair, in random order within each pair.

    Args:
        name: Said while it runs.
        pairs: How many.
        ours: Measures one side.
        theirs: Measures the other.
    """
    results: list[tuple[_A, _B]] = []
    for number in range(pairs):
        if random.random() < 0.5:
            mine = ours()
            other = theirs()
        else:
            other = theirs()
            mine = ours()
        results.append((mine, other))
        tell(f"  {name}: pair {number + 1} of {pairs}")
    return results
