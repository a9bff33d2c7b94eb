"""Of how much text the rows of one table may be told: figures of one column are of one text.

Each candidate is read for as long as its own mean needs, so that one knows 16 chunks and the next
48. Chunks come in one order for all: figures over the first so many are those of the same text.
They are made for some numbers of chunks while the positions are still there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

CHECKPOINTS = (1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48)
FEWEST_CHUNKS = 8
"""Who was read for less says too little to hold back the others."""


def checkpoints(chunks: int) -> list[int]:
    """For which numbers of chunks figures are made of so many; these themselves come last."""
    return [*(count for count in CHECKPOINTS if count < chunks), chunks]


def common_chunks(known: Sequence[Collection[int]]) -> int | None:
    """The largest number of chunks that all rows can be told of.

    Args:
        known: For each row of how many chunks it has figures; none of a row without any.

    Returns:
        None where there is no such number. Rows of fewer than ``FEWEST_CHUNKS`` do not count where
        others have more; they may not have it.
    """
    told = [set(one) for one in known if one]
    if any(max(one) >= FEWEST_CHUNKS for one in told):
        told = [one for one in told if max(one) >= FEWEST_CHUNKS]
    if not told:
        return None
    shared = told[0].intersection(*told[1:])
    return max(shared, default=None)
