"""What ``record`` wrote: the demo model's real logits and divergences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray  # noqa: TC002

from app.core.quality.positions import PositionScores

_DATA = Path(__file__).parent / "data"


def logits(name: str) -> NDArray[np.float32]:
    """The logits of 40 positions: of ``reference`` (F16), ``Q4_K_M`` or ``Q2_K``."""
    with np.load(_DATA / "demo_logits.npz") as kept:
        return kept[name].astype(np.float32)


def next_tokens() -> NDArray[np.int64]:
    """The token that follows each of them."""
    with np.load(_DATA / "demo_logits.npz") as kept:
        return kept["next_tokens"].astype(np.int64)


def scores(level: str) -> list[PositionScores]:
    """Everything that was found at each position, chunk by chunk: of ``Q8_0`` and so on."""
    klds = traces(level)
    with np.load(_DATA / "demo_scores.npz") as kept:
        base, ours = kept["reference"].astype(np.float64), kept[level].astype(np.float64)
        top = kept[f"{level}-top"]
    return [PositionScores(*columns) for columns in zip(klds, base, ours, top, strict=True)]


def traces(level: str) -> NDArray[np.float64]:
    """KL divergences, chunks × positions: of ``Q8_0``, ``Q4_K_M``, ``Q2_K`` or ``TQ1_0``."""
    with np.load(_DATA / "demo_traces.npz") as kept:
        return np.exp(kept[level].astype(np.float64))
