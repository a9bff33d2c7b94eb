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


class CollectImportance(msgspec.Struct, tag="collect_importance", frozen=True):
    """Read a text with the model that is loaded, and write how much each weight's inputs matter.

    Attributes:
        text: A file, UTF-8.
        target: The importance matrix to write.
        dataset: What the matrix calls the text.
        chunks: At most so many; 0 for all.
        marks: Texts of special tokens become those tokens.
    """

    id: int
    text: str
    target: str
    dataset: str
    chunk_tokens: int
    chunks: int
    threads: int
    marks: bool = False


class ImportanceProgress(msgspec.Struct, tag="importance_progress", frozen=True):
    """Chunks read so far."""

    id: int
    done: int
    total: int


class ImportanceCollected(msgspec.Struct, tag="importance_collected", frozen=True):
    """The matrix is written.

    Attributes:
        tensors: That it tells of.
        unused: Experts that no token came to.
    """

    id: int
    tensors: int
    tokens: int
    chunks: int
    unused: int
    elapsed_ns: int


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
