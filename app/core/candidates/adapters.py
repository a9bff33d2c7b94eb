"""LoRA adapters as parts of a candidate: a small file that changes a model, and how strongly."""

from __future__ import annotations

import msgspec

MOST_STRENGTH = 100.0
"""Beyond any use; what is typed is bounded by it either way."""
MOST_ADAPTERS = 8


class Adapter(msgspec.Struct, frozen=True):
    """One adapter on a model.

    Attributes:
        path: Its file.
        strength: Factor of what it adds to the weights: 1 as it was trained, 0 nothing, below 0
            the other way round.
    """

    path: str
    strength: float = 1.0
