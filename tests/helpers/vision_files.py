"""Projectors with random weights for a model: the path of a picture, not its sense.

A picture is cut into squares of 14 pixels; ``mlp`` (LLaVA's way) makes a token of each, ``gemma3``
one of four by four, ``qwen2vl_merger`` one of two by two for pictures of any size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_Weights = NDArray[np.float16] | NDArray[np.float32]

PATCH, SIDE = 14, 56
TOKENS = {"mlp": (SIDE // PATCH) ** 2, "gemma3": (SIDE // PATCH // 4) ** 2}


def write_projector(
    path: Path,
    width: int,
    kind: str = "mlp",
    *,
    d_model: int = 64,
    n_layers: int = 2,
    side: int = SIDE,
    seed: int = 1,
) -> Path:
    """Write one for models whose tokens are so many numbers wide; the same bytes each time."""
    draw = np.random.default_rng(seed)

    def weights(*shape: int) -> NDArray[np.float16]:
        return (draw.standard_normal(shape, np.float32) / np.sqrt(shape[-1])).astype(np.float16)

    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_name(f"random {kind}")
    writer.add_string("clip.projector_type", kind)
    writer.add_bool("clip.has_vision_encoder", True)
    numbers = {
        "embedding_length": d_model,
        "feed_forward_length": 2 * d_model,
        "block_count": n_layers,
        "projection_dim": width,
        "attention.head_count": 4,
        "image_size": side,
        "patch_size": PATCH,
    }
    for key, value in numbers.items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_bool("clip.use_gelu", True)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    tensors = _blocks(weights, d_model, n_layers) | _OWN[kind](
        weights, d_model, width, (side // PATCH) ** 2
    )
    for name, data in tensors.items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _linear(name: str, weights: Callable[..., _Weights], rows: int, columns: int) -> dict[str, Any]:
    return {f"{name}.weight": weights(rows, columns), f"{name}.bias": np.zeros(rows, np.float32)}


def _norm(name: str, size: int) -> dict[str, Any]:
    return {f"{name}.weight": np.ones(size, np.float32), f"{name}.bias": np.zeros(size, np.float32)}


def _blocks(weights: Callable[..., _Weights], d_model: int, n_layers: int) -> dict[str, Any]:
    found: dict[str, Any] = {"v.patch_embd.weight": weights(d_model, 3, PATCH, PATCH)}
    for layer in range(n_layers):
        block = f"v.blk.{layer}."
        found |= _norm(f"{block}ln1", d_model) | _norm(f"{block}ln2", d_model)
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            found |= _linear(f"{block}{name}", weights, d_model, d_model)
        found |= _linear(f"{block}ffn_up", weights, 2 * d_model, d_model)
        found |= _linear(f"{block}ffn_down", weights, d_model, 2 * d_model)
    return found


def _mlp(
    weights: Callable[..., _Weights], d_model: int, width: int, patches: int
) -> dict[str, Any]:
    return {
        "v.patch_embd.bias": np.zeros(d_model, np.float32),
        "v.class_embd": weights(d_model).astype(np.float32),
        "v.position_embd.weight": weights(patches + 1, d_model).astype(np.float32),
        **_norm("v.pre_ln", d_model),
        **_linear("mm.0", weights, width, d_model),
        **_linear("mm.2", weights, width, width),
    }


def _gemma3(
    weights: Callable[..., _Weights], d_model: int, width: int, patches: int
) -> dict[str, Any]:
    return {
        "v.patch_embd.bias": np.zeros(d_model, np.float32),
        "v.position_embd.weight": weights(patches, d_model).astype(np.float32),
        **_norm("v.post_ln", d_model),
        "mm.input_projection.weight": weights(d_model, width).astype(np.float32),
        "mm.soft_emb_norm.weight": np.ones(d_model, np.float32),
    }


def _qwen2vl(
    weights: Callable[..., _Weights], d_model: int, width: int, _patches: int
) -> dict[str, Any]:
    merged = 4 * d_model
    return {
        "v.patch_embd.weight.1": weights(d_model, 3, PATCH, PATCH),
        **_norm("v.post_ln", d_model),
        **_linear("mm.0", weights, merged, merged),
        **_linear("mm.2", weights, width, merged),
    }


_OWN = {"mlp": _mlp, "gemma3": _gemma3, "qwen2vl_merger": _qwen2vl}
