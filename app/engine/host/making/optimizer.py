"""llama.cpp's own optimizer over a model's F32 weights: one step a window of text.

llama.cpp takes a label a position and makes a distribution of it that is 1 there. What is learned
here are whole distributions: they are put in its place when it asks, before it computes, what is to
be watched. By the same way the sums of gradients are found, which llama.cpp clears only where it
adds up several windows for a step: else each step would go by all windows before it as well.
"""

from __future__ import annotations

import ctypes
import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import llama_cpp as lc
import numpy as np

from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama import native
from app.engine.host.llama.graph import Tensor, Watcher, operation
from app.engine.host.loading.context import Context
from app.engine.host.loading.model import Model
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.process.abort import AbortFlag

    _Floats = NDArray[np.float32]

# What llama.cpp knows the way back through (ggml_compute_backward); it aborts over all others.
_WAYS_BACK = frozenset(
    {
        "ABS",
        "ADD",
        "CONT",
        "COS",
        "CPY",
        "DIV",
        "DUP",
        "EXP",
        "EXPM1",
        "GET_ROWS",
        "LOG",
        "MEAN",
        "MUL",
        "MUL_MAT",
        "NEG",
        "NONE",
        "PERMUTE",
        "RELU",
        "REPEAT",
        "RESHAPE",
        "RMS_NORM",
        "ROPE",
        "SCALE",
        "SET_ROWS",
        "SILU",
        "SIN",
        "SOFTPLUS",
        "SOFT_MAX",
        "SQR",
        "SQRT",
        "SUB",
        "SUM",
        "SUM_ROWS",
        "SWIGLU",
        "TRANSPOSE",
        "VIEW",
    }
)
_I32, _ADAMW = 26, 0
# The usual ones of AdamW; weights are not drawn to zero.
_BETAS, _EPSILON = (0.9, 0.999), 1e-8
# So many weights of a tensor are no zeros by chance.
_FEW_ZEROS = 0.01
_Tensors = ctypes.POINTER(Tensor)
_Filter = ctypes.CFUNCTYPE(ctypes.c_bool, _Tensors, ctypes.c_void_p)


class _Rates(ctypes.Structure):
    """``ggml_opt_optimizer_params``: those of AdamW, then those of plain descent."""

    _fields_ = tuple(
        (name, ctypes.c_float)
        for name in ("alpha", "beta1", "beta2", "eps", "wd", "sgd_alpha", "sgd_wd")
    )


class _Options(ctypes.Structure):
    """``llama_opt_params``; llama-cpp-python's own lacks the last field."""

    _fields_ = (
        ("n_ctx_train", ctypes.c_uint32),
        ("param_filter", ctypes.c_void_p),
        ("param_filter_ud", ctypes.c_void_p),
        ("get_opt_pars", ctypes.c_void_p),
        ("get_opt_pars_ud", ctypes.c_void_p),
        ("optimizer_type", ctypes.c_int),
    )


class Learner(Watcher):
    """A model that learns; one window at a time. The worker's thread.

    Args:
        path: Its file of F32 weights.
        window_tokens: Of a window: a whole step of contexts.
        threads: That compute.
        abort: Ends a step.

    Attributes:
        context: To read with what was learned so far.
        weights: What learns, by the names of tensors, in llama.cpp's own memory.
    """

    def __init__(self, path: str, window_tokens: int, threads: int, abort: AbortFlag) -> None:
        super().__init__()
        self._abort = abort
        self._base = _base()
        self._loss, self._step = operation("CROSS_ENTROPY_LOSS"), operation("OPT_STEP_ADAMW")
        self._kinds: set[tuple[int, int]] | None = set()
        self._without_way: str = ""
        self._labels: _Floats | None = None
        self._sums: dict[int, int] = {}
        self.weights: dict[str, _Floats] = {}
        engine = EngineSettings(
            gpu_layers=0, maps_file=False, kv_on_cpu=True, kv_type=KvType.F32,
            flash_attention=FlashAttention.OFF,
        )  # fmt: skip
        with ExitStack() as undo:
            self._model = Model(path, engine, abort, lambda _share: None)
            undo.callback(self._model.free)
            if self._model.is_recurrent:
                said = say("shrink.kind_cannot_learn", operation="SSM_SCAN")
                raise EngineError(FailureKind.HEAL, said)
            # Only where the context is one batch do keys and values learn.
            self.context = Context(
                self._model, abort, size_tokens=window_tokens, threads=threads,
                batch_tokens=window_tokens, output_tokens=window_tokens, engine=engine,
                watcher=self, offloads=False,
            )  # fmt: skip
            undo.callback(self.context.free)
            self._rates = _Rates(0.0, *_BETAS, _EPSILON, 0.0, 0.0, 0.0)
            self._begin()
            self._batch = self._base.ggml_opt_dataset_init(
                _I32, _I32, window_tokens, window_tokens, 1, 1
            )
            self._result = self._base.ggml_opt_result_init()
            undo.pop_all()
        self._zeros = {
            name: zeros
            for name, weights in self.weights.items()
            if np.count_nonzero(zeros := weights == 0) > _FEW_ZEROS * weights.size
        }

    def free(self) -> None:
        """Give the memory back; the object is dead afterwards."""
        self.weights.clear()
        self._base.ggml_opt_result_free(self._result)
        self._base.ggml_opt_dataset_free(self._batch)
        self.context.free()
        self._model.free()

    @property
    def vocabulary_size(self) -> int:
        """Tokens that it knows."""
        return self._model.vocabulary_size

    @property
    def width(self) -> int:
        """Of a token's numbers between layers."""
        return lc.llama_model_n_embd(self._model.handle)

    def read(self, tokens: list[int]) -> _Floats:
        """The logits of a whole window, gone with the next one.

        Raises:
            Aborted: Stopped.
            EngineError: llama.cpp cannot teach this kind of model.
        """
        self.context.clear()
        rows = self.context.decode_rows(tokens)
        self.check()
        # The first time tells what it computes; llama.cpp would abort on its way back.
        self._kinds = None
        if self._without_way:
            said = say("shrink.kind_cannot_learn", operation=self._without_way)
            raise EngineError(FailureKind.HEAL, said)
        return rows

    def learn(self, tokens: list[int], labels: _Floats, rate: float) -> None:
        """Take one step; :meth:`read` must have been called once before.

        Args:
            tokens: A window.
            labels: For each of them the distribution of the next: adds up to 1.
            rate: How far to go.

        Raises:
            Aborted: Stopped; the weights are of no use any more.
        """
        window = np.array(tokens, np.int32)
        for place in (self._base.ggml_opt_dataset_data, self._base.ggml_opt_dataset_labels):
            ctypes.memmove(place(self._batch).contents.data, window.ctypes.data, window.nbytes)
        self._rates.alpha = rate
        self._labels = np.ascontiguousarray(labels, np.float32)
        self._base.ggml_opt_result_reset(self._result)
        try:
            epoch: Any = lc.llama_opt_epoch
            epoch(self.context.handle, self._batch, self._result, None, 1, None, None)
        finally:
            self._labels = None
        self.check()
        if self._abort.is_set:
            raise Aborted
        for address, n_bytes in self._sums.items():
            ctypes.memset(address, 0, n_bytes)
        for name, zeros in self._zeros.items():
            self.weights[name][zeros] = 0

    def wants(self, node: Tensor) -> bool:
        """Watches nothing: what there is to do is done before anything of the graph is computed."""
        if self._kinds is not None:
            self._look_at(node, self._kinds)
        elif node.op == self._loss and self._labels is not None:
            place = node.src[1].contents
            if place.ne[0] * place.ne[1] != self._labels.size:
                raise EngineError(FailureKind.HEAL, say("shrink.engine_of_another_version"))
            ctypes.memmove(place.data, self._labels.ctypes.data, self._labels.nbytes)
        elif node.op == self._step:
            summed = node.src[1].contents
            self._sums[summed.data] = 4 * math.prod(summed.ne)
        return False

    def sees(self, node: Tensor) -> bool:
        """Nothing is watched."""
        del node
        return True

    def _look_at(self, node: Tensor, known: set[tuple[int, int]]) -> None:
        kind = (node.op, node.op_params[0])
        if kind in known:
            return
        known.add(kind)
        name = self._base.ggml_op_desc(ctypes.byref(node)).decode()
        slope = ctypes.c_float.from_buffer_copy(ctypes.c_int32(node.op_params[1])).value
        if (
            name not in _WAYS_BACK
            or (name == "SWIGLU" and not node.src[1])
            or (name == "SOFT_MAX" and slope)
        ):
            self._without_way = name

    def _begin(self) -> None:
        """Let llama.cpp make its optimizer, and note the weights that it asks about."""

        def learns(pointer: Any, _data: object) -> bool:  # noqa: ANN401 - ctypes
            tensor = pointer.contents
            name = tensor.name.decode("utf-8", "replace")
            if "sinks" in name or not self._base.ggml_backend_buffer_is_host(tensor.buffer):
                return False
            if name not in ("token_embd.weight", "rope_freqs.weight"):  # llama.cpp leaves them
                raw: Any = (ctypes.c_float * math.prod(tensor.ne)).from_address(tensor.data)
                self.weights[name] = np.ctypeslib.as_array(raw)
            return True

        self._filter = _Filter(learns)
        constant = ctypes.cast(
            self._base.ggml_opt_get_constant_optimizer_params, ctypes.c_void_p
        ).value
        options = _Options(
            0, ctypes.cast(self._filter, ctypes.c_void_p).value, None, constant,
            ctypes.addressof(self._rates), _ADAMW,
        )  # fmt: skip
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, _Options)
        native_llama: Any = native.library("llama")
        begin = prototype(("llama_opt_init", native_llama))
        begin(self.context.handle, self._model.handle, options)
        if not self.weights:
            raise EngineError(FailureKind.HEAL, say("shrink.nothing_learns"))


def _base() -> Any:  # noqa: ANN401 - ctypes
    operation("NONE")  # whether this llama.cpp's tensors have the form that is known here
    base = native.library("ggml-base")
    assert base is not None
    base.ggml_backend_buffer_is_host.restype = ctypes.c_bool
    base.ggml_backend_buffer_is_host.argtypes = [ctypes.c_void_p]
    base.ggml_op_desc.restype, base.ggml_op_desc.argtypes = ctypes.c_char_p, [_Tensors]
    base.ggml_opt_dataset_init.restype = ctypes.c_void_p
    base.ggml_opt_dataset_init.argtypes = [ctypes.c_int] * 2 + [ctypes.c_int64] * 4
    for place in (base.ggml_opt_dataset_data, base.ggml_opt_dataset_labels):
        place.restype, place.argtypes = _Tensors, [ctypes.c_void_p]
    base.ggml_opt_result_init.restype = ctypes.c_void_p
    for end in (
        base.ggml_opt_dataset_free,
        base.ggml_opt_result_free,
        base.ggml_opt_result_reset,
    ):
        end.restype, end.argtypes = None, [ctypes.c_void_p]
    return base
