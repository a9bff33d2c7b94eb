"""Shapes of tensors by their names, said once where they are the same in every layer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
"""Columns first, as GGUF has them."""
Shapes: TypeAlias = tuple[tuple[str, Shape], ...]
"""By name; ``blk.*.attn_q.weight`` stands for that tensor of every layer."""

_LAYER = re.compile(r"blk\.(\d+)\.")
_EVERY = "blk.*."


def layer_shapes(tensors: Iterable[tuple[str, Shape]], layers: int) -> Shapes:
    """Shapes in few entries: of a usual model as many as one layer has tensors, and a few more.

    Args:
        tensors: Names and shapes.
        layers: How many the model has.
    """
    alike: dict[tuple[str, Shape], list[str]] = defaultdict(list)
    for name, shape in tensors:
        alike[_LAYER.sub(_EVERY, name, count=1), shape].append(name)
    found: list[tuple[str, Shape]] = []
    for (every, shape), names in alike.items():
        told = [every] if len(names) == layers and every != names[0] else names
        found += [(name, shape) for name in told]
    return tuple(found)


def shape_among(shapes: Shapes, name: str, layers: int) -> Shape:
    """The shape of a tensor; empty where there is none of this name."""
    layer = _LAYER.match(name)
    if layer is not None and int(layer[1]) < layers:
        every = _LAYER.sub(_EVERY, name, count=1)
        return next((shape for other, shape in shapes if other in (name, every)), ())
    return next((shape for other, shape in shapes if other == name), ())
