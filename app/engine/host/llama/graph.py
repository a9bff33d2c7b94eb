"""Tensors of a graph while llama.cpp computes it: what a watcher gets to see.

A watcher is asked of each node whether it wants it, and told when that is computed. It runs on the
thread that decodes, inside llama.cpp: what it raises is kept, and raised by :meth:`Watcher.check`.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import llama_cpp as lc
import numpy as np

from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama import native
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

F32 = 0
_OPS = 128
_OBJECT_BYTES = 32


class Tensor(ctypes.Structure):
    """``ggml_tensor`` of the pinned version."""


_Tensors = ctypes.POINTER(Tensor)
Tensor._fields_ = (
    ("type", ctypes.c_int),
    ("buffer", ctypes.c_void_p),
    ("ne", ctypes.c_int64 * 4),
    ("nb", ctypes.c_size_t * 4),
    ("op", ctypes.c_int),
    ("op_params", ctypes.c_int32 * 16),
    ("flags", ctypes.c_int32),
    ("src", _Tensors * 10),
    ("view_src", _Tensors),
    ("view_offs", ctypes.c_size_t),
    ("data", ctypes.c_void_p),
    ("name", ctypes.c_char * 64),
    ("extra", ctypes.c_void_p),
    ("padding", ctypes.c_char * 8),
)


@cache
def _base() -> Any:  # noqa: ANN401 - ctypes
    base = native.library("ggml-base")
    if base is None:
        raise EngineError(FailureKind.SCORE, say("engine.engines_libraries_not_where_they"))
    base.ggml_op_name.restype, base.ggml_op_name.argtypes = ctypes.c_char_p, [ctypes.c_int]
    base.ggml_tensor_overhead.restype = ctypes.c_size_t
    base.ggml_backend_buffer_is_host.restype = ctypes.c_bool
    base.ggml_backend_buffer_is_host.argtypes = [ctypes.c_void_p]
    base.ggml_backend_tensor_get.argtypes = [_Tensors, ctypes.c_void_p] + 2 * [ctypes.c_size_t]
    base.ggml_backend_tensor_get.restype = None
    base.ggml_backend_tensor_set.argtypes = [_Tensors, ctypes.c_void_p] + 2 * [ctypes.c_size_t]
    base.ggml_backend_tensor_set.restype = None
    if base.ggml_tensor_overhead() != ctypes.sizeof(Tensor) + _OBJECT_BYTES:
        raise EngineError(FailureKind.SCORE, say("shrink.engine_of_another_version"))
    return base


@cache
def operation(name: str) -> int:
    """The number of an operation, such as ``MUL_MAT``.

    Raises:
        EngineError: This llama.cpp has none of the name, or another form of tensors.
    """
    for number in range(_OPS):
        if (_base().ggml_op_name(number) or b"").decode() == name:
            return number
    raise EngineError(FailureKind.SCORE, say("shrink.engine_of_another_version"))


def name_of(tensor: Tensor) -> str:
    """As the file calls it: copies on devices have marks around the name."""
    name = tensor.name.decode("utf-8", "replace")
    return name.split("#")[1] if "#" in name else name


def numbers(tensor: Any) -> NDArray[Any]:  # noqa: ANN401 - ctypes
    """The numbers of a computed F32 or I32 tensor, four dimensions, the slowest first.

    Those in the processor's memory are looked at in place: gone with the next node.
    """
    seen = tensor.contents
    span = sum((n - 1) * step for n, step in zip(seen.ne, seen.nb, strict=True)) + 4
    base = _base()
    if base.ggml_backend_buffer_is_host(seen.buffer):
        raw: Any = (ctypes.c_char * span).from_address(seen.data)
    else:
        raw = ctypes.create_string_buffer(span)
        base.ggml_backend_tensor_get(tensor, raw, 0, span)
    kind = np.float32 if seen.type == F32 else np.int32
    return np.ndarray(tuple(seen.ne)[::-1], kind, raw, 0, tuple(seen.nb)[::-1])


def write(tensor: Any, data: NDArray[np.uint8], offset: int) -> None:  # noqa: ANN401 - ctypes
    """Write bytes into a tensor that is no copy and not mapped, wherever it lies."""
    _base().ggml_backend_tensor_set(tensor, data.ctypes.data, offset, data.nbytes)


class Watcher:
    """Sees the nodes of a graph as they are computed.

    Attributes:
        callback: What a context is made with; keep the watcher as long as that.
    """

    def __init__(self) -> None:
        self.callback: Any = lc.ggml_backend_sched_eval_callback(self._called)
        self._error: Exception | None = None

    def wants(self, node: Tensor) -> bool:
        """Whether the node is to be shown; it is not computed yet."""
        raise NotImplementedError

    def sees(self, node: Tensor) -> bool:
        """Take a node that was computed; False leaves out what comes behind it."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise what went wrong since the last call."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _called(self, pointer: Any, asks: bool, _data: object) -> bool:  # noqa: ANN401 - ctypes
        try:
            node = ctypes.cast(pointer, _Tensors).contents
            return self.wants(node) if asks else self.sees(node)
        except Exception as error:  # noqa: BLE001 - nobody above could take it
            self._error = self._error or error
            return not asks
