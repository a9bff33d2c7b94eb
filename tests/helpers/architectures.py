"""Writes models with random weights in llama.cpp's own architectures, small or of useful size.

They load, answer (noise) and can be quantized: what they need and how fast they are is what a real
model of the same shape needs and does. The same arguments make the same bytes.
"""

from __future__ import annotations

import itertools
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.gguf import GgufType
from tests.helpers.gguf_container import F16, F32, Tensor, Typed, header, padded
from tests.helpers.gguf_files import CHATML_TEMPLATE, END_OF_TEXT, IM_END, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ALIGNMENT = 32
_SEED = 20260101
_Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a model is; rows are multiples of 256, so that every level applies.

    Attributes:
        experts: Experts of a layer, for the mixtures.
        experts_used: Experts that work on one token.
        window: Tokens that layers with a sliding window look back.
    """

    layers: int = 6
    width: int = 256
    feed_forward: int = 768
    heads: int = 4
    kv_heads: int = 2
    vocabulary_tokens: int = 2048
    context_tokens: int = 32_768
    experts: int = 8
    experts_used: int = 2
    window: int = 512

    @property
    def head_length(self) -> int:
        """Elements of one head."""
        return self.width // self.heads

    @property
    def kv_width(self) -> int:
        """Elements of the keys of one token in one layer."""
        return self.head_length * self.kv_heads


USEFUL = Size(
    layers=12, width=768, feed_forward=2048, heads=12, kv_heads=4, vocabulary_tokens=64_000
)
"""About a tenth of a billion parameters: slow enough to be timed."""


@dataclass(frozen=True, slots=True)
class Design:
    """An architecture of llama.cpp with its tensors.

    Attributes:
        architecture: llama.cpp's name of it.
        tied: The embeddings are the output matrix too.
        facts: Hyperparameters of its own; a callable where they depend on the size.
        layer: The tensors of one layer, first dimension contiguous.
    """

    architecture: str
    tied: bool
    layer: Callable[[Size, int], _Shapes]
    facts: Callable[[Size], dict[str, Any]] = field(default=lambda _size: {})


def write_architecture(path: Path, name: str, size: Size | None = None) -> Path:
    """Write one of :data:`DESIGNS`.

    Args:
        path: The file to write.
        name: A key of :data:`DESIGNS`.
        size: How large; the smallest useful one when left out.
    """
    tensors = _tensors(DESIGNS[name], size or Size())
    random = np.random.default_rng(_SEED)
    with path.open("wb") as file:
        file.write(header_of(name, size))
        for tensor in tensors:
            data = _weights(tensor, random)
            file.write(data.ljust(padded(len(data), _ALIGNMENT), b"\0"))
    return path


def write_header_only(path: Path, name: str, size: Size | None = None) -> Path:
    """Write the header alone into a file of the full size, all of its weights a hole."""
    data = header_of(name, size)
    tensors = _tensors(DESIGNS[name], size or Size())
    with path.open("wb") as file:
        file.write(data)
        file.truncate(len(data) + sum(padded(tensor.n_bytes, _ALIGNMENT) for tensor in tensors))
    return path


def header_of(name: str, size: Size | None = None) -> bytes:
    """The header of one of :data:`DESIGNS`, padded up to its data."""
    size = size or Size()
    design = DESIGNS[name]
    architecture = design.architecture
    facts: dict[str, Any] = {
        "block_count": size.layers,
        "context_length": size.context_tokens,
        "embedding_length": size.width,
        "feed_forward_length": size.feed_forward,
        "attention.head_count": size.heads,
        "attention.head_count_kv": size.kv_heads,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "vocab_size": size.vocabulary_tokens,
        **design.facts(size),
    }
    metadata: dict[str, Any] = {
        "general.architecture": architecture,
        "general.type": "model",
        "general.name": f"Random {name}",
        "general.file_type": 1,
        **{f"{architecture}.{key}": value for key, value in facts.items() if value is not None},
        **_tokenizer(size.vocabulary_tokens),
        "tokenizer.chat_template": CHATML_TEMPLATE,
    }
    return header(metadata, _tensors(design, size), alignment=_ALIGNMENT)


def _tokenizer(count: int) -> dict[str, Any]:
    """A byte-level vocabulary as dense in merges as real ones are."""
    base = Vocabulary.byte_level()
    merges = list(itertools.islice(_merges(), max(0, count - len(base.tokens))))
    tokens = [*base.tokens, *("".join(pair) for pair in merges)]
    types = [*base.types, *[1] * len(merges)]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": Typed(GgufType.INT32, types, array=True),
        "tokenizer.ggml.merges": [" ".join(pair) for pair in merges] or ["Ġ t"],
        "tokenizer.ggml.bos_token_id": END_OF_TEXT,
        "tokenizer.ggml.eos_token_id": IM_END,
        "tokenizer.ggml.padding_token_id": END_OF_TEXT,
        "tokenizer.ggml.add_bos_token": False,
    }


def _merges() -> Iterator[tuple[str, str]]:
    """Words of small letters, each a shorter word and one letter."""
    words = list(string.ascii_lowercase)
    while True:
        pairs = [(word, letter) for word in words for letter in string.ascii_lowercase]
        yield from pairs
        words = ["".join(pair) for pair in pairs]


def _tensors(design: Design, size: Size) -> list[Tensor]:
    shapes: _Shapes = {
        "token_embd.weight": (size.width, size.vocabulary_tokens),
        "output_norm.weight": (size.width,),
    }
    if not design.tied:
        shapes["output.weight"] = (size.width, size.vocabulary_tokens)
    for layer in range(size.layers):
        shapes |= {f"blk.{layer}.{name}": dims for name, dims in design.layer(size, layer).items()}
    return [Tensor(name, dims, _type_of(name, dims)) for name, dims in shapes.items()]


def _type_of(name: str, dimensions: tuple[int, ...]) -> int:
    """Converters keep small and delicate tensors in full precision."""
    delicate = ("norm", "ffn_gate_inp", "ssm_conv1d", "ssm_a", "ssm_d")
    plain = len(dimensions) == 1 or any(part in name for part in delicate)
    return F32 if plain else F16


def _weights(tensor: Tensor, random: np.random.Generator) -> bytes:
    if tensor.name.endswith("ssm_a"):
        return np.full(tensor.dimensions, -1, np.float32).tobytes()
    if len(tensor.dimensions) == 1:
        return np.ones(tensor.dimensions, np.float32).tobytes()
    values = random.standard_normal(tensor.dimensions[::-1], np.float32)
    values *= tensor.dimensions[0] ** -0.5
    return (values if tensor.type_id == F32 else values.astype(np.float16)).tobytes()


# --- layers ---------------------------------------------------------------------------------


def _attention(size: Size, *, biases: bool = False) -> _Shapes:
    width, kv_width = size.width, size.kv_width
    shapes: _Shapes = {
        "attn_norm.weight": (width,),
        "attn_q.weight": (width, width),
        "attn_k.weight": (width, kv_width),
        "attn_v.weight": (width, kv_width),
        "attn_output.weight": (width, width),
    }
    if biases:
        shapes |= {
            "attn_q.bias": (width,),
            "attn_k.bias": (kv_width,),
            "attn_v.bias": (kv_width,),
        }
    return shapes


def _dense(size: Size) -> _Shapes:
    return {
        "ffn_norm.weight": (size.width,),
        "ffn_gate.weight": (size.width, size.feed_forward),
        "ffn_up.weight": (size.width, size.feed_forward),
        "ffn_down.weight": (size.feed_forward, size.width),
    }


def _experts(size: Size, width: int) -> _Shapes:
    return {
        "ffn_norm.weight": (size.width,),
        "ffn_gate_inp.weight": (size.width, size.experts),
        "ffn_gate_exps.weight": (size.width, width, size.experts),
        "ffn_up_exps.weight": (size.width, width, size.experts),
        "ffn_down_exps.weight": (width, size.width, size.experts),
    }


def _llama(size: Size, _layer: int) -> _Shapes:
    return _attention(size) | _dense(size)


def _qwen2(size: Size, _layer: int) -> _Shapes:
    return _attention(size, biases=True) | _dense(size)


def _gemma(size: Size, _layer: int) -> _Shapes:
    return _llama(size, _layer) | {
        "post_attention_norm.weight": (size.width,),
        "post_ffw_norm.weight": (size.width,),
    }


def _gemma3(size: Size, layer: int) -> _Shapes:
    return _gemma(size, layer) | {
        "attn_q_norm.weight": (size.head_length,),
        "attn_k_norm.weight": (size.head_length,),
    }


def _mixtral(size: Size, _layer: int) -> _Shapes:
    return _attention(size) | _experts(size, size.feed_forward)


def _qwen2moe(size: Size, _layer: int) -> _Shapes:
    shared = size.feed_forward
    return (
        _attention(size, biases=True)
        | _experts(size, size.feed_forward // 3)
        | {
            "ffn_gate_inp_shexp.weight": (size.width,),
            "ffn_gate_shexp.weight": (size.width, shared),
            "ffn_up_shexp.weight": (size.width, shared),
            "ffn_down_shexp.weight": (shared, size.width),
        }
    )


_STATE, _KERNEL, _GROUPS, _STATE_HEADS = 16, 4, 1, 8


def _mamba(size: Size, _layer: int) -> _Shapes:
    width, inner, rank = size.width, 2 * size.width, size.width // 16
    return {
        "attn_norm.weight": (width,),
        "ssm_in.weight": (width, 2 * inner),
        "ssm_conv1d.weight": (_KERNEL, inner),
        "ssm_conv1d.bias": (inner,),
        "ssm_x.weight": (inner, rank + 2 * _STATE),
        "ssm_dt.weight": (rank, inner),
        "ssm_dt.bias": (inner,),
        "ssm_a": (_STATE, inner),
        "ssm_d": (inner,),
        "ssm_out.weight": (inner, width),
    }


def _jamba(size: Size, layer: int) -> _Shapes:
    if layer % 4 == 1:
        return _attention(size) | _dense(size)
    norms: _Shapes = {
        "ssm_dt_norm.weight": (size.width // 16,),
        "ssm_b_norm.weight": (_STATE,),
        "ssm_c_norm.weight": (_STATE,),
    }
    return _mamba(size, layer) | norms | _dense(size)


def _falcon_h1(size: Size, _layer: int) -> _Shapes:
    width, inner = size.width, 2 * size.width
    convolved = inner + 2 * _GROUPS * _FALCON_STATE
    shapes = _attention(size) | _dense(size)
    # The one norm of all architectures whose name has no ending.
    shapes["ffn_norm"] = shapes.pop("ffn_norm.weight")
    return shapes | {
        "ssm_in.weight": (width, inner + convolved + _STATE_HEADS),
        "ssm_conv1d.weight": (_KERNEL, convolved),
        "ssm_conv1d.bias": (convolved,),
        "ssm_dt.bias": (_STATE_HEADS,),
        "ssm_a": (1, _STATE_HEADS),
        "ssm_d": (1, _STATE_HEADS),
        "ssm_norm.weight": (inner // _GROUPS, _GROUPS),
        "ssm_out.weight": (inner, width),
    }


_FALCON_STATE = 128
_LATENT, _ROPE, _PLAIN = 256, 32, 64


def _deepseek2(size: Size, layer: int) -> _Shapes:
    heads, width = size.heads, size.width
    shapes: _Shapes = {
        "attn_norm.weight": (width,),
        "attn_q_a_norm.weight": (256,),
        "attn_kv_a_norm.weight": (_LATENT,),
        "attn_q_a.weight": (width, 256),
        "attn_q_b.weight": (256, heads * (_PLAIN + _ROPE)),
        "attn_kv_a_mqa.weight": (width, _LATENT + _ROPE),
        "attn_k_b.weight": (_PLAIN, _LATENT, heads),
        "attn_v_b.weight": (_LATENT, _PLAIN, heads),
        "attn_output.weight": (heads * _PLAIN, width),
    }
    if layer == 0:
        return shapes | _dense(size)
    wide = size.feed_forward // 3
    return (
        shapes
        | _experts(size, wide)
        | {
            "ffn_gate_shexp.weight": (width, wide),
            "ffn_up_shexp.weight": (width, wide),
            "ffn_down_shexp.weight": (wide, width),
        }
    )


# --- hyperparameters ------------------------------------------------------------------------


def _of_heads(size: Size) -> dict[str, Any]:
    return {"rope.dimension_count": size.head_length}


def _of_qwen2vl(size: Size) -> dict[str, Any]:
    rows, columns = size.head_length // 8, size.head_length // 16 * 3
    sections = [rows, columns, size.head_length // 2 - rows - columns, 0]
    return {"rope.dimension_sections": Typed(GgufType.INT32, sections, array=True)}


def _of_gemma(size: Size) -> dict[str, Any]:
    return {
        "attention.key_length": size.head_length,
        "attention.value_length": size.head_length,
        "attention.sliding_window": size.window,
    }


def _of_mixtral(size: Size) -> dict[str, Any]:
    return _of_heads(size) | _of_experts(size)


def _of_experts(size: Size) -> dict[str, Any]:
    return {"expert_count": size.experts, "expert_used_count": size.experts_used}


def _of_qwen2moe(size: Size) -> dict[str, Any]:
    return _of_experts(size) | {
        "expert_feed_forward_length": size.feed_forward // 3,
        "expert_shared_feed_forward_length": size.feed_forward,
    }


def _of_mamba(size: Size) -> dict[str, Any]:
    return {
        "attention.head_count": 0,
        "attention.head_count_kv": None,
        "feed_forward_length": 0,
        **_of_states(size),
    }


def _of_states(size: Size) -> dict[str, Any]:
    return {
        "ssm.conv_kernel": _KERNEL,
        "ssm.inner_size": 2 * size.width,
        "ssm.state_size": _STATE,
        "ssm.time_step_rank": size.width // 16,
    }


def _of_jamba(size: Size) -> dict[str, Any]:
    heads = [size.kv_heads if layer % 4 == 1 else 0 for layer in range(size.layers)]
    return _of_states(size) | {"attention.head_count_kv": heads}


def _of_falcon_h1(size: Size) -> dict[str, Any]:
    return {
        "attention.key_length": size.head_length,
        "attention.value_length": size.head_length,
        "ssm.conv_kernel": _KERNEL,
        "ssm.inner_size": 2 * size.width,
        "ssm.state_size": _FALCON_STATE,
        "ssm.time_step_rank": _STATE_HEADS,
        "ssm.group_count": _GROUPS,
    }


def _of_deepseek2(size: Size) -> dict[str, Any]:
    return _of_experts(size) | {
        "attention.head_count_kv": 1,
        "attention.key_length": _LATENT + _ROPE,
        "attention.value_length": _LATENT,
        "attention.key_length_mla": _PLAIN + _ROPE,
        "attention.value_length_mla": _PLAIN,
        "attention.q_lora_rank": 256,
        "attention.kv_lora_rank": _LATENT,
        "rope.dimension_count": _ROPE,
        "leading_dense_block_count": 1,
        "expert_feed_forward_length": size.feed_forward // 3,
        "expert_shared_count": 1,
    }


DESIGNS: dict[str, Design] = {
    "llama": Design("llama", tied=False, layer=_llama, facts=_of_heads),
    "llama-tied": Design("llama", tied=True, layer=_llama, facts=_of_heads),
    "qwen2": Design("qwen2", tied=True, layer=_qwen2),
    "qwen2vl": Design("qwen2vl", tied=False, layer=_qwen2, facts=_of_qwen2vl),
    "gemma2": Design("gemma2", tied=True, layer=_gemma, facts=_of_gemma),
    "gemma3": Design("gemma3", tied=True, layer=_gemma3, facts=_of_gemma),
    "mixtral": Design("llama", tied=False, layer=_mixtral, facts=_of_mixtral),
    "qwen2moe": Design("qwen2moe", tied=False, layer=_qwen2moe, facts=_of_qwen2moe),
    "mamba": Design("mamba", tied=True, layer=_mamba, facts=_of_mamba),
    "jamba": Design("jamba", tied=False, layer=_jamba, facts=_of_jamba),
    "falcon-h1": Design("falcon-h1", tied=True, layer=_falcon_h1, facts=_of_falcon_h1),
    "deepseek2": Design("deepseek2", tied=False, layer=_deepseek2, facts=_of_deepseek2),
}
"""By the names that tests use."""
