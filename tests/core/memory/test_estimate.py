from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.candidates.settings import EngineSettings, KvType
from app.core.gguf import parse_header
from app.core.memory.estimate import (
    RESERVED_BYTES,
    estimated_needs,
    kv_cache_bytes,
    memory_budget_bytes,
    overhead_bytes,
)
from app.core.models.model_file import ModelFile, Shard
from tests.helpers.gguf_container import F16, Tensor, header

MIB = 1024 * 1024


def model(architecture: str = "llama", n_layers: int = 4, **changes: Any) -> ModelFile:
    """A model without weights; keywords with two underscores stand for dots."""
    shape: dict[str, Any] = {
        "block_count": n_layers,
        "embedding_length": 256,
        "feed_forward_length": 512,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
    }
    shape |= {key.replace("__", "."): value for key, value in changes.items()}
    metadata = {f"{architecture}.{key}": value for key, value in shape.items() if value is not None}
    data = header({"general.architecture": architecture} | metadata)
    return ModelFile.from_headers([Shard(Path("m.gguf"), parse_header(data), len(data))])


def test_cache_of_a_plain_model() -> None:
    # Two heads of 64 elements, keys and values, in four layers.
    per_token = 2 * 64 * 2 * 4
    assert kv_cache_bytes(model(), 1024) == 1024 * per_token * 2
    assert kv_cache_bytes(model(), 1024, EngineSettings(kv_type=KvType.F32)) == 1024 * per_token * 4
    assert (
        kv_cache_bytes(model(), 1024, EngineSettings(kv_type=KvType.Q8_0))
        == 1024 * per_token * 34 // 32
    )
    assert (
        kv_cache_bytes(model(), 1024, EngineSettings(kv_type=KvType.Q4_0))
        == 1024 * per_token * 18 // 32
    )


@pytest.mark.parametrize(("context", "cells"), [(1, 256), (256, 256), (257, 512), (4000, 4096)])
def test_cells_come_in_packs_of_256(context: int, cells: int) -> None:
    assert kv_cache_bytes(model(), context) == kv_cache_bytes(model(), cells)


def test_heads_of_each_layer_count() -> None:
    some = model(attention__head_count_kv=[2, 0, 4, 0])
    assert kv_cache_bytes(some, 256) == 256 * 64 * (2 + 4) * 2 * 2


def test_layers_with_a_window_keep_the_window_and_a_batch() -> None:
    windowed = model("gemma3", n_layers=6, attention__sliding_window=512)
    full, window = 8192, 1024
    per_token = 2 * 64 * 2 * 2
    assert kv_cache_bytes(windowed, 8192) == (full + 5 * window) * per_token
    assert (
        kv_cache_bytes(windowed, 8192, EngineSettings(batch_tokens=100))
        == (full + 5 * 768) * per_token
    )
    assert kv_cache_bytes(windowed, 256) == 6 * 256 * per_token


def test_latent_attention_keeps_keys_only() -> None:
    latent = model(
        "deepseek2",
        attention__head_count_kv=1,
        attention__key_length=576,
        attention__value_length=512,
        attention__key_length_mla=192,
        attention__value_length_mla=128,
    )
    assert kv_cache_bytes(latent, 256) == 256 * 576 * 4 * 2


def test_shared_layers_keep_nothing() -> None:
    shared = model("gemma4", attention__shared_kv_layers=3)
    assert kv_cache_bytes(shared, 256) == kv_cache_bytes(model(n_layers=1), 256)


def test_states_do_not_grow_with_the_context() -> None:
    mamba = model(
        "mamba",
        attention__head_count=None,
        attention__head_count_kv=None,
        ssm__conv_kernel=4,
        ssm__inner_size=512,
        ssm__state_size=16,
    )
    state = (3 * 512 + 16 * 512) * 4 * 4
    assert kv_cache_bytes(mamba, 256) == kv_cache_bytes(mamba, 100_000) == state
    jamba = model(
        "jamba",
        attention__head_count_kv=[0, 2, 0, 0],
        ssm__conv_kernel=4,
        ssm__inner_size=512,
        ssm__state_size=16,
    )
    assert kv_cache_bytes(jamba, 256) == 256 * 2 * 64 * 2 * 2 + state * 3 // 4
    every_fourth = model("qwen3next", n_layers=8)
    assert kv_cache_bytes(every_fourth, 256) == kv_cache_bytes(model(n_layers=2), 256)
    flagged = model("qwen35", attention__recurrent_layers=[True, False, False, True])
    assert kv_cache_bytes(flagged, 256) == kv_cache_bytes(model(n_layers=2), 256)
    shift = model("rwkv7", attention__head_count=None, wkv__head_size=64)
    assert kv_cache_bytes(shift, 256) == 256 * (2 + 64) * 4 * 4
    convolution = model("lfm2", attention__head_count_kv=[0, 2, 2, 2], shortconv__l_cache=3)
    assert kv_cache_bytes(convolution, 256) == kv_cache_bytes(model(n_layers=3), 256) + 256 * 2 * 4
    delta = model("kimi-linear", attention__head_count_kv=[0, 2, 2, 2], kda__head_dim=32)
    assert delta.attention.state_bytes == (3 * 3 * 128 + 32 * 128) * 4


def test_keys_and_values_may_have_formats_of_their_own() -> None:
    both = EngineSettings(kv_type=KvType.Q8_0, value_type=KvType.F32)
    q8, f32 = (EngineSettings(kv_type=kind) for kind in (KvType.Q8_0, KvType.F32))
    kept = [kv_cache_bytes(model(), 512, engine) for engine in (both, q8, f32)]
    assert kept[0] == (kept[1] + kept[2]) // 2


def test_parts_add_up_and_grow_with_what_they_hold() -> None:
    small, large = model(), model(feed_forward_length=4096, vocab_size=150_000)
    for found in (estimated_needs(small, 512), estimated_needs(large, 512)):
        assert found.total_bytes == (
            found.weights_bytes
            + found.kv_bytes
            + found.compute_bytes
            + found.output_bytes
            + found.overhead_bytes
        )
    few = estimated_needs(large, 512, EngineSettings(micro_batch_tokens=64))
    assert few.compute_bytes < estimated_needs(large, 512).compute_bytes
    assert estimated_needs(large, 512).overhead_bytes > 80 * MIB
    # Gemma 3 needs 83 MB beside its buffers with 262,144 tokens of SentencePiece.
    assert 83e6 < overhead_bytes(262_144, merges=False) < 1.35 * 83e6 < overhead_bytes(262_144)
    experts = model(
        feed_forward_length=0, expert_count=8, expert_used_count=2, expert_feed_forward_length=256
    )
    assert estimated_needs(experts, 512).compute_bytes == estimated_needs(small, 512).compute_bytes


def test_the_budget_leaves_the_system_its_share() -> None:
    assert memory_budget_bytes(8_000_000_000) == 8_000_000_000 - RESERVED_BYTES
    assert memory_budget_bytes(RESERVED_BYTES) == 0
    assert memory_budget_bytes(100) == 0


# llama.cpp's own prediction: it lays everything out and allocates nothing.
_PREDICT = """
import json, re, sys
import llama_cpp as lc
log = []
collect = lc.llama_log_callback(lambda level, text, data: log.append(text.decode()))
lc.llama_log_set(collect, None)
lc.llama_backend_init()
model_params = lc.llama_model_default_params()
model_params.no_alloc = True
model_params.load_mode = lc.LLAMA_LOAD_MODE_NONE
model = lc.llama_model_load_from_file(sys.argv[1].encode(), model_params)
params = lc.llama_context_default_params()
params.n_ctx, params.type_k, params.type_v = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[3])
params.n_outputs_max, params.swa_full = 1, False
assert lc.llama_init_from_model(model, params)
text = "".join(log)
print(json.dumps({
    "kv": sum(map(float, re.findall(r"size = +([0-9.]+) MiB \\( *[0-9]+ cells", text))),
    "compute": sum(map(float, re.findall(r"(?:compute|output) buffer size = +([0-9.]+)", text))),
}))
"""


def write_shape(path: Path, architecture: str, n_layers: int, **facts: Any) -> ModelFile:
    """A file of the shape of a real model, all of its weights a hole in the file."""
    d_model, d_wide, n_heads, n_kv_heads, length, n_tokens = 1024, 3072, 8, 4, 128, 32_000
    shape = {
        "block_count": n_layers,
        "context_length": 65_536,
        "embedding_length": d_model,
        "feed_forward_length": d_wide,
        "attention.head_count": n_heads,
        "attention.head_count_kv": n_kv_heads,
        "attention.key_length": length,
        "attention.value_length": length,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "vocab_size": n_tokens,
    } | facts
    metadata = {f"{architecture}.{key}": value for key, value in shape.items()}
    metadata |= {"general.architecture": architecture, "tokenizer.ggml.model": "no_vocab"}
    tensors = [
        Tensor("token_embd.weight", (d_model, n_tokens), F16),
        Tensor("output_norm.weight", (d_model,)),
    ]
    for layer in range(n_layers):
        shapes = {
            "attn_norm": (d_model,),
            "attn_q": (d_model, n_heads * length),
            "attn_k": (d_model, n_kv_heads * length),
            "attn_v": (d_model, n_kv_heads * length),
            "attn_output": (n_heads * length, d_model),
            "ffn_norm": (d_model,),
            "ffn_gate": (d_model, d_wide),
            "ffn_up": (d_model, d_wide),
            "ffn_down": (d_wide, d_model),
        }
        if architecture == "gemma2":
            shapes |= {"post_attention_norm": (d_model,), "post_ffw_norm": (d_model,)}
        tensors += [
            Tensor(f"blk.{layer}.{name}.weight", size, F16 if len(size) == 2 else 0)
            for name, size in shapes.items()
        ]
    data = header(metadata, tensors)
    parsed = parse_header(data)
    size_bytes = parsed.end_bytes + 32
    with path.open("wb") as file:
        file.write(data)
        file.truncate(size_bytes)
    return ModelFile.from_headers([Shard(path, parsed, size_bytes)])


@pytest.mark.parametrize(
    ("architecture", "facts", "context", "kv_type"),
    [
        ("llama", {}, 300, (KvType.F16, 1)),
        ("llama", {}, 9_000, (KvType.Q8_0, 8)),
        ("gemma2", {"attention.sliding_window": 1024}, 16_000, (KvType.F16, 1)),
    ],
)
def test_the_estimate_is_what_llama_cpp_predicts(
    tmp_path: Path,
    architecture: str,
    facts: dict[str, Any],
    context: int,
    kv_type: tuple[KvType, int],
) -> None:
    found = write_shape(tmp_path / "shape.gguf", architecture, 6, **facts)
    command = [sys.executable, "-c", _PREDICT, str(found.path), str(context), str(kv_type[1])]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    predicted = json.loads(done.stdout)
    estimate = estimated_needs(found, context, EngineSettings(kv_type=kv_type[0]))
    assert estimate.kv_bytes / MIB == pytest.approx(predicted["kv"], abs=0.02)
    assert estimate.compute_bytes / MIB == pytest.approx(predicted["compute"], rel=0.12)
    assert estimate.weights_bytes == found.tensor_bytes
