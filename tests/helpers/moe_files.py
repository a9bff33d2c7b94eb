"""A mixture of experts out of the demo model: each is its feed-forward, a little changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

EXPERTS, USED = 4, 2


def write_demo_mixture(demo: Path, path: Path) -> Path:
    """Write it; the same bytes each time."""
    reader = gguf.GGUFReader(demo)
    writer = gguf.GGUFWriter(path, "llama")
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind is gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, inner)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(USED)
    draw = np.random.default_rng(1)
    for tensor in reader.tensors:
        kind = tensor.name.split(".")[-2]
        if kind not in ("ffn_gate", "ffn_up", "ffn_down"):
            writer.add_tensor(tensor.name, tensor.data)
            continue
        if kind == "ffn_gate":
            router = draw.normal(size=(EXPERTS, tensor.data.shape[1])).astype(np.float32)
            writer.add_tensor(tensor.name.replace("ffn_gate", "ffn_gate_inp"), router)
        experts = [tensor.data * np.float16(1 + draw.normal() / 20) for _ in range(EXPERTS)]
        writer.add_tensor(tensor.name.replace(kind, f"{kind}_exps"), np.stack(experts))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
