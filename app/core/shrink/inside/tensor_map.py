"""The matrices of a model as a map, layers by kinds, and what raising some of them would cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.recipe import Rule, exactly
from app.core.shrink.types import TARGET_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.core.shrink.inside.inspection import InspectedTensor, Inspection

_IN_LAYER = re.compile(r"blk\.(\d+)\.(.+?)(?:\.weight)?$")
# What a tensor becomes when it is raised: each step about one bit more.
_STEPS = ("IQ2_XXS", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "F16")
_TYPES = {each.name: each for each in TENSOR_TYPES.values()}


class Figure(Enum):
    """What the map's colours tell."""

    LOST = auto()
    BITS = auto()
    ZEROS = auto()
    OUTLIERS = auto()


@dataclass(frozen=True, slots=True)
class TensorMap:
    """Matrices by kind and layer.

    Attributes:
        kinds: From top to bottom: those of the layers in the order of the file, then the others.
        layers: How many columns.
        cells: A matrix by its row and column; those outside layers stand in the first column.
    """

    kinds: Sequence[str]
    layers: int
    cells: Mapping[tuple[int, int], InspectedTensor]


def map_of(inspection: Inspection) -> TensorMap:
    """Arrange what was counted; vectors (norms, biases) have no place, they are never shrunken."""
    inside: dict[str, dict[int, InspectedTensor]] = {}
    outside: dict[str, InspectedTensor] = {}
    for tensor in inspection.tensors:
        if len(tensor.info.dimensions) < 2 or tensor.figures is None:
            continue
        match = _IN_LAYER.match(tensor.info.name)
        if match is None:
            outside[tensor.info.name.removesuffix(".weight")] = tensor
        else:
            inside.setdefault(match[2], {})[int(match[1])] = tensor
    kinds = [*inside, *outside]
    cells = {
        (row, layer): tensor
        for row, kind in enumerate(inside)
        for layer, tensor in inside[kind].items()
    }
    cells |= {(len(inside) + row, 0): tensor for row, tensor in enumerate(outside.values())}
    layers = 1 + max((layer for _, layer in cells), default=0)
    return TensorMap(kinds, layers, cells)


def value_of(tensor: InspectedTensor, figure: Figure) -> float | None:
    """What a cell's colour tells of its matrix; None where it is not known."""
    match figure:
        case Figure.LOST:
            return tensor.figures.relative_error if tensor.figures is not None else None
        case Figure.BITS:
            return TENSOR_TYPES[tensor.info.type_id].bits_per_weight
        case Figure.ZEROS:
            return tensor.zero_fraction
        case Figure.OUTLIERS:
            return tensor.outlier_fraction


def raised(tensor: InspectedTensor) -> tuple[str, int] | None:
    """The next larger number format of a matrix, and how many bytes more; None at the top."""
    now = TENSOR_TYPES[tensor.info.type_id].bits_per_weight
    for name in _STEPS:
        kind = _TYPES[name]
        if kind.bits_per_weight > now + 0.3 and _fits(tensor, kind.block_elements):
            size = tensor.info.n_elements // kind.block_elements * kind.block_bytes
            return name, size - tensor.info.n_bytes
    return None


def raising(tensors: Iterable[InspectedTensor]) -> tuple[list[tuple[str, str]], int]:
    """Names and new formats of those that can be raised, and the bytes that it takes."""
    found = [(tensor.info.name, step) for tensor in tensors if (step := raised(tensor))]
    return [(name, kind) for name, (kind, _) in found], sum(size for _, (_, size) in found)


def again_with(tensors: Iterable[InspectedTensor], raised: Mapping[str, str]) -> list[Rule]:
    """Rules by which a file is made again with the formats that it has, but for the raised ones."""
    return [
        exactly(tensor.info.name, raised.get(tensor.info.name, tensor.type_name))
        for tensor in tensors
        if len(tensor.info.dimensions) > 1 and tensor.type_name in TARGET_TYPES
        if tensor.info.name in raised or tensor.type_name != "F32"
    ]


def _fits(tensor: InspectedTensor, block_elements: int) -> bool:
    return tensor.info.dimensions[0] % block_elements == 0
