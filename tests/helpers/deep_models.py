"""A model made deeper by layers that change nothing: it says the same, only slower.

What the layer adds is zero, since the matrices that write into the residual stream are; all others
are as in the layer before. So the model it was made of drafts for it without a mistake, as far as
numbers round alike.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import numpy as np

_WRITING = ("attn_output.weight", "ffn_down.weight")


def write_deep(target: Path, model: Path, more_layers: int, *, wide: bool = False) -> Path:
    """Write a llama model with so many layers more behind its last one.

    Args:
        target: The file to write.
        model: What it is made of.
        more_layers: That change nothing.
        wide: Whether weights have 32 bits: reading them is what takes a pass's time then, so that
            a draft pays on any PC, while 16 bits are at the limit where computing is slow.
    """
    reader = gguf.GGUFReader(model)
    writer = gguf.GGUFWriter(target, "llama")
    layers = int(reader.fields["llama.block_count"].contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value, kinds = field.contents(), field.types
        if name == "llama.block_count":
            value = layers + more_layers
        if kinds[0] is gguf.GGUFValueType.ARRAY:
            writer.add_key_value(name, value, kinds[0], sub_type=kinds[-1])
        else:
            writer.add_key_value(name, value, kinds[0])
    last = f"blk.{layers - 1}."
    for tensor in reader.tensors:
        weights = tensor.data.astype(np.float32) if wide else tensor.data
        writer.add_tensor(tensor.name, weights)
        if not tensor.name.startswith(last):
            continue
        kind = tensor.name.removeprefix(last)
        data = np.zeros_like(weights) if kind in _WRITING else weights
        for layer in range(layers, layers + more_layers):
            writer.add_tensor(f"blk.{layer}.{kind}", data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


if __name__ == "__main__":
    write_deep(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
