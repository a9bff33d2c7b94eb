"""Weights in llama.cpp's number formats: numbers to blocks and back, in its own plain code.

What turns them is in ggml's base library, which is compiled without any special instructions: it
can be trusted where the processor's kernels are in doubt.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama import native
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

F32, F16, BF16 = 0, 1, 30
_PLAIN = {F32: "<f4", 24: "i1", 25: "<i2", 26: "<i4", 27: "<i8", 28: "<f8"}
# Code book types take many seconds to quantize to. Any codes do.
_CODED = ("IQ1_", "IQ2_", "IQ3_")
_SEED = 1


class _Traits(ctypes.Structure):
    """The beginning of ``ggml_type_traits``."""

    _fields_ = (
        ("type_name", ctypes.c_char_p),
        ("block_elements", ctypes.c_int64),
        ("block_interleave", ctypes.c_int64),
        ("block_bytes", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        (
            "to_float",
            ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64),
        ),
    )


def to_blocks(values: NDArray[np.float32], type_id: int) -> bytes:
    """Rows of weights in a number format.

    Code books are not searched: such rows hold other weights of the same size.

    Raises:
        EngineError: ggml's library is not where it is known to be.
    """
    stored = TENSOR_TYPES[type_id]
    if type_id == F32:
        return values.tobytes()
    if stored.name.startswith(_CODED):
        return _any_codes(values, type_id)
    rows, columns = values.shape
    target = ctypes.create_string_buffer(values.size // stored.block_elements * stored.block_bytes)
    importance = np.ones(columns, np.float32)
    values = np.ascontiguousarray(values)
    place = ctypes.addressof(target)
    quantizer(type_id)(values.ctypes.data, place, rows, columns, importance.ctypes.data)
    return target.raw


def quantizer(type_id: int) -> Callable[[int, int, int, int, int | None], object]:
    """What turns rows into a number format: source, target, rows, columns, importance of inputs.

    All but the counts are addresses. Any thread; it lets go of Python's lock. A type that needs the
    importance of its inputs aborts without.
    """
    turn = _base().ggml_quantize_chunk
    turn.restype = ctypes.c_size_t
    turn.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + 3 * [ctypes.c_int64]
    turn.argtypes += [ctypes.c_void_p]
    return lambda source, target, rows, columns, importance: turn(
        type_id, source, target, 0, rows, columns, importance
    )


def from_blocks(data: bytes, type_id: int) -> NDArray[np.float32]:
    """All weights that blocks stand for, in one row; errors as :func:`to_blocks`."""
    if type_id == F32:
        return np.frombuffer(data, np.float32)
    if type_id == F16:
        return np.frombuffer(data, np.float16).astype(np.float32)
    stored = TENSOR_TYPES[type_id]
    values = np.empty(len(data) // stored.block_bytes * stored.block_elements, np.float32)
    traits = _base().ggml_get_type_traits
    traits.restype = ctypes.POINTER(_Traits)
    traits.argtypes = [ctypes.c_int]
    traits(type_id).contents.to_float(data, values.ctypes.data, values.size)
    return values


def decoder(type_id: int) -> Callable[[NDArray[np.uint8], NDArray[np.float32]], object]:
    """What turns blocks of a number format into weights, from one array into another.

    It lets go of Python's lock, and several threads may use it at once.

    Raises:
        EngineError: ggml's library is not where it is known to be, or the format holds no weights.
    """
    if type_id in _PLAIN:
        plain = np.dtype(_PLAIN[type_id])
        return lambda data, values: np.copyto(values, data.view(plain), casting="unsafe")
    base = _base()
    if type_id in (F16, BF16):
        turn: Any = base.ggml_fp16_to_fp32_row if type_id == F16 else base.ggml_bf16_to_fp32_row
        turn.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
        turn.restype = None
    else:
        traits = base.ggml_get_type_traits
        traits.restype = ctypes.POINTER(_Traits)
        traits.argtypes = [ctypes.c_int]
        turn = traits(type_id).contents.to_float
        if not turn:
            raise EngineError(
                FailureKind.INSPECT, say("shrink.type_no_weights", type=TENSOR_TYPES[type_id].name)
            )
    return lambda data, values: turn(data.ctypes.data, values.ctypes.data, values.size)


def _any_codes(values: NDArray[np.float32], type_id: int) -> bytes:
    stored = TENSOR_TYPES[type_id]
    blocks = np.random.default_rng(_SEED).integers(
        0, 256, (values.size // stored.block_elements, stored.block_bytes), np.uint8
    )
    _set_scale(blocks, stored.name, 1.0)
    size = np.sqrt(np.mean(np.square(from_blocks(blocks.tobytes(), type_id))))
    _set_scale(blocks, stored.name, float(np.sqrt(np.mean(np.square(values))) / size))
    return blocks.tobytes()


def _set_scale(blocks: NDArray[np.uint8], name: str, scale: float) -> None:
    """Write the half-precision scale of each block."""
    half = int(np.float16(scale).view(np.uint16))
    if name != "IQ1_M":
        blocks[:, :2] = np.frombuffer(half.to_bytes(2, "little"), np.uint8)
        return
    for place in range(4):  # four bits each in the upper ends of the last four words
        upper = blocks[:, 2 * place - 7]
        upper[:] = (upper & 0x0F) | (half >> (4 * place) & 0x0F) << 4


def _base() -> ctypes.CDLL:
    base = native.library("ggml-base")
    if base is None:
        raise EngineError(FailureKind.BENCH, say("engine.engines_libraries_not_where_they"))
    return base
