"""What a GGUF file is: by its header where that is at hand, by its name until then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import StrEnum

from app.core.gguf import GgufHeader
from app.core.words.sentence import Sentence, say


class ModelKind(StrEnum):
    """What a GGUF file holds; only the first kind answers by itself."""

    LANGUAGE_MODEL = "language model"
    CUT = "cut by hand"
    DRAFTER = "drafter"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    CONTROL_VECTOR = "control vector"
    EMBEDDING = "embedding model"
    RERANKER = "reranking model"
    ENCODER = "encoder"
    DIFFUSION = "diffusion language model"
    IMAGE = "image model"
    SPEECH = "speech model"
    VOCABULARY = "vocabulary"
    IMPORTANCE_MATRIX = "importance matrix"
    OTHER = "other file"


_K = ModelKind
SHRINKABLE = frozenset(
    {_K.LANGUAGE_MODEL, _K.EMBEDDING, _K.RERANKER, _K.ENCODER, _K.DIFFUSION, _K.DRAFTER}
)
"""Kinds that llama.cpp's quantizer takes."""
WHOLE_MODELS = SHRINKABLE - {_K.DRAFTER} | {_K.IMAGE, _K.SPEECH}
"""Kinds that are a model of their own, with levels; the others only go with one."""

_WHAT = {
    _K.DRAFTER: say("models.drafter_guesses_ahead_larger_model"),
    _K.PROJECTOR: say("models.projector_shows_pictures_sound_language"),
    _K.ADAPTER: say("models.adapter_changes_language_model_open"),
    _K.CONTROL_VECTOR: say("models.control_vector_steers_language_model"),
    _K.EMBEDDING: say("models.embedding_model_turns_texts_into"),
    _K.RERANKER: say("models.reranking_model_rates_texts_were"),
    _K.ENCODER: say("models.encoder_reads_texts_another_model"),
    _K.DIFFUSION: say("models.diffusion_language_model_llama_cpps"),
    _K.IMAGE: say("models.image_model_makes_pictures_videos"),
    _K.SPEECH: say("models.speech_model_hears_speaks_open"),
    _K.VOCABULARY: say("models.vocabulary_without_models_weights_open"),
    _K.IMPORTANCE_MATRIX: say("models.importance_matrix_helps_shrink_model"),
    _K.OTHER: say("models.another_kind_file_tensors_called"),
}


def what_it_is(kind: ModelKind) -> Sentence:
    """What a file is that cannot be asked, and what to open in its place; no whole sentence."""
    return _WHAT[kind]


def why_no_candidate(kind: ModelKind, file_name: str) -> Sentence:
    """The same as a sentence."""
    what = what_it_is(kind)
    return say("models.no_candidate", file_name=file_name, what=what)


_ARCHITECTURES = {
    _K.PROJECTOR: "clip",
    _K.EMBEDDING: "bert distilbert roberta xlm-roberta modern-bert nomic-bert nomic-bert-moe"
    " neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding llama-embed",
    _K.ENCODER: "t5 t5encoder umt5",
    _K.DIFFUSION: "dream llada llada-moe rnd1",
    _K.DRAFTER: "gemma4-assistant eagle eagle2 eagle3 dflash dspark medusa",
    _K.SPEECH: "wavtokenizer-dec qwen3tts pockettts whisper kokoro outetts parler bark csm dia"
    " vibevoice snac parakeet moonshine",
    _K.IMAGE: "flux flux2 sd1 sd2 sd3 sdxl aura ltxv hyvid wan lumina2 cosmos hidream qwen_image"
    " z_image chroma pig cow pixart mochi cogvideox kandinsky5 omnigen",
    _K.CONTROL_VECTOR: "controlvector",
}
_BY_ARCHITECTURE = {name: kind for kind, names in _ARCHITECTURES.items() for name in names.split()}
_BY_ENDING = ((r"[-_](?:assistant|mtp|draft|drafter)$", _K.DRAFTER), (r"tts$", _K.SPEECH))
_DECLARED = {
    "mmproj": _K.PROJECTOR,
    "adapter": _K.ADAPTER,
    "imatrix": _K.IMPORTANCE_MATRIX,
    "vocab": _K.VOCABULARY,
    "vocoder": _K.SPEECH,
}
_TAGS = {
    "text-ranking": _K.RERANKER,
    "sentence-similarity": _K.EMBEDDING,
    "feature-extraction": _K.EMBEDDING,
    "text-to-image": _K.IMAGE,
    "image-to-image": _K.IMAGE,
    "text-to-video": _K.IMAGE,
    "image-to-video": _K.IMAGE,
    "text-to-speech": _K.SPEECH,
    "text-to-audio": _K.SPEECH,
    "automatic-speech-recognition": _K.SPEECH,
}
_GENERATES = frozenset({"text-generation", "conversational", "image-text-to-text"})
# Of {arch}.pooling_type: 0 pools nothing, 1 to 3 make one row of numbers, 4 one rating of a text.
_POOLS, _RATES = frozenset({1, 2, 3}), 4
# How tensors are called that no language model has.
_BY_ENDING_OF_TENSOR = (
    (r".*\.lora_[ab]$|.*\.lora_(?:up|down)\.", _K.ADAPTER),
    (r".*\.in_sum2$", _K.IMPORTANCE_MATRIX),
    (r"direction\.\d+$", _K.CONTROL_VECTOR),
)
# The same, where there is neither a table of tokens nor a layer of a language model.
_BY_TENSOR = (
    (r"text_model\.|enc\.blk\.|encoder\.block\.", _K.ENCODER),
    (r"(?:[va]\.|mm\.|resampler\.)", _K.PROJECTOR),
    (r"(?:model\.)?(?:audio_)?(?:encoder|decoder)\.(?:blocks|conv|layers)|posnet|convnext|vocoder",
     _K.SPEECH),
    (r"model\.diffusion_model\.|(?:double|single|joint|transformer)_blocks\.|blocks\.\d+\."
     r"|img_in\.|x_embedder|patch_embed|first_stage_model\.|(?:input|output|down|up|mid)_blocks?\.",
     _K.IMAGE),
)  # fmt: skip


def kind_of_architecture(architecture: str) -> ModelKind | None:
    """What all files of an architecture are, where they are no language models; else None."""
    name = architecture.strip().lower()
    found = _BY_ARCHITECTURE.get(name)
    return found or next((kind for end, kind in _BY_ENDING if re.search(end, name)), None)


def kind_of_header(header: GgufHeader, tensor_names: Collection[str]) -> ModelKind:
    """What a file is by its header.

    Args:
        header: Of the file, or of the first shard.
        tensor_names: Of all shards.
    """
    if (declared := _declared(header)) is not None:
        return declared
    architecture = header.text("general.architecture") or ""
    by_architecture = kind_of_architecture(architecture)
    pooling = header.integer(f"{architecture}.pooling_type")
    rates = pooling == _RATES or any(name.startswith("cls.") for name in tensor_names)
    if by_architecture is not None:
        return _K.RERANKER if by_architecture is _K.EMBEDDING and rates else by_architecture
    if any(key.startswith("diffusion.") for key in header.metadata):
        return _K.DIFFUSION
    if pooling == _RATES:
        return _K.RERANKER
    if pooling in _POOLS or header.metadata.get(f"{architecture}.attention.causal") is False:
        return _K.EMBEDDING
    if not tensor_names:
        return _K.VOCABULARY if header.length("tokenizer.ggml.tokens") else _K.LANGUAGE_MODEL
    return _kind_of_tensors(tensor_names) or _kind_of_tags(header) or _K.LANGUAGE_MODEL


def _declared(header: GgufHeader) -> ModelKind | None:
    if header.text("adapter.type") is not None:
        return _K.ADAPTER
    if "imatrix.chunk_count" in header.metadata:
        return _K.IMPORTANCE_MATRIX
    return _DECLARED.get((header.text("general.type") or "").strip().lower())


def _kind_of_tensors(names: Collection[str]) -> ModelKind | None:
    if (known := _first(_BY_ENDING_OF_TENSOR, names)) is not None:
        return known
    has_layers = any(name.startswith("blk.") for name in names)
    if has_layers and not any(name.startswith("blk.0.") for name in names):
        # Only the layers that guess ahead, cut off from behind a model's own.
        return _K.DRAFTER if any(".nextn." in name for name in names) else None
    if has_layers or "token_embd.weight" in names:
        return None
    return _first(_BY_TENSOR, names) or _K.OTHER


def _first(patterns: Iterable[tuple[str, ModelKind]], names: Collection[str]) -> ModelKind | None:
    return next(
        (kind for pattern, kind in patterns if any(re.match(pattern, name) for name in names)), None
    )


def _kind_of_tags(header: GgufHeader) -> ModelKind | None:
    given = header.metadata.get("general.tags")
    return kind_of_tags({str(tag) for tag in given}) if isinstance(given, tuple) else None


def generates(tags: Collection[str]) -> bool:
    """Whether tags say that a model writes text."""
    return not _GENERATES.isdisjoint(tags)


def kind_of_tags(tags: Collection[str]) -> ModelKind | None:
    """What a model is by the tags of its page; None where they do not exclude that it answers."""
    if generates(tags):
        return None
    return next((kind for tag, kind in _TAGS.items() if tag in tags), None)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[-_. /])(?:{pattern})(?=$|[-_. /])", re.IGNORECASE)


# Only words that language models are not called by.
_BY_NAME = (
    (_words(r"ggml-vocab(?:-[a-z0-9.-]+)?"), _K.VOCABULARY),
    (_words(r"mmproj"), _K.PROJECTOR),
    (_words(r"control[-_]?vectors?"), _K.CONTROL_VECTOR),
    (_words(r"re-?rank(?:er|ing)?(?:-v\d)?"), _K.RERANKER),
    (_words(r"embed(?:dings?|der)?|embeddinggemma|bge-(?:small|base|large|m3|multilingual|code)"
            r"|(?:multilingual-)?e5-(?:small|base|large|mistral)|gte-(?:small|base|large|qwen\d)"
            r"|all-minilm|minilm|gte-modernbert"), _K.EMBEDDING),
    (_words(r"u?m?t5[-_]?(?:xxl|v1_1|xl)|clip[-_](?:l|g|h|vit)|t5-encoder"), _K.ENCODER),
    (_words(r"llada(?:\d[.\d]*)?|dream-(?:v0|org)|diffucoder"), _K.DIFFUSION),
    (_words(r"flux\.?[12]?-?(?:dev|schnell|kontext|krea|fill|klein)|stable-diffusion|sdxl|sd3(?:\.5)?"
            r"|qwen[-_]image|z[-_]image|wan2\.\d|ltx[-_]?(?:video|v|2)|hunyuan-?video|hidream"),
     _K.IMAGE),
    (_words(r"whisper-(?:tiny|base|small|medium|large)|wavtokenizer|outetts|kokoro|tts|vocoder"
            r"|parakeet"), _K.SPEECH),
)  # fmt: skip


def kind_in_name(name: str) -> ModelKind | None:
    """What a file or repository is called that is no language model; else None."""
    return next((kind for pattern, kind in _BY_NAME if pattern.search(name)), None)
