from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core.gguf import GgufError, parse_header
from app.core.models.kinds import ModelKind, kind_in_name, kind_of_tags, why_no_candidate
from app.core.models.model_file import ModelFile, NoCandidateError, Shard
from tests.helpers.gguf_container import F16, Tensor, file_bytes

K = ModelKind
TOKENS = {"tokenizer.ggml.tokens": ["a", "b"]}


def tensors(*names: str) -> list[Tensor]:
    return [Tensor(name, (32, 4), F16) for name in names]


OWN = tensors("token_embd.weight", "blk.0.attn_q.weight")


def of(architecture: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"general.architecture": architecture, **(more or {})}


def opened(facts: dict[str, Any], held: list[Tensor]) -> ModelFile:
    data = file_bytes(facts, held)
    return ModelFile.from_headers([Shard(Path("/m/x.gguf"), parse_header(data), len(data))])


@pytest.mark.parametrize(
    ("facts", "held", "kind"),
    [
        (of("llama"), OWN, K.LANGUAGE_MODEL),
        # What converters write of chat models that somebody also pools or tags.
        (of("qwen3", {"qwen3.pooling_type": 0}), OWN, K.LANGUAGE_MODEL),
        (
            of("llama", {"general.tags": ["feature-extraction", "text-generation"]}),
            OWN,
            K.LANGUAGE_MODEL,
        ),
        (of("llama", {"general.type": "vocaloid"}), OWN, K.LANGUAGE_MODEL),
        (of("bert"), OWN, K.EMBEDDING),
        (of("gemma-embedding"), OWN, K.EMBEDDING),
        (of("qwen3", {"qwen3.pooling_type": 3}), OWN, K.EMBEDDING),
        (of("llama", {"llama.attention.causal": False}), OWN, K.EMBEDDING),
        (of("llama", {"general.tags": ["sentence-similarity"]}), OWN, K.EMBEDDING),
        (of("qwen3", {"qwen3.pooling_type": 4}), OWN, K.RERANKER),
        (of("bert", {"bert.pooling_type": 4}), OWN, K.RERANKER),
        (of("jina-bert-v2"), [*OWN, *tensors("cls.weight")], K.RERANKER),
        (of("t5"), OWN, K.ENCODER),
        (of("t5encoder"), OWN, K.ENCODER),
        (of("llama"), tensors("text_model.embeddings.x.weight"), K.ENCODER),
        (of("dream"), OWN, K.DIFFUSION),
        (of("llada-moe"), OWN, K.DIFFUSION),
        (of("qwen2", {"diffusion.shift_logits": True}), OWN, K.DIFFUSION),
        (of("gemma4-assistant"), OWN, K.DRAFTER),
        (of("eagle3"), OWN, K.DRAFTER),
        (of("qwen9-mtp"), OWN, K.DRAFTER),
        (
            of("glm4moe"),
            tensors("token_embd.weight", "blk.46.attn_q.weight", "blk.46.nextn.eh_proj.weight"),
            K.DRAFTER,
        ),
        (of("flux"), tensors("img_in.weight"), K.IMAGE),
        (of("unheard-of"), tensors("double_blocks.0.img_attn.qkv.weight"), K.IMAGE),
        (of("sd1"), tensors("model.diffusion_model." + "x" * 70), K.IMAGE),
        (of("whisper"), OWN, K.SPEECH),
        (of("qwen3tts"), OWN, K.SPEECH),
        (of("llama", {"general.tags": ["text-to-speech"]}), OWN, K.SPEECH),
        (of("llama", {"general.type": "vocoder"}), OWN, K.SPEECH),
        (of("clip"), tensors("v.blk.0.attn_q.weight"), K.PROJECTOR),
        (of("llama"), tensors("mm.0.weight"), K.PROJECTOR),
        (of("llama"), tensors("blk.0.attn_q.weight.lora_a"), K.ADAPTER),
        (of("controlvector"), tensors("direction.1"), K.CONTROL_VECTOR),
        (of("llama"), tensors("direction.1"), K.CONTROL_VECTOR),
        (of("llama", TOKENS), [], K.VOCABULARY),
        (of("llama"), tensors("blk.0.attn_q.weight.in_sum2"), K.IMPORTANCE_MATRIX),
        (of("weather"), tensors("layer7.weight"), K.OTHER),
    ],
)
def test_a_header_says_what_a_file_is(
    facts: dict[str, Any], held: list[Tensor], kind: ModelKind
) -> None:
    model = opened(facts, held)
    assert model.kind is kind
    if kind is K.LANGUAGE_MODEL:
        model.check_answers()
    else:
        with pytest.raises(NoCandidateError) as caught:
            model.check_answers()
        assert caught.value.kind is kind


@pytest.mark.parametrize("kind", [kind for kind in K if kind not in (K.LANGUAGE_MODEL, K.CUT)])
def test_every_kind_has_a_sentence_with_the_way_on(kind: ModelKind) -> None:
    sentence = str(why_no_candidate(kind, "x.gguf"))
    assert sentence.startswith("“x.gguf” is a")
    assert ": open " in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bge-small-en-v1.5-f16", K.EMBEDDING),
        ("nomic-embed-text-v1.5.Q8_0", K.EMBEDDING),
        ("Qwen3-Embedding-0.6B-Q8_0", K.EMBEDDING),
        ("bert-bge-small/ggml-model-f16", K.EMBEDDING),
        ("embeddinggemma-300M-Q8_0", K.EMBEDDING),
        ("Qwen3-Reranker-0.6B-Q8_0", K.RERANKER),
        ("bge-reranker-v2-m3-Q8_0", K.RERANKER),
        ("t5-v1_1-xxl-encoder-Q8_0", K.ENCODER),
        ("clip_l-Q8_0", K.ENCODER),
        ("LLaDA-8B-Instruct-Q4_K_M", K.DIFFUSION),
        ("flux1-dev-Q8_0", K.IMAGE),
        ("Wan2.1-T2V-14B-Q4_K_M", K.IMAGE),
        ("whisper-large-v3-Q8_0", K.SPEECH),
        ("OuteTTS-0.2-500M-Q8_0", K.SPEECH),
        ("ggml-vocab-llama-bpe", K.VOCABULARY),
        ("mmproj-F16", K.PROJECTOR),
        ("model.mmproj-Q8_0", K.PROJECTOR),
        ("control-vector-happy", K.CONTROL_VECTOR),
        # Language models whose names come near.
        ("Flux-Qwen-7B-Q4_K_M", None),
        ("Dream-Catcher-8B-Q4_K_M", None),
        ("Whisperer-of-Stories-12B-Q4_K_M", None),
        ("Llama-3-8B-LoRA-merged-Q4_K_M", None),
        ("Phi-3-mini-4k-instruct-q4", None),
        ("gemma-3-4b-it-qat-Q4_0", None),
    ],
)
def test_names_tell_kinds_before_the_header_is_there(name: str, kind: ModelKind | None) -> None:
    assert kind_in_name(name) is kind


def test_tags_exclude_only_what_cannot_generate() -> None:
    assert kind_of_tags(["gguf", "text-ranking"]) is K.RERANKER
    assert kind_of_tags(["text-to-image"]) is K.IMAGE
    assert kind_of_tags(["gguf", "llama"]) is None
    assert kind_of_tags(["feature-extraction", "conversational"]) is None


def test_what_llama_cpp_would_abort_over_is_told_before() -> None:
    facts = of("llama")
    with pytest.raises(GgufError, match="by 64 bytes, and llama"):
        opened(facts, [*OWN, *tensors("x" * 64)])
    opened(facts, [*OWN, *tensors("x" * 63)])
    for alignment in (1, 8):
        refused = 0
        for length in range(32):
            odd = {**facts, "general.alignment": alignment, "pad": "x" * length}
            data = file_bytes(odd, OWN, alignment=alignment)
            shard = Shard(Path("/m/x.gguf"), parse_header(data), len(data))
            if shard.header.data_offset % 32:
                with pytest.raises(GgufError, match="multiples of 32 bytes"):
                    ModelFile.from_headers([shard])
                refused += 1
            else:
                ModelFile.from_headers([shard])
        assert 0 < refused < 32
    opened({**facts, "general.alignment": 32}, OWN)
    with pytest.raises(GgufError, match="eyes too, as Ollama keeps them"):
        opened(facts, [*OWN, *tensors("v.blk.0.attn_q.weight")])
