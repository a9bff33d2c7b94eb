"""How fast llama.cpp's own kernels read weights here: products of a matrix and a vector, timed.

Generating a token is little else. The matrices lie where a load would put them: repacked for the
processor where llama.cpp does that, else as they are in the file.
"""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable, Generator

import numpy as np

from app.core.models.levels import TENSOR_TYPES
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.llama import native
from app.engine.host.llama.blocks import to_blocks
from app.engine.host.process.abort import AbortFlag
from app.engine.protocol.measuring import KernelRate, KernelsMeasured, MeasureKernels
from app.engine.protocol.running import FailureKind

_REPETITIONS = 5
# What is taken of many short samples: the fastest ones are faster than generating ever is, which
# goes on for seconds, and the slower half may be disturbed by the PC's other work.
_TAKEN = 0.3
_SAMPLE_BYTES = 16 << 20
# Slow kernels are as slow in the first samples: no more of them after this time.
_ENOUGH_NS = 400_000_000
# A matrix of the shape that models of one to three billion parameters have.
_SIDE = 2048
_NODES = 400
_NODE_ELEMENTS = 2048
_CPU_DEVICE = 0
_F32 = 0
# Quantizing takes long for some types: so many rows are repeated.
_NOISE_ROWS = 64
_TENSOR_OVERHEAD_BYTES = 512
_GRAPH_OVERHEAD_BYTES = 1 << 16


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


def measure_kernels(command: MeasureKernels, abort: AbortFlag) -> KernelsMeasured:
    """Time the types that are asked for; those that cannot be multiplied are left out.

    Raises:
        Aborted: The abort flag was set.
        EngineError: ggml's libraries are not where they are known to be.
    """
    ggml = _Ggml(command.threads)
    try:
        rates: list[KernelRate] = []
        for type_id in command.type_ids:
            if abort.is_set:
                raise Aborted
            rate = ggml.rate(type_id, command.bytes_each) if type_id in TENSOR_TYPES else None
            if rate is not None:
                rates.append(KernelRate(type_id, rate))
        return KernelsMeasured(command.id, rates, ggml.node_ns())
    finally:
        ggml.free()


class _Ggml:
    """ggml's C interface, as much as is needed of it."""

    def __init__(self, threads: int) -> None:
        base, ggml = native.library("ggml-base"), native.library("ggml")
        if base is None or ggml is None:
            raise EngineError(FailureKind.BENCH, say("engine.engines_libraries_cannot_measured"))
        self._base = base
        self._declare(base, ggml)
        self._device = ggml.ggml_backend_dev_by_type(_CPU_DEVICE)
        self._backend = base.ggml_backend_dev_init(self._device, None)
        if not self._backend:
            raise EngineError(FailureKind.BENCH, say("engine.processor_cannot_measured"))
        self._plain = base.ggml_backend_dev_buffer_type(self._device)
        registry = base.ggml_backend_dev_backend_reg(self._device)
        address = base.ggml_backend_reg_get_proc_address(registry, b"ggml_backend_set_n_threads")
        if address:
            ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(address)(self._backend, threads)
        self._repacking = self._extra_buffer_types(registry)

    @staticmethod
    def _declare(base: ctypes.CDLL, ggml: ctypes.CDLL) -> None:
        pointer, number, size = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t
        signatures: dict[str, tuple[object, list[object]]] = {
            "ggml_init": (pointer, [_InitParams]),
            "ggml_free": (None, [pointer]),
            "ggml_new_tensor_2d": (pointer, [pointer, ctypes.c_int, number, number]),
            "ggml_mul_mat": (pointer, [pointer, pointer, pointer]),
            "ggml_add": (pointer, [pointer, pointer, pointer]),
            "ggml_mul": (pointer, [pointer, pointer, pointer]),
            "ggml_silu": (pointer, [pointer, pointer]),
            "ggml_rms_norm": (pointer, [pointer, pointer, ctypes.c_float]),
            "ggml_new_graph_custom": (pointer, [pointer, size, ctypes.c_bool]),
            "ggml_build_forward_expand": (None, [pointer, pointer]),
            "ggml_nbytes": (size, [pointer]),
            "ggml_backend_dev_init": (pointer, [pointer, ctypes.c_char_p]),
            "ggml_backend_dev_buffer_type": (pointer, [pointer]),
            "ggml_backend_dev_backend_reg": (pointer, [pointer]),
            "ggml_backend_dev_supports_op": (ctypes.c_bool, [pointer, pointer]),
            "ggml_backend_reg_get_proc_address": (pointer, [pointer, ctypes.c_char_p]),
            "ggml_backend_alloc_ctx_tensors_from_buft": (pointer, [pointer, pointer]),
            "ggml_backend_buffer_free": (None, [pointer]),
            "ggml_backend_buffer_clear": (None, [pointer, ctypes.c_uint8]),
            "ggml_backend_buffer_set_usage": (None, [pointer, ctypes.c_int]),
            "ggml_backend_tensor_set": (None, [pointer, pointer, size, size]),
            "ggml_backend_graph_compute": (ctypes.c_int, [pointer, pointer]),
            "ggml_backend_free": (None, [pointer]),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(base, name)
            function.restype, function.argtypes = result, arguments
        ggml.ggml_backend_dev_by_type.restype = pointer
        ggml.ggml_backend_dev_by_type.argtypes = [ctypes.c_int]

    def _extra_buffer_types(self, registry: int) -> list[int]:
        """Buffer types that keep weights in an order of their own, in llama.cpp's order."""
        name = b"ggml_backend_dev_get_extra_bufts"
        address = self._base.ggml_backend_reg_get_proc_address(registry, name)
        if not address:
            return []
        listed = ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)(address)
        found: list[int] = []
        types = listed(self._device)
        while types and types[len(found)]:
            found.append(types[len(found)])
        return found

    def free(self) -> None:
        """Give the backend back."""
        self._base.ggml_backend_free(self._backend)

    def rate(self, type_id: int, wanted_bytes: int) -> float | None:
        """Bytes of matrices a second; None where no kernel multiplies this type."""
        matrix_bytes = _SIDE * _SIDE * TENSOR_TYPES[type_id].bits_per_weight / 8
        count = max(2, int(wanted_bytes / matrix_bytes))
        for buffer_type in [*self._repacking, self._plain]:
            with self._weights(type_id, count, buffer_type) as matrices:
                if matrices:
                    return count * matrix_bytes / self._timed_products(matrices)
        return None

    def node_ns(self) -> float:
        """What a small node costs."""
        with self._context(_NODES + 2, graphs=1) as context:
            term = self._base.ggml_new_tensor_2d(context, _F32, _NODE_ELEMENTS, 1)
            total = term
            for _ in range(_NODES // 4):  # what lies between the products of a layer
                total = self._base.ggml_rms_norm(context, total, 1e-5)
                total = self._base.ggml_mul(context, total, term)
                total = self._base.ggml_silu(context, total)
                total = self._base.ggml_add(context, total, term)
            seconds = self._timed(context, [self._graph(context, [total])])
        return seconds * 1e9 / _NODES

    @contextlib.contextmanager
    def _context(self, tensors: int, graphs: int = 0) -> Generator[int]:
        size = (tensors + 1) * _TENSOR_OVERHEAD_BYTES + graphs * _GRAPH_OVERHEAD_BYTES
        context = self._base.ggml_init(_InitParams(size, None, True))
        try:
            yield context
        finally:
            self._base.ggml_free(context)

    @contextlib.contextmanager
    def _weights(self, type_id: int, count: int, buffer_type: int) -> Generator[list[int]]:
        """Matrices filled with noise; none where this buffer type is not for this number format."""
        base = self._base
        with self._context(count + 4) as context:
            matrices = [
                base.ggml_new_tensor_2d(context, type_id, _SIDE, _SIDE) for _ in range(count)
            ]
            buffer = base.ggml_backend_alloc_ctx_tensors_from_buft(context, buffer_type)
            if not buffer:
                yield []
                return
            try:
                base.ggml_backend_buffer_set_usage(buffer, 1)
                with self._context(4) as probe:
                    vector = base.ggml_new_tensor_2d(probe, _F32, _SIDE, 1)
                    product = base.ggml_mul_mat(probe, matrices[0], vector)
                    usable = base.ggml_backend_dev_supports_op(self._device, product)
                if usable:
                    noise = self._noise(type_id)
                    for matrix in matrices:
                        base.ggml_backend_tensor_set(matrix, noise, 0, len(noise))
                yield matrices if usable else []
            finally:
                base.ggml_backend_buffer_free(buffer)

    def _noise(self, type_id: int) -> bytes:
        """A matrix of ordinary weights: scales that are no ordinary numbers would be slow."""
        values = np.random.default_rng(1).standard_normal((_NOISE_ROWS, _SIDE), np.float32)
        return to_blocks(values, type_id) * (_SIDE // _NOISE_ROWS)

    def _timed_products(self, matrices: list[int]) -> float:
        """Seconds for all matrices, from the usual speed of samples of them."""
        matrix_bytes = self._base.ggml_nbytes(matrices[0])
        step = max(1, min(len(matrices), _SAMPLE_BYTES // matrix_bytes))
        samples = [matrices[at : at + step] for at in range(0, len(matrices) - step + 1, step)]
        with self._context(len(matrices) + 4, graphs=len(samples)) as context:
            vector = self._base.ggml_new_tensor_2d(context, _F32, _SIDE, 1)
            graphs = [
                self._graph(context, [self._base.ggml_mul_mat(context, m, vector) for m in sample])
                for sample in samples
            ]
            return self._timed(context, graphs) * len(matrices) / step

    def _graph(self, context: int, results: list[int]) -> int:
        graph: int = self._base.ggml_new_graph_custom(context, _NODES + 64, False)
        for result in results:
            self._base.ggml_build_forward_expand(graph, result)
        return graph

    def _timed(self, context: int, graphs: list[int]) -> float:
        """Seconds that one of these equal graphs usually takes."""
        base = self._base
        buffer = base.ggml_backend_alloc_ctx_tensors_from_buft(context, self._plain)
        base.ggml_backend_buffer_clear(buffer, 0)
        try:
            run: Callable[[int, int], int] = base.ggml_backend_graph_compute
            run(self._backend, graphs[0])
            times: list[int] = []
            for graph in graphs * _REPETITIONS:
                begin_ns = time.perf_counter_ns()
                run(self._backend, graph)
                times.append(time.perf_counter_ns() - begin_ns)
                if sum(times) > _ENOUGH_NS:
                    break
            return sorted(times)[int(_TAKEN * len(times))] / 1e9
        finally:
            base.ggml_backend_buffer_free(buffer)
