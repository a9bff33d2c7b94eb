"""The compute backends that this build of llama.cpp has, whether or not it found a device."""

from __future__ import annotations

import ctypes

from app.engine.host.llama.native import library


def backend_names() -> list[str]:
    """Their names as llama.cpp says them (CPU, Vulkan, CUDA, Metal …); call after the start."""
    ggml, base = library("ggml"), library("ggml-base")
    if ggml is None or base is None:
        return []
    ggml.ggml_backend_reg_count.restype = ctypes.c_size_t
    ggml.ggml_backend_reg_get.restype = ctypes.c_void_p
    ggml.ggml_backend_reg_get.argtypes = [ctypes.c_size_t]
    base.ggml_backend_reg_name.restype = ctypes.c_char_p
    base.ggml_backend_reg_name.argtypes = [ctypes.c_void_p]
    names = [
        base.ggml_backend_reg_name(ggml.ggml_backend_reg_get(index))
        for index in range(ggml.ggml_backend_reg_count())
    ]
    return [name.decode("utf-8", errors="replace") for name in names if name]
