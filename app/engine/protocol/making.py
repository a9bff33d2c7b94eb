"""A model file is made of another."""

from __future__ import annotations

import msgspec


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
