"""Weights in plain number formats, which can be read and written here: F32, F16 and BF16."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLAIN: dict[str, np.dtype[np.unsignedinteger[Any]]] = {
    "F32": np.dtype("<u4"),
    "F16": np.dtype("<u2"),
    "BF16": np.dtype("<u2"),
}
"""The formats' names, and as what their bits are read."""


def floats_of(raw: NDArray[np.unsignedinteger[Any]], kind: str) -> NDArray[np.float32]:
    """The numbers that bits of a plain format stand for."""
    if kind == "BF16":
        return (raw.astype(np.uint32) << 16).view(np.float32)
    plain = raw.view(np.float16 if kind == "F16" else np.float32)
    return plain.astype(np.float32)


def bits_of(values: NDArray[np.float32], kind: str) -> NDArray[np.unsignedinteger[Any]]:
    """Numbers rounded to the nearest of a plain format, ties to even; too large ones are infinite.

    None of them may be NaN.
    """
    if kind == "F32":
        return values.view(np.uint32)
    if kind == "F16":
        with np.errstate(over="ignore"):
            return values.astype(np.float16).view(np.uint16)
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
