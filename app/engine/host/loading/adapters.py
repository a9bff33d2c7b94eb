"""LoRA adapters of a loaded model, and how contexts get them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import llama_cpp as lc

from app.core.candidates.adapters import Adapter
from app.core.models.adapter_form import QUANTIZED_BITS
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.engine.host.errors import EngineError, RefusedError
from app.engine.host.loading.adapter_files import as_loaded
from app.engine.protocol.running import FailureKind


class Adapters:
    """They belong to the model and have to go before it, and contexts before them.

    A context keeps what it computed with other strengths: who changes them lets it forget that.

    Attributes:
        strengths: As they were loaded.
    """

    def __init__(self, model: lc.llama_model_p, wanted: Sequence[Adapter]) -> None:
        """Read them.

        Args:
            model: llama.cpp's handle.
            wanted: The files and how strongly each counts.

        Raises:
            EngineError: A file is gone, or holds what is no number.
            RefusedError: llama.cpp finds that one is none for this model.
        """
        self._handles: list[Any] = []
        self.strengths = [each.strength for each in wanted]
        bits = 8 * lc.llama_model_size(model) / max(1, lc.llama_model_n_params(model))
        quantized = bits < QUANTIZED_BITS
        for each in wanted:
            name = file_name(each.path)
            if not Path(each.path).is_file():
                raise EngineError(FailureKind.LOAD, say("adapters.gone", name=name))
            try:
                with as_loaded(each.path, quantized=quantized) as path:
                    handle = lc.llama_adapter_lora_init(model, os.fsencode(path))
            except EngineError:
                self.free()
                raise
            if not handle:
                self.free()
                raise RefusedError(FailureKind.LOAD, say("adapters.refused", name=name))
            self._handles.append(handle)

    def give_to(self, context: lc.llama_context_p, strengths: Sequence[float]) -> None:
        """Have a context compute with them, as strongly as said."""
        count = len(self._handles)
        if count:
            handles = (lc.llama_adapter_lora_p_ctypes * count)(*self._handles)
            scales = (lc.ctypes.c_float * count)(*strengths)
            lc.llama_set_adapters_lora(context, cast("Any", handles), count, cast("Any", scales))

    def free(self) -> None:
        """Give their memory back; no context may use them any more."""
        for handle in self._handles:
            lc.llama_adapter_lora_free(handle)
        self._handles.clear()
