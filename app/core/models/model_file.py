"""A model file: one GGUF file, or one set of shards, with the facts of its header."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.chats.template_facts import TEMPLATE_KEY, default_template_key
from app.core.errors import PersonError
from app.core.models.adapter_facts import LORA, adapter_facts
from app.core.models.attention import AttentionShape, attention_shape
from app.core.models.gguf_reader import GgufError, damaged
from app.core.models.kinds import ModelKind, kind_of_header, why_no_candidate
from app.core.models.layer_shapes import Shapes, layer_shapes
from app.core.models.levels import (
    FULL_PRECISION_BITS,
    TENSOR_TYPES,
    level_by_ftype,
    level_of_tensor_type,
)
from app.core.models.model_names import family_of, is_telling_name, model_stem
from app.core.words.sentence import Sentence, english_amount, say, size

if TYPE_CHECKING:
    from app.core.gguf import GgufHeader, TensorInfo

PRUNED_KEY = "shrinkscope.pruned"
"""What stands in the header of a file that something was left out of."""
MERGED_KEY = "shrinkscope.merged"
"""What stands in the header of a file that adapters were added to."""
# Of names and the like. Real ones stay below a hundred letters.
_MOST_LETTERS = 300
# What llama.cpp demands of the files that it loads.
_LONGEST_NAME = 63
_ALIGNMENT = 32
# SentencePiece and WordPiece: whose memory was measured.
_WITHOUT_MERGES = ("llama", "bert")
# The experts of a layer in one tensor, as converters write them today, or each in its own.
EXPERTS = re.compile(r"blk\.\d+\.ffn_(?:\w+_(?:ch)?exps(?:\.|$)|(?:gate|up|down)\.\d+\.)")
"""Names of tensors that hold experts."""


class ModelFileError(PersonError):
    """The file cannot be used as a model, although its header could be read."""


class TruncatedFileError(ModelFileError):
    """The file ends before its content does.

    Attributes:
        present_bytes: Size of the file.
        needed_bytes: Size that it should have at least.
    """

    def __init__(self, present_bytes: int, needed_bytes: int, file_name: str = "") -> None:
        there = _shortfall(present_bytes, needed_bytes)
        if file_name:
            super().__init__(say("models.truncated", file_name=file_name, there=there))
        else:
            super().__init__(say("models.file_truncated", there=there))
        self.present_bytes = present_bytes
        self.needed_bytes = needed_bytes


class NoCandidateError(ModelFileError):
    """The file is sound, but of a kind that cannot be asked.

    Attributes:
        kind: What it is.
    """

    def __init__(self, kind: ModelKind, file_name: str) -> None:
        super().__init__(why_no_candidate(kind, file_name))
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of a model as it was found: where, its header, its size."""

    path: Path
    header: GgufHeader
    file_bytes: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The facts of a model file. Texts come from the file and are not to be trusted.

    Attributes:
        path: The file, or the first shard; what llama.cpp is to load.
        shard_paths: All files in order; just ``path`` where there are no shards.
        level_name: Quantization level as the header says, e.g. ``Q4_K_M``; where it does not, or
            names more than the weights are, it follows from the most frequent tensor type.
        file_bytes: Size on disk, all shards.
        tensor_bytes: Size of the weights alone.
        parameters: Elements of all tensors.
        context_length: Tokens that the model was trained for, or None.
        attention: The same per layer, with all that the memory of a context depends on.
        embedding_length: How wide its tokens are; of a projector, those of the models it fits.
        vocabulary_size: Tokens in the vocabulary, 0 where the file has none.
        expert_count: Experts of a layer, 0 where it is no mixture.
        expert_used_count: Experts that work on one token.
        active_parameters: Of ``parameters``, those that work on one token; all, where it is no
            mixture of experts.
        chat_template: Jinja source from the file, or None.
        licence: As the file says, or None; the same for the following texts.
        has_importance_matrix: It was quantized with one.
        family_key: Equal for files that come from one original model, as far as names tell.
        type_ids: The types of its tensors, each once.
        pruned: What was left out of the original, in words; empty for nothing.
        merged: Adapters that were added to the original's weights, and how strongly; as typed.
        expert_parameters: Of ``parameters``, those in experts.
        shapes: Of a language model's tensors; of those that an adapter changes.
        has_merges: Its vocabulary comes with merges, or is of a kind whose memory is not known.
    """

    path: Path
    shard_paths: tuple[Path, ...]
    kind: ModelKind
    name: str
    architecture: str
    level_name: str
    file_bytes: int
    tensor_bytes: int
    parameters: int
    context_length: int | None
    block_count: int
    embedding_length: int
    feed_forward_length: int
    expert_feed_forward_length: int
    key_length: int
    value_length: int
    sliding_window: int | None
    attention: AttentionShape
    vocabulary_size: int
    expert_count: int
    expert_used_count: int
    active_parameters: int
    chat_template: str | None
    licence: str | None
    base_model: str | None
    quantized_by: str | None
    has_importance_matrix: bool
    family_key: str
    type_ids: tuple[int, ...] = ()
    pruned: str = ""
    merged: str = ""
    expert_parameters: int = 0
    shapes: Shapes = ()
    has_merges: bool = True

    def check_answers(self) -> None:
        """Raise ``NoCandidateError`` where the file is no language model."""
        if self.kind is not ModelKind.LANGUAGE_MODEL:
            raise NoCandidateError(self.kind, self.path.name)

    @property
    def bits_per_weight(self) -> float:
        """Bits of the tensors divided by the parameters; 0 for a file without tensors."""
        return self.tensor_bytes * 8 / self.parameters if self.parameters else 0.0

    @staticmethod
    def from_headers(shards: Sequence[Shard]) -> ModelFile:
        """Put the facts together.

        Args:
            shards: The file, or all shards in order.

        Raises:
            TruncatedFileError: A file is shorter than its tensors.
            ModelFileError: The shards do not belong together, or the file is no model.
            GgufError: The header claims an impossible shape.
        """
        for shard in shards:
            check_complete(shard.header, shard.file_bytes, shard.path.name)
        _check_set(shards)
        first = shards[0]
        header = first.header
        tensors = [tensor for shard in shards for tensor in shard.header.tensors]
        kind = kind_of_header(header, {tensor.name for tensor in tensors})
        if kind is ModelKind.LANGUAGE_MODEL:
            _check_readable(shards, tensors)
        architecture = header.text("general.architecture") or ""
        if len(architecture) > _MOST_LETTERS:
            damaged(say("models.name_architecture_letters", count=len(architecture)))
        if not architecture and kind is ModelKind.LANGUAGE_MODEL:
            raise ModelFileError(say("models.model_file_does_not_say"))
        name = _name(header, first.path.name)
        attention = attention_shape(header, architecture)

        def number(key: str) -> int:
            return header.count(f"{architecture}.{key}") or 0

        def most(key: str) -> int:
            """Of what may differ from layer to layer."""
            return number(key) or max(0, *header.counts(f"{architecture}.{key}") or (0,))

        used = most("expert_used_count")
        return ModelFile(
            path=first.path,
            shard_paths=tuple(shard.path for shard in shards),
            kind=kind,
            name=name,
            architecture=_short(architecture) or "",
            level_name=_level(header, tensors),
            file_bytes=sum(shard.file_bytes for shard in shards),
            tensor_bytes=sum(tensor.n_bytes for tensor in tensors),
            parameters=sum(tensor.n_elements for tensor in tensors),
            context_length=header.tokens(f"{architecture}.context_length") or None,
            block_count=number("block_count"),
            embedding_length=number("embedding_length") or number("vision.projection_dim"),
            feed_forward_length=most("feed_forward_length"),
            expert_feed_forward_length=number("expert_feed_forward_length"),
            key_length=attention.key_length,
            value_length=attention.value_length,
            sliding_window=attention.sliding_window,
            attention=attention,
            vocabulary_size=header.length("tokenizer.ggml.tokens") or number("vocab_size"),
            expert_count=number("expert_count"),
            expert_used_count=used,
            active_parameters=active_parameters(
                sum(tensor.n_elements for tensor in tensors),
                in_experts := sum(t.n_elements for t in tensors if EXPERTS.match(t.name)),
                number("expert_count"),
                used,
            ),
            chat_template=_chat_template(header),
            licence=_short(header.text("general.license")),
            base_model=_short(_base_model(header)),
            quantized_by=_short(header.text("general.quantized_by")),
            has_importance_matrix=any(
                key.startswith("quantize.imatrix.") for key in header.metadata
            ),
            family_key=f"{_short(architecture)}/{family_of(name)}",
            type_ids=tuple(sorted({tensor.type_id for tensor in tensors})),
            pruned=_short(header.text(PRUNED_KEY)) or "",
            merged=_short(header.text(MERGED_KEY)) or "",
            expert_parameters=in_experts,
            has_merges=header.text("tokenizer.ggml.model") not in _WITHOUT_MERGES,
            shapes=_shapes(kind, first, tensors, number("block_count")),
        )


def _shapes(kind: ModelKind, first: Shard, tensors: Sequence[TensorInfo], layers: int) -> Shapes:
    if kind is ModelKind.LANGUAGE_MODEL:
        return layer_shapes(((tensor.name, tensor.dimensions) for tensor in tensors), layers)
    if kind is ModelKind.ADAPTER and first.header.text("adapter.type") == LORA:
        return tuple(adapter_facts(first.header, first.path.name).changes.items())
    return ()


def _chat_template(header: GgufHeader) -> str | None:
    """The template for chats; of several that have names, the usual one."""
    key = default_template_key(header.metadata) or TEMPLATE_KEY
    return header.text(TEMPLATE_KEY) or header.text(key) or None


def check_complete(header: GgufHeader, file_bytes: int, file_name: str = "") -> None:
    """Raise ``TruncatedFileError`` where a file is too short for its tensors."""
    if file_bytes < header.end_bytes:
        raise TruncatedFileError(file_bytes, header.end_bytes, file_name)


def declared_shard_count(header: GgufHeader) -> int:
    """Return of how many shards the file says it is one; 1 where it stands alone."""
    return max(1, header.integer("split.count") or 1)


def _check_set(shards: Sequence[Shard]) -> None:
    first = shards[0].header
    declared = declared_shard_count(first)
    if declared != len(shards):
        raise ModelFileError(
            say(
                "models.says_shards_but_name_belongs",
                name=shards[0].path.name,
                declared=declared,
                count=len(shards),
            )
        )
    if declared == 1:
        return
    for number, shard in enumerate(shards):
        if shard.header.integer("split.no") != number:
            raise ModelFileError(
                say("models.not_shard_set", name=shard.path.name, number=number + 1)
            )
    names = Counter(tensor.name for shard in shards for tensor in shard.header.tensors)
    expected = first.integer("split.tensors.count")
    if max(names.values(), default=1) > 1 or expected not in {None, names.total()}:
        raise ModelFileError(
            say("models.shards_model_do_not_belong"),
            detail=f"{names.total()} tensors, expected {expected}",
        )


def _check_readable(shards: Sequence[Shard], tensors: Sequence[TensorInfo]) -> None:
    """Refuse what llama.cpp would refuse in words of its own, or abort over."""
    long = next(
        (tensor.name for tensor in tensors if len(tensor.name.encode()) > _LONGEST_NAME), ""
    )
    if long:
        raise GgufError(
            say(
                "models.model_file_names_tensor_bytes",
                count=len(long.encode()),
                longest_name=_LONGEST_NAME,
            ),
            detail=f"tensor {long!r}",
        )
    if any(tensor.name.startswith(("v.blk.", "v.patch_emb", "mm.")) for tensor in tensors):
        raise GgufError(say("models.model_file_holds_models_eyes"))
    for shard in shards:
        start = shard.header.data_offset
        if any((start + tensor.offset) % _ALIGNMENT for tensor in shard.header.tensors):
            raise GgufError(
                say("models.model_files_tensors_do_not", alignment=_ALIGNMENT),
                detail=f"general.alignment = {shard.header.integer('general.alignment')}",
            )


def active_parameters(total: int, in_experts: int, experts: int, experts_used: int) -> int:
    """How many of all parameters work on one token, where so many of a layer's experts do."""
    if not 0 < experts_used < experts:
        return total
    return total - in_experts + in_experts * experts_used // experts


def _level(header: GgufHeader, tensors: Sequence[TensorInfo]) -> str:
    ftype = header.integer("general.file_type")
    level = None if ftype is None else level_by_ftype(ftype)
    # A word that the weights belie does not count: F16, say, where all experts are in MXFP4.
    if level is not None and not level.is_belied_by(_bits_per_weight(tensors)):
        return level.name
    most_bits = math.inf if level is None else min(level.nominal_bits, FULL_PRECISION_BITS)
    elements: Counter[int] = Counter()
    for tensor in tensors:
        if TENSOR_TYPES[tensor.type_id].bits_per_weight < most_bits:
            elements[tensor.type_id] += tensor.n_elements
    if not elements:
        return ""
    dominant = elements.most_common(1)[0][0]
    level = level_of_tensor_type(dominant)
    return level.name if level else TENSOR_TYPES[dominant].name


def _bits_per_weight(tensors: Sequence[TensorInfo]) -> float:
    elements = sum(tensor.n_elements for tensor in tensors)
    return 8 * sum(tensor.n_bytes for tensor in tensors) / elements if elements else 0.0


def _short(text: str | None) -> str | None:
    """A text as it may stand in a line; what is longer is no name."""
    return text if text is None or len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"


def _name(header: GgufHeader, file_name: str) -> str:
    given = (_short(header.text("general.name")) or "").strip()
    return given if is_telling_name(given) else model_stem(file_name)


def _base_model(header: GgufHeader) -> str | None:
    url = header.text("general.base_model.0.repo_url")
    if url:
        return url.removeprefix("https://huggingface.co/")
    return header.text("general.base_model.0.name")


def _shortfall(present_bytes: int, needed_bytes: int) -> Sentence:
    present, needed = size(present_bytes), size(needed_bytes)
    if english_amount(present) == english_amount(needed):
        n = needed_bytes - present_bytes
        return say("models.last_bytes_missing", n=n)
    return say("models.part_is_there", present=present, needed=needed)
