"""How many experts of a mixture work, and where they lie: what a load is told beside the file."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import llama_cpp as lc

from app.core.candidates.settings import ALL_LAYERS, EngineSettings
from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama.native import cpu_buffer_type
from app.engine.protocol.running import FailureKind

_FACT_BYTES = 128
_ARCHITECTURE = "general.architecture"
# The experts' matrices by their names, of all layers or of those named in front.
_EXPERTS = r"\.ffn_(up|down|gate|gate_up)_(ch|)exps"


class _Placement(ctypes.Structure):
    """llama.cpp's ``llama_model_tensor_buft_override``."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buffer_type", ctypes.c_void_p))


def tell_experts(params: lc.llama_model_params, path: str, engine: EngineSettings) -> list[Any]:
    """Put what the settings say of experts into the parameters of a load.

    Returns:
        What has to live as long as the load: llama.cpp is given addresses of it.

    Raises:
        EngineError: There are not so many experts; llama.cpp would abort.
    """
    kept: list[Any] = []
    if engine.experts is not None:
        overrides = (lc.llama_model_kv_override * 2)()
        overrides[0].tag = lc.LLAMA_KV_OVERRIDE_TYPE_INT
        architecture = _checked_architecture(path, engine.experts)
        overrides[0].key = f"{architecture}.expert_used_count".encode()
        overrides[0].value.val_i64 = engine.experts
        params.kv_overrides = overrides
        kept.append(overrides)
    memory = None if engine.cpu_experts is None else cpu_buffer_type()
    if engine.cpu_experts is not None and memory is not None:
        layers = "" if engine.cpu_experts >= ALL_LAYERS else _layers(engine.cpu_experts)
        placements = (_Placement * 2)()
        placements[0].pattern = f"{layers}{_EXPERTS}".encode()
        placements[0].buffer_type = memory
        address: Any = ctypes.cast(placements, ctypes.c_void_p)
        params.tensor_buft_overrides = address
        kept.append(placements)
    return kept


def _layers(count: int) -> str:
    return rf"^blk\.({'|'.join(map(str, range(count)))})"


def _checked_architecture(path: str, experts: int) -> str:
    """The prefix of the file's keys; its vocabulary alone is loaded for that."""
    params = lc.llama_model_default_params()
    params.vocab_only = True
    model: Any = lc.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        return "llama"  # the load will say what is wrong with the file
    try:
        architecture = _fact(model, _ARCHITECTURE)
        count = expert_count(model)
    finally:
        lc.llama_model_free(model)
    if not 1 <= experts <= count:
        raise EngineError(FailureKind.LOAD, say("engine.not_so_many_experts", experts=experts))
    return architecture


def expert_count(model: lc.llama_model_p) -> int:
    """Experts of a layer; 0 where it is no mixture."""
    count = _fact(model, f"{_fact(model, _ARCHITECTURE)}.expert_count")
    return int(count) if count.isdecimal() else 0


def _fact(model: lc.llama_model_p, key: str) -> str:
    text: Any = ctypes.create_string_buffer(_FACT_BYTES)
    size = lc.llama_model_meta_val_str(model, key.encode(), text, _FACT_BYTES)
    return bytes(text.value).decode("utf-8", "replace") if size >= 0 else ""
