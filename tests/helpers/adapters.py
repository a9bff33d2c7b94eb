"""LoRA adapters for tests: with random numbers, and the model that one is merged into."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

USUAL = ("attn_q", "attn_v", "ffn_down")


def write_adapter(
    target: Path,
    model: Path,
    *,
    rank: int = 4,
    alpha: float = 8.0,
    scale: float = 0.3,
    tensors: tuple[str, ...] = USUAL,
    architecture: str = "",
    only: str = "",
    half: bool = False,
    chat_template: str = "",
) -> Path:
    """Write an adapter for a model's layers.

    Args:
        target: The file to write.
        model: Whose tensors it changes.
        rank: Of its halves.
        alpha: Its scale; the product counts alpha ÷ rank.
        scale: Standard deviation of its numbers, times that of a usual weight.
        tensors: Kinds of tensors that it changes.
        architecture: What it says that it is for; empty for the model's own.
        only: Leave out the other half of each pair: ``lora_a`` or ``lora_b``.
        half: Write F16, as adapters are usually converted, instead of F32.
        chat_template: That it brings.
    """
    reader = gguf.GGUFReader(model)
    own = str(reader.fields["general.architecture"].contents())
    writer = gguf.GGUFWriter(target, architecture or own)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    if chat_template:
        writer.add_chat_template(chat_template)
    random = np.random.default_rng(7)
    for tensor in reader.tensors:
        if not any(f".{kind}.weight" in tensor.name for kind in tensors):
            continue
        columns, rows = (int(size) for size in tensor.shape)
        halves = {"lora_a": (rank, columns), "lora_b": (rows, rank)}
        for part, shape in halves.items():
            numbers = random.normal(0.0, scale / np.sqrt(columns), shape)
            if not only or part == only:
                kind = np.float16 if half else np.float32
                writer.add_tensor(f"{tensor.name}.{part}", numbers.astype(kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def write_merged(target: Path, model: Path, adapter: Path, strength: float = 1.0) -> Path:
    """Write the model with an adapter's product added to its weights (Hu et al. 2021)."""
    added = gguf.GGUFReader(adapter)
    halves = {tensor.name: tensor.data for tensor in added.tensors}
    alpha = float(added.fields["adapter.lora.alpha"].contents())
    reader = gguf.GGUFReader(model)
    writer = gguf.GGUFWriter(target, str(reader.fields["general.architecture"].contents()))
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value, kinds = field.contents(), field.types
        if kinds[0] is gguf.GGUFValueType.ARRAY:
            writer.add_key_value(name, value, kinds[0], sub_type=kinds[-1])
        else:
            writer.add_key_value(name, value, kinds[0])
    for tensor in reader.tensors:
        weights = tensor.data
        if (a := halves.get(f"{tensor.name}.lora_a")) is not None:
            b = halves[f"{tensor.name}.lora_b"]
            weights = weights.astype(np.float32) + strength * alpha / len(a) * (b @ a)
            weights = weights.astype(tensor.data.dtype)
        writer.add_tensor(tensor.name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
