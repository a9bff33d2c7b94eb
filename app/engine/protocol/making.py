"""A model file is looked into, or made of another."""

from __future__ import annotations

import msgspec


class StoredTensor(msgspec.Struct, frozen=True):
    """Where a tensor lies.

    Attributes:
        offset: Of its first byte in the file.
        type_id: Its number format, as files number them.
        elements: How many weights it has.
    """

    path: str
    offset: int
    type_id: int
    elements: int


class InspectTensor(msgspec.Struct, tag="inspect_tensor", frozen=True):
    """Count what is in a tensor; no model is loaded for it.

    Attributes:
        reference: The same weights in another file, to be held against.
    """

    id: int
    tensor: StoredTensor
    threads: int
    reference: StoredTensor | None = None


class TensorInspected(msgspec.Struct, tag="tensor_inspected", frozen=True):
    """The fields of :class:`app.core.shrink.inspection.TensorFigures`."""

    id: int
    numbers: int
    zeros: int
    near_zeros: int
    outliers: int
    largest: float
    sum_squares: float
    error_squares: float | None
    reference_squares: float
    histogram: list[int]


class Quantize(msgspec.Struct, tag="quantize", frozen=True):
    """Write ``target`` from ``source`` at another quantization level (llama.cpp's quantizer)."""

    id: int
    source: str
    target: str
    ftype: int
    threads: int


class QuantizeProgress(msgspec.Struct, tag="quantize_progress", frozen=True):
    """Tensors written so far."""

    id: int
    done: int
    total: int


class Quantized(msgspec.Struct, tag="quantized", frozen=True):
    """The target is complete."""

    id: int
    elapsed_ns: int
