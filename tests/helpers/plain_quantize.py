"""llama.cpp's quantizer with nothing around it, as llama-quantize calls it: a program of its own.

It reads importance matrices by other code than the program's. Its argument is JSON: a list of
``{source, target, ftype, matrix, rules}``; rules are pairs of pattern and type.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import gguf
import llama_cpp as lc
import numpy as np


def _matrix(path: str) -> tuple[Any, list[Any], dict[str, Any]]:
    reader = gguf.GGUFReader(path)
    tensors = {tensor.name: np.array(tensor.data, np.float32) for tensor in reader.tensors}
    names = [name.removesuffix(".in_sum2") for name in tensors if name.endswith(".in_sum2")]
    entries: Any = (lc.llama_model_imatrix_data * (len(names) + 1))()
    kept: list[Any] = [entries]
    for place, name in enumerate(names):
        counts = tensors[f"{name}.counts"].reshape(-1, 1)
        sums = tensors[f"{name}.in_sum2"].reshape(len(counts), -1)
        values = np.where(counts > 0, sums / np.maximum(counts, 1), np.float32(1)).ravel()
        entries[place].name = name.encode()
        entries[place].data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        entries[place].size = values.size
        kept.append(values)
    return (
        entries,
        kept,
        {
            "quantize.imatrix.file": Path(path).name,
            "quantize.imatrix.dataset": reader.fields["imatrix.datasets"].contents()[0],
            "quantize.imatrix.entries_count": len(names),
            "quantize.imatrix.chunks_count": reader.fields["imatrix.chunk_count"].contents(),
        },
    )


def _quantize(job: dict[str, Any]) -> None:
    params: Any = lc.llama_model_quantize_default_params()
    params.ftype, params.nthread = job["ftype"], 2
    if job["matrix"]:
        entries, kept, notes = _matrix(job["matrix"])
        params.imatrix = ctypes.cast(entries, ctypes.POINTER(lc.llama_model_imatrix_data))
        facts: Any = (lc.llama_model_kv_override * (len(notes) + 1))()
        for fact, (key, value) in zip(facts, notes.items(), strict=False):
            fact.key = key.encode()
            fact.tag = lc.LLAMA_KV_OVERRIDE_TYPE_INT
            if isinstance(value, str):
                fact.tag = lc.LLAMA_KV_OVERRIDE_TYPE_STR
                fact.value.val_str = value.encode()[:127]
            else:
                fact.value.val_i64 = value
        params.kv_overrides = ctypes.cast(facts, ctypes.POINTER(lc.llama_model_kv_override))
        kept.append(facts)
    rules: Any = (lc.llama_model_tensor_override * (len(job["rules"]) + 1))()
    for rule, (pattern, name) in zip(rules, job["rules"], strict=False):
        rule.pattern = pattern.encode()
        rule.type = gguf.GGMLQuantizationType[name]
    if job["rules"]:
        params.tt_overrides = ctypes.cast(rules, ctypes.POINTER(lc.llama_model_tensor_override))
    place: Any = ctypes.byref(params)
    status = lc.llama_model_quantize(job["source"].encode(), job["target"].encode(), place)
    assert status == 0, job


if __name__ == "__main__":
    for each in json.loads(sys.argv[1]):
        _quantize(each)
