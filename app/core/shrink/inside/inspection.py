"""What is in the tensors of a model file, and what they lost against a reference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from app.core.models.levels import TENSOR_TYPES

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.model_file import ModelFile

NEAR_ZERO = 0.1
"""A weight below so many RMS of its tensor is near zero."""
OUTLIER = 6.0
"""A weight above so many RMS of its tensor stands out."""
HISTOGRAM_BINS = 32
HISTOGRAM_END = 8.0
"""The bins divide the amounts of weights from 0 to so many RMS; the last has all above, too."""
_UNREADABLE = frozenset({"Q8_1", "Q8_K"})


def can_be_read(type_id: int) -> bool:
    """Whether weights of a type can be turned into numbers; two types only hold activations."""
    return TENSOR_TYPES[type_id].name not in _UNREADABLE


class TensorFigures(msgspec.Struct, frozen=True):
    """What was counted over all weights of a tensor.

    Attributes:
        numbers: Weights that are numbers; NaN and infinite ones count nowhere below.
        zeros: Exact zeros.
        near_zeros: Amounts below :data:`NEAR_ZERO` times the RMS, zeros too.
        outliers: Amounts above :data:`OUTLIER` times the RMS.
        largest: The largest amount.
        sum_squares: Of all.
        error_squares: Sum of the squared differences to the reference; None where there is none.
        reference_squares: Of the reference's weights.
        histogram: Amounts in units of the RMS, of an even sample.
    """

    numbers: int
    zeros: int
    near_zeros: int
    outliers: int
    largest: float
    sum_squares: float
    error_squares: float | None = None
    reference_squares: float = 0.0
    histogram: tuple[int, ...] = ()

    @property
    def rms(self) -> float:
        """The root of the mean square; 0 where nothing is a number."""
        return math.sqrt(self.sum_squares / self.numbers) if self.numbers else 0.0

    @property
    def relative_error(self) -> float | None:
        """The norm of the differences over the norm of the reference; None where not known."""
        if self.error_squares is None:
            return None
        if not self.reference_squares:
            return 0.0 if not self.error_squares else None
        return math.sqrt(self.error_squares / self.reference_squares)


@dataclass(frozen=True, slots=True)
class InspectedTensor:
    """A tensor of the file; figures are None where its type holds no weights that can be read."""

    info: TensorInfo
    figures: TensorFigures | None

    @property
    def type_name(self) -> str:
        """As llama.cpp calls it."""
        return TENSOR_TYPES[self.info.type_id].name

    @property
    def zero_fraction(self) -> float | None:
        """Exact zeros among the weights."""
        return _share(self.figures.zeros, self.figures) if self.figures else None

    @property
    def near_zero_fraction(self) -> float | None:
        """Weights near zero."""
        return _share(self.figures.near_zeros, self.figures) if self.figures else None

    @property
    def outlier_fraction(self) -> float | None:
        """Weights that stand out."""
        return _share(self.figures.outliers, self.figures) if self.figures else None


@dataclass(frozen=True, slots=True)
class TypeSum:
    """All tensors of one type."""

    type: str
    tensors: int
    bytes: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A whole file.

    Attributes:
        model: Its header's facts.
        tensors: In the order of the file.
        unmatched: Tensors that the reference has none of the same name and shape for.
    """

    model: ModelFile
    tensors: Sequence[InspectedTensor]
    unmatched: Sequence[str] = field(default_factory=tuple)

    @property
    def zero_fraction(self) -> float | None:
        """Exact zeros among all weights that could be read."""
        known = [each.figures for each in self.tensors if each.figures is not None]
        numbers = sum(figures.numbers for figures in known)
        return sum(figures.zeros for figures in known) / numbers if numbers else None

    def error_share(self, tensor: InspectedTensor) -> float | None:
        """A tensor's part of the summed squared error; None where none is known."""
        error = tensor.figures.error_squares if tensor.figures else None
        total = sum(
            each.figures.error_squares or 0.0 for each in self.tensors if each.figures is not None
        )
        return None if error is None else error / total if total else 0.0

    def bytes_share(self, tensor: InspectedTensor) -> float:
        """A tensor's part of all tensors' bytes."""
        return tensor.info.n_bytes / max(1, self.model.tensor_bytes)

    @property
    def types(self) -> list[TypeSum]:
        """What the file is made of, the type with most bytes first."""
        return types_of(each.info for each in self.tensors)


def types_of(tensors: Iterable[TensorInfo]) -> list[TypeSum]:
    """Sums by type, the one with most bytes first."""
    count, size, elements = Counter[int](), Counter[int](), Counter[int]()
    for tensor in tensors:
        count[tensor.type_id] += 1
        size[tensor.type_id] += tensor.n_bytes
        elements[tensor.type_id] += tensor.n_elements
    return [
        TypeSum(TENSOR_TYPES[type_id].name, count[type_id], n_bytes, elements[type_id])
        for type_id, n_bytes in size.most_common()
    ]


def _share(count: int, figures: TensorFigures) -> float:
    return count / figures.numbers if figures.numbers else 0.0
