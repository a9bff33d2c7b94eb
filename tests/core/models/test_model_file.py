"""What a model file says of itself, and what it cannot be.

Tests app.core.models.attention.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.settings import EngineSettings, KvType
from app.core.errors import PersonError
from app.core.gguf import GgufError, GgufType, parse_header
from app.core.memory.estimate import estimated_needs
from app.core.models.model_file import (
    ModelFile,
    ModelFileError,
    ModelKind,
    Shard,
    TruncatedFileError,
    check_complete,
    declared_shard_count,
)
from app.core.models.model_names import ShardName, family_of, model_stem, parse_shard_name
from tests.helpers.gguf_container import F16, F32, Tensor, Typed, file_bytes

LLAMA = {
    "general.architecture": "llama",
    "general.name": "Meta Llama 3.1 8B Instruct",
    "general.file_type": 15,
    "llama.block_count": 2,
    "llama.context_length": 8192,
    "llama.embedding_length": 256,
    "llama.feed_forward_length": 512,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
}
TENSORS = [
    Tensor("token_embd.weight", (256, 100), 14),
    Tensor("blk.0.ffn_up.weight", (256, 512), 12),
    Tensor("blk.0.attn_norm.weight", (256,), F32),
]


def shard(metadata: dict[str, Any], tensors: list[Tensor], name: str = "model.gguf") -> Shard:
    data = file_bytes(metadata, tensors)
    return Shard(Path("/models") / name, parse_header(data), len(data))


def model(changes: dict[str, Any] | None = None, name: str = "model.gguf") -> ModelFile:
    facts = {key: value for key, value in {**LLAMA, **(changes or {})}.items() if value is not None}
    return ModelFile.from_headers([shard(facts, TENSORS, name)])


def test_facts_of_one_file() -> None:
    found = model(
        {
            "tokenizer.ggml.tokens": ["a", "b", "c"],
            "tokenizer.chat_template": "{{ messages }}",
            "general.license": "apache-2.0",
            "general.quantized_by": "somebody",
            "general.base_model.0.repo_url": "https://huggingface.co/meta-llama/Llama-3.1-8B",
            "quantize.imatrix.file": "imatrix.dat",
            "llama.expert_count": 8,
            "llama.expert_used_count": 2,
        }
    )
    assert found.kind is ModelKind.LANGUAGE_MODEL
    assert (found.path, found.shard_paths) == (Path("/models/model.gguf"), (found.path,))
    assert found.level_name == "Q4_K_M"
    assert found.parameters == 256 * 100 + 256 * 512 + 256
    assert found.tensor_bytes == 100 * 210 + 512 * 144 + 1024
    assert found.bits_per_weight == pytest.approx(found.tensor_bytes * 8 / found.parameters)
    assert found.file_bytes > found.tensor_bytes
    assert (found.context_length, found.block_count, found.embedding_length) == (8192, 2, 256)
    assert (found.key_length, found.value_length) == (64, 64)
    assert found.vocabulary_size == 3
    assert (found.expert_count, found.expert_used_count) == (8, 2)
    assert found.chat_template == "{{ messages }}"
    assert found.licence == "apache-2.0"
    assert found.base_model == "meta-llama/Llama-3.1-8B"
    assert found.quantized_by == "somebody"
    assert found.has_importance_matrix


def test_a_named_template_stands_in_for_the_default() -> None:
    named = {"tokenizer.chat_template.tool_use": "tools", "tokenizer.chat_template.chat": "chat"}
    assert model(named).chat_template == "chat"
    assert model({**named, "tokenizer.chat_template": "usual"}).chat_template == "usual"
    assert model({"tokenizer.chat_template.rag": "rag"}).chat_template == "rag"


def test_active_parameters_leave_out_the_experts_that_rest() -> None:
    tensors = [
        Tensor("token_embd.weight", (32, 10)),
        Tensor("blk.0.ffn_gate_inp.weight", (32, 8)),
        Tensor("blk.0.ffn_gate_up_exps.weight", (32, 16, 8)),
        Tensor("blk.0.ffn_down_exps.weight", (16, 32, 8)),
        Tensor("blk.0.ffn_up_shexp.weight", (32, 4)),
        Tensor("blk.1.ffn_down.3.weight", (16, 32)),
    ]
    facts = {"general.architecture": "llama", "llama.expert_count": 8}
    always = 32 * 10 + 32 * 8 + 32 * 4
    in_experts = 2 * 16 * 32 * 8 + 16 * 32

    def active(used: int | list[int]) -> int:
        header = facts | {"llama.expert_used_count": used}
        return ModelFile.from_headers([shard(header, tensors)]).active_parameters

    assert active(2) == active([1, 2]) == always + in_experts // 4, "told layer by layer"
    for every_one_works in (0, 8, 9):
        assert active(every_one_works) == always + in_experts


def test_what_the_file_does_not_say_is_none() -> None:
    found = model({"llama.context_length": None})
    assert found.context_length is None
    assert found.chat_template is None
    assert found.licence is None
    assert found.base_model is None
    assert found.sliding_window is None
    assert not found.has_importance_matrix


@pytest.mark.parametrize("ftype", [None, 5_000])
def test_level_is_guessed_from_the_weights_where_the_header_has_none(ftype: int | None) -> None:
    found = model({"general.file_type": ftype})
    assert found.level_name == "Q4_K_M"


def test_a_header_that_calls_shrunken_weights_full_precision_does_not_count() -> None:
    mxfp4, f16, f32 = 39, 1, 0
    facts = {"general.architecture": "gpt-oss", "general.file_type": 1}
    rest = [Tensor("token_embd.weight", (256, 64), f16), Tensor("norm.weight", (256,), f32)]
    experts = Tensor("blk.0.ffn_up_exps.weight", (256, 64, 4), mxfp4)
    shrunken = ModelFile.from_headers([shard(facts, [*rest, experts])])
    assert shrunken.bits_per_weight < 8
    assert shrunken.level_name == "MXFP4_MOE"
    full = ModelFile.from_headers([shard(facts, rest)])
    assert full.level_name == "F16"


def test_level_of_a_type_without_a_level_is_its_tensor_type() -> None:
    facts = {"general.architecture": "llama"}
    found = ModelFile.from_headers([shard(facts, [Tensor("x", (8,), 26)])])
    assert found.level_name == "I32"
    empty = ModelFile.from_headers([shard(facts, [])])
    assert empty.level_name == ""
    assert empty.bits_per_weight == 0


def test_heads_may_differ_per_layer() -> None:
    found = model(
        {
            "llama.attention.head_count": [8, 4],
            "llama.attention.head_count_kv": [4, 0],
            "llama.attention.key_length": 32,
            "llama.attention.value_length": 48,
        }
    )
    assert [(layer.key_width, layer.value_width) for layer in found.attention.layers] == [
        (128, 192),
        (0, 0),
    ]


def test_a_short_array_of_heads_leaves_the_other_layers_without() -> None:
    found = model({"llama.attention.head_count_kv": Typed(GgufType.INT32, [-1], array=True)})
    assert [layer.key_width for layer in found.attention.layers] == [0, 0]


@pytest.mark.parametrize(
    ("architecture", "facts", "windowed"),
    [
        ("gemma2", {}, [1, 0, 1, 0, 1, 0]),
        ("gemma3", {"attention.sliding_window": 512}, [1, 1, 1, 1, 1, 0]),
        ("gemma3", {}, [0] * 6),
        ("gpt-oss", {"attention.sliding_window": 128}, [1, 0, 1, 0, 1, 0]),
        ("smallthinker", {"attention.sliding_window": 128}, [0, 1, 1, 1, 0, 1]),
        ("cohere2", {"attention.sliding_window": 9, "attention.sliding_window_pattern": 3},
         [1, 1, 0, 1, 1, 0]),
        ("gemma4", {"attention.sliding_window": 9,
                    "attention.sliding_window_pattern": [True, False, True, True, False]},
         [1, 0, 1, 1, 0, 0]),
        ("gpt-oss", {"attention.sliding_window": 9, "attention.sliding_window_pattern": 0},
         [1] * 6),
        ("llama", {"attention.sliding_window": 4096}, [0] * 6),
    ],
)  # fmt: skip
def test_which_layers_have_a_window(
    architecture: str, facts: dict[str, Any], windowed: list[int]
) -> None:
    shape = {"block_count": 6, "embedding_length": 64, "attention.head_count": 4} | facts
    metadata = {f"{architecture}.{key}": value for key, value in shape.items()}
    found = ModelFile.from_headers([shard({"general.architecture": architecture} | metadata, [])])
    assert [int(layer.has_window) for layer in found.attention.layers] == windowed


def test_impossible_layer_counts_are_refused() -> None:
    with pytest.raises(GgufError, match="layers"):
        model({"llama.block_count": 2**32 - 1})


U64 = GgufType.UINT64


@pytest.mark.parametrize(
    "facts",
    [
        {"llama.attention.key_length": Typed(U64, 2**63)},
        {"llama.attention.head_count": 2**32 - 1},
        {"llama.embedding_length": Typed(U64, 2**64 - 1)},
        {"llama.expert_count": 2**31},
        {"llama.attention.head_count_kv": Typed(U64, [2, 2**62], array=True)},
        {"llama.attention.head_count_kv": 2**23, "llama.attention.key_length": 2**23},
        {"llama.ssm.inner_size": 2**23, "llama.ssm.state_size": 2**23},
    ],
)
def test_impossible_figures_are_refused(facts: dict[str, Any]) -> None:
    if "llama.ssm.inner_size" in facts:
        facts = {"llama.attention.head_count_kv": 0} | facts
    with pytest.raises(GgufError, match="impossible"):
        model(facts)


@pytest.mark.parametrize("value", [Typed(U64, 2**64 - 1), 2**32 - 1, -1, 0.5, float("nan"), "8k"])
def test_a_number_of_tokens_that_cannot_be_is_not_known(value: Any) -> None:
    found = model({"llama.context_length": value, "llama.attention.sliding_window": value})
    assert found.context_length is None
    assert found.sliding_window is None
    assert found.attention.layers[0].key_width > 0


def test_all_figures_fit_into_64_bits() -> None:
    widest = {
        "llama.block_count": 512, "llama.context_length": 2**31 - 1,
        "llama.embedding_length": 2**24,
        "llama.feed_forward_length": 2**24, "llama.expert_feed_forward_length": 2**24,
        "llama.expert_count": 2**24, "llama.expert_used_count": 2**24, "llama.vocab_size": 2**24,
        "llama.attention.head_count": 512, "llama.attention.head_count_kv": 512,
        "llama.attention.key_length": 512, "llama.attention.value_length": 512,
    }  # fmt: skip
    found = model(widest)
    assert estimated_needs(found, 2**31 - 1, EngineSettings(kv_type=KvType.F32)).total_bytes < 2**63
    assert found.attention.layers[-1].key_width == 512 * 512


def test_what_is_no_name_is_cut() -> None:
    found = model({"general.name": "A" * 100_000, "general.license": "x" * 100_000})
    assert len(found.name) < 400
    assert found.licence is not None
    assert len(found.licence) < 400
    with pytest.raises(GgufError, match="100,000 letters"):
        model({"general.architecture": "y" * 100_000})


ODD_VALUES = st.one_of(
    st.integers(-(2**31), 2**32 - 1),
    st.integers(0, 2**64 - 1).map(lambda value: Typed(GgufType.UINT64, value)),
    st.floats(width=32),
    st.booleans(),
    st.text(max_size=20),
    st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20).map(
        lambda values: Typed(GgufType.INT32, values, array=True)
    ),
    st.lists(st.text(max_size=5), max_size=70).map(
        lambda values: Typed(GgufType.STRING, values, array=True)
    ),
)
ODD_KEYS = (
    "general.name", "general.file_type", "general.type", "general.license", "split.count",
    "general.base_model.0.repo_url", "tokenizer.ggml.tokens", "tokenizer.chat_template",
)  # fmt: skip
ODD_SHAPE_KEYS = (
    "block_count", "context_length", "embedding_length", "feed_forward_length", "vocab_size",
    "attention.head_count", "attention.head_count_kv", "attention.key_length",
    "attention.sliding_window", "attention.sliding_window_pattern", "attention.shared_kv_layers",
    "attention.recurrent_layers", "full_attention_interval", "ssm.conv_kernel", "ssm.inner_size",
    "wkv.head_size", "shortconv.l_cache", "kda.head_dim", "expert_count",
)  # fmt: skip


@given(
    st.sampled_from(["llama", "gemma3", "gpt-oss", "gemma4", "qwen3next", "rwkv7", "falcon-h1"]),
    st.dictionaries(st.sampled_from(ODD_KEYS), ODD_VALUES, max_size=4),
    st.dictionaries(st.sampled_from(ODD_SHAPE_KEYS), ODD_VALUES, max_size=8),
)
def test_any_values_give_facts_or_a_sentence(
    architecture: str, facts: dict[str, Any], shape: dict[str, Any]
) -> None:
    metadata = {f"{architecture}.{key}": value for key, value in shape.items()} | facts
    one = shard({"general.architecture": architecture} | metadata, TENSORS)
    try:
        found = ModelFile.from_headers([one])
    except PersonError as error:
        told = error.sentence
    else:
        estimate = estimated_needs(found, 4096)
        assert estimate.total_bytes > found.tensor_bytes
        told = f"{found.name}."
    assert told.endswith(".")


def test_no_architecture() -> None:
    with pytest.raises(ModelFileError, match="architecture"):
        model({"general.architecture": None})


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"general.architecture": "clip"}, ModelKind.PROJECTOR),
        ({"general.type": "mmproj"}, ModelKind.PROJECTOR),
        ({"general.architecture": "llama", "general.type": "adapter"}, ModelKind.ADAPTER),
        ({"general.type": "imatrix"}, ModelKind.IMPORTANCE_MATRIX),
        ({"general.architecture": "llama", "general.type": "model"}, ModelKind.LANGUAGE_MODEL),
    ],
)
def test_kinds(facts: dict[str, Any], kind: ModelKind) -> None:
    assert ModelFile.from_headers([shard(facts, [])]).kind is kind


def split(number: int, count: int = 2, tensors: int = 3) -> dict[str, Any]:
    return {
        "split.no": Typed(GgufType.UINT16, number),
        "split.count": Typed(GgufType.UINT16, count),
        "split.tensors.count": Typed(GgufType.INT32, tensors),
    }


def pair(first: dict[str, Any], second: dict[str, Any], second_from: int = 1) -> list[Shard]:
    return [
        shard(LLAMA | first, TENSORS[:1], "m-00001-of-00002.gguf"),
        shard(second, TENSORS[second_from:], "m-00002-of-00002.gguf"),
    ]


def test_a_set_of_shards_is_one_model() -> None:
    shards = pair(split(0), split(1))
    found = ModelFile.from_headers(shards)
    assert found.parameters == model().parameters
    assert found.tensor_bytes == model().tensor_bytes
    assert found.file_bytes == sum(one.file_bytes for one in shards)
    assert found.path == shards[0].path
    assert found.shard_paths == tuple(one.path for one in shards)
    assert declared_shard_count(shards[1].header) == 2


@pytest.mark.parametrize(
    ("shards", "words"),
    [
        (pair(split(0), split(0)), "not shard 2"),
        (pair(split(0), {}), "not shard 2"),
        (pair(split(0, count=3), split(1)), "one of 3 shards"),
        (pair({}, {}), "one of 1"),
        (pair(split(0), split(1))[:1], "original names"),
        (pair(split(0, tensors=9), split(1)), "do not belong together"),
        (pair(split(0, tensors=4), split(1), 0), "do not belong together"),
    ],
)
def test_shards_that_do_not_belong_together(shards: list[Shard], words: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        ModelFile.from_headers(shards)
    assert words in caught.value.sentence


def test_a_truncated_file_says_how_much_is_there() -> None:
    header = parse_header(
        file_bytes({"general.architecture": "llama"}, [Tensor("t", (1000, 1000), F16)])
    )
    check_complete(header, header.end_bytes)
    with pytest.raises(TruncatedFileError) as caught:
        check_complete(header, 1_249_999, "half.gguf")
    assert caught.value.sentence == "“half.gguf” is truncated: 1.25 MB of 2.00 MB are there."
    assert caught.value.present_bytes == 1_249_999
    assert caught.value.needed_bytes == header.end_bytes
    with pytest.raises(TruncatedFileError, match="its last 1 bytes are missing"):
        check_complete(header, header.end_bytes - 1)
    one = shard(LLAMA, TENSORS)
    with pytest.raises(TruncatedFileError):
        ModelFile.from_headers([Shard(one.path, one.header, one.header.end_bytes - 1)])


def test_sizes_are_told_in_the_unit_that_fits() -> None:
    assert (
        "3.10 GB of 4.60 GB are there" in TruncatedFileError(3_100_000_000, 4_600_000_000).sentence
    )
    assert "200 B of 4.60 kB are there" in TruncatedFileError(200, 4_600).sentence


@pytest.mark.parametrize(
    ("name", "file_name", "shown", "family"),
    [
        ("Meta Llama 3.1 8B Instruct", "x.gguf", "Meta Llama 3.1 8B Instruct",
         "llama/llama-3.1-8b-instruct"),
        (None, "Llama-3.1-8B-Instruct-Q4_K_M.gguf", "Llama-3.1-8B-Instruct-Q4_K_M",
         "llama/llama-3.1-8b-instruct"),
        ("model", "Llama-3.1-8B-Instruct-UD-IQ2_XXS.gguf", "Llama-3.1-8B-Instruct-UD-IQ2_XXS",
         "llama/llama-3.1-8b-instruct"),
        ("0123456789abcdef", "tiny.F16.gguf", "tiny.F16", "llama/tiny"),
        (".", "Q8_0.gguf", "Q8_0", "llama/q8-0"),
    ],
)  # fmt: skip
def test_names_and_families(name: str | None, file_name: str, shown: str, family: str) -> None:
    found = model({"general.name": name}, file_name)
    assert found.name == shown
    assert found.family_key == family


def test_every_level_of_a_model_is_one_family() -> None:
    names = [
        "Tiny-F16",
        "tiny-q8_0",
        "Tiny.Q4_K_M",
        "Tiny-UD-Q2_K_XL",
        "tiny-i1-IQ1_S",
        "Tiny TQ1_0",
    ]
    assert {family_of(name) for name in names} == {"tiny"}
    assert family_of("org/Tiny-2") == "tiny-2"


def test_shard_names() -> None:
    name = parse_shard_name("big-Q4-00002-of-00003.gguf")
    assert name is not None
    assert name == ShardName("big-Q4", 2, 3)
    assert name.all_names() == tuple(f"big-Q4-0000{number}-of-00003.gguf" for number in (1, 2, 3))
    assert parse_shard_name("big-00004-of-00003.gguf") is None
    assert parse_shard_name("big-00000-of-00003.gguf") is None
    assert parse_shard_name("big-1-of-3.gguf") is None
    assert model_stem("big-Q4-00002-of-00003.gguf") == "big-Q4"
    assert model_stem("Tiny.GGUF") == "Tiny"
    assert model_stem("sha256-0123") == "sha256-0123"
