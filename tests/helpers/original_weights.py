"""Original weights as they are published: a tiny llama of random numbers, and what it says."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Weights = dict[str, NDArray[np.float32]]

WIDTH, LAYERS, HEADS, KV_HEADS, FEED_FORWARD = 64, 2, 4, 2, 128
_SPECIAL = ("<unk>", "<s>", "</s>")
_LETTERS = "▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!"
_EPSILON, _ROPE_BASE = 1e-5, 10_000.0


def write_original(folder: Path, *, dtype: str = "F32") -> Weights:
    """Write config, tokenizer and weights; returns the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *_LETTERS]
    special = [
        {"id": place, "content": piece, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for place, piece in enumerate(_SPECIAL)
    ]  # fmt: skip
    replaced = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    back = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    tokenizer = {
        "version": "1.0",
        "added_tokens": special,
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "Prepend", "prepend": "▁"}, back],
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [replaced, {"type": "ByteFallback"}, {"type": "Fuse"}, strip],
        },
        "model": {
            "type": "BPE",
            "unk_token": "<unk>",
            "fuse_unk": True,
            "byte_fallback": True,
            "vocab": {piece: place for place, piece in enumerate(pieces)},
            "merges": [],
        },
    }
    named = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    words = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, **named}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "intermediate_size": FEED_FORWARD,
        "vocab_size": len(pieces),
        "max_position_embeddings": 256,
        "rms_norm_eps": _EPSILON,
        "rope_theta": _ROPE_BASE,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
    }
    for name, content in (
        ("tokenizer.json", tokenizer), ("tokenizer_config.json", words), ("config.json", config)
    ):  # fmt: skip
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    weights = _weights(len(pieces))
    write_safetensors(folder / "model.safetensors", weights, dtype=dtype)
    return weights


def write_safetensors(path: Path, weights: Weights, *, dtype: str = "F32") -> None:
    """Write numbers as one file of weights."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    pieces: list[bytes] = []
    at = 0
    for name, values in weights.items():
        if dtype == "BF16":
            piece = (np.ascontiguousarray(values).view(np.uint32) >> 16).astype("<u2").tobytes()
        else:
            piece = values.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes()
        header[name] = {
            "dtype": dtype, "shape": list(values.shape), "data_offsets": [at, at + len(piece)]
        }  # fmt: skip
        pieces.append(piece)
        at += len(piece)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))


def logits_of(weights: Weights, tokens: list[int]) -> NDArray[np.float32]:
    """What the model says at each place, computed with nothing but numpy."""
    head = WIDTH // HEADS
    angles = np.arange(len(tokens))[:, None] / _ROPE_BASE ** (np.arange(0, head, 2) / head)
    cos, sin = np.tile(np.cos(angles), 2)[:, None], np.tile(np.sin(angles), 2)[:, None]

    def turned(values: NDArray[Any]) -> NDArray[Any]:
        half = head // 2
        other = np.concatenate([-values[..., half:], values[..., :half]], axis=-1)
        return values * cos + other * sin

    def normed(values: NDArray[Any], name: str) -> NDArray[Any]:
        size = np.sqrt((values**2).mean(-1, keepdims=True) + _EPSILON)
        return values / size * weights[name]

    rows = weights["model.embed_tokens.weight"][tokens].astype(np.float64)
    unseen = np.triu(np.full((len(tokens), len(tokens)), -np.inf), 1)
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        inner = normed(rows, f"{at}input_layernorm.weight")
        q, k, v = (
            (inner @ weights[f"{at}self_attn.{name}_proj.weight"].T).reshape(len(rows), -1, head)
            for name in "qkv"
        )
        k, v = (np.repeat(each, HEADS // KV_HEADS, axis=1) for each in (turned(k), v))
        scores = np.einsum("qhd,khd->hqk", turned(q), k) / np.sqrt(head) + unseen
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = np.einsum("hqk,khd->qhd", shares, v).reshape(len(rows), -1)
        rows = rows + mixed @ weights[f"{at}self_attn.o_proj.weight"].T
        inner = normed(rows, f"{at}post_attention_layernorm.weight")
        gate, up = (inner @ weights[f"{at}mlp.{name}_proj.weight"].T for name in ("gate", "up"))
        rows = rows + (gate / (1 + np.exp(-gate)) * up) @ weights[f"{at}mlp.down_proj.weight"].T
    return (normed(rows, "model.norm.weight") @ weights["lm_head.weight"].T).astype(np.float32)


def _weights(n_tokens: int) -> Weights:
    random = np.random.default_rng(0)

    def matrix(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.08, shape).astype(np.float32)

    kept = WIDTH * KV_HEADS // HEADS
    found = {
        "model.embed_tokens.weight": matrix(n_tokens, WIDTH),
        "model.norm.weight": 1 + matrix(WIDTH),
        "lm_head.weight": matrix(n_tokens, WIDTH),
    }
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        found |= {
            f"{at}input_layernorm.weight": 1 + matrix(WIDTH),
            f"{at}post_attention_layernorm.weight": 1 + matrix(WIDTH),
            f"{at}self_attn.q_proj.weight": matrix(WIDTH, WIDTH),
            f"{at}self_attn.k_proj.weight": matrix(kept, WIDTH),
            f"{at}self_attn.v_proj.weight": matrix(kept, WIDTH),
            f"{at}self_attn.o_proj.weight": matrix(WIDTH, WIDTH),
            f"{at}mlp.gate_proj.weight": matrix(FEED_FORWARD, WIDTH),
            f"{at}mlp.up_proj.weight": matrix(FEED_FORWARD, WIDTH),
            f"{at}mlp.down_proj.weight": matrix(WIDTH, FEED_FORWARD),
        }
    return found
