"""What llama.cpp refuses, in this program's words: the cause, and the way on.

llama.cpp tells why in its log alone. A refusal that is known here has a sentence of its own; for
any other the caller's stands, and the log has the detail. Files put their own words into the log
(tensors, keys, architectures): a line counts only where it begins as llama.cpp begins a reason,
patterns look at its start and never go back, and what is quoted of a file is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.core.models.gguf_reader import quotable
from app.core.words.sentence import Sentence
from app.engine.host.errors import EngineError, RefusedError
from app.engine.host.loading.load_log import tail
from app.engine.protocol.running import FailureKind


class _Known(NamedTuple):
    """A refusal: how its reason begins, a sentence's id, its kind if it is not what was tried.

    The words of the id have ``{0}`` and ``{1}`` for what the pattern's groups hold.
    """

    pattern: re.Pattern[str]
    id: str
    kind: FailureKind | None = None


def _known(pattern: str, id: str, kind: FailureKind | None = None) -> _Known:  # noqa: A002
    return _Known(re.compile(pattern), id, kind)


_LOAD = (
    _known(
        r"unknown model architecture: '(gptoss|mllama|qwen25vl)'",
        "engine.file_made_ollamas_own_engine",
    ),
    _known(
        r"(?:unknown|unsupported) model architecture: '([^']*)",
        "engine.engine_does_not_know_architecture",
    ),
    _known(
        r"CLIP cannot be used as main model",
        "engine.file_holds_models_eyes_ears",
    ),
    _known(
        r"unknown (?:pre-)?tokenizer(?: type)?: '([^']*)",
        "engine.engine_does_not_know_tokenizer",
    ),
    _known(
        r"cannot find tokenizer (?:merges|vocab)",
        "engine.vocabulary_file_not_complete_take",
    ),
    _known(
        r"(?:array )?key not found in model: (\S{1,200})",
        "engine.header_file_lacks_architecture_needs",
    ),
    _known(
        r"key (\S{1,200}) has wrong type (\w{1,10}) but expected type \w",
        "engine.header_file_states_form_engine",
    ),
    _known(
        r"tensor '[^']*' (?:has invalid ggml type|of type) (\d{1,10})",
        "engine.engine_does_not_read_tensor",
    ),
    _known(
        r"model has expert layers but no expert layers are used",
        "engine.header_file_says_none_experts",
    ),
    _known(r"illegal split file idx", "engine.file_later_part_set_name"),
    _known(
        r"\w+: failed to load GGUF split|invalid split|missing key \S{1,100} in GGUF split"
        r"|corrupted model: |invalid model: tensor '[^']*' is duplicated",
        "engine.parts_model_not_all_do",
    ),
    _known(
        r"tensor '[^']*' data is not within the file bounds",
        "engine.file_ends_before_weights_do",
    ),
    _known(
        r"(?:missing tensor|\w+: tensor) '([^']*)'(?: not found|$)",
        "engine.file_lacks_weights_architecture_not",
    ),
    _known(
        r"\w+: tensor '([^']*)' has wrong shape",
        "engine.weights_file_another_shape_than",
    ),
    _known(
        r"\w+: (?:too many|wrong number of) tensors",
        "engine.file_holds_other_weights_than",
    ),
    _known(
        r"device (\w{1,40}) does not support split buffers",
        "engine.device_shares_no_rows",
    ),
    _known(
        r"unable to allocate CPU|std::bad_alloc|mmap failed: Cannot allocate",
        "engine.memory_too_short_model_close",
        FailureKind.MEMORY,
    ),
    _known(
        r"unable to allocate (\w{1,40}) buffer",
        "engine.memory_too_short_model_put",
        FailureKind.MEMORY,
    ),
    _known(
        r"failed to open|mmap failed|read error|unexpectedly reached end of file",
        "engine.file_cannot_read_look_whether",
    ),
    _known(r"(?:\w+: )?no CPU backend found", "engine.engine_not_complete_install_shrinkscope"),
)
_CONTEXT = (
    _known(
        r"quantized V cache",
        "engine.quantized_kv_cache_needs_flash",
        FailureKind.CONTEXT,
    ),
    _known(
        r"[KV] cache type (\w{1,20}) with block size \d+ does not divide n_embd_head_.=(\d{1,9})",
        "engine.kv_cache_type_does_not",
        FailureKind.CONTEXT,
    ),
    _known(
        r"model does not support different K",
        "engine.model_wants_keys_values_alike",
        FailureKind.CONTEXT,
    ),
    _known(
        r"(?:\S{1,60} )?requires ctx_other",
        "engine.file_only_helps_larger_model",
        FailureKind.LOAD,
    ),
)
_QUANTIZE = (
    _known(
        r"requantizing from type (\w{1,20})",
        "engine.file_quantized_already_holds_weights",
    ),
    _known(
        r"this quantization requires an imatrix|Missing importance matrix",
        "engine.level_needs_importance_matrix_choose",
    ),
    _known(
        r"quantized data validation failed|tensor '[^']*' has invalid data|found tensors with inv",
        "engine.file_holds_weights_no_numbers",
        FailureKind.NUMBERS,
    ),
    _known(
        r"basic_\w+::|iostream error",
        "engine.new_file_could_not_written",
    ),
    _known(
        r"cannot dequantize|type \w{1,20} unsupported for integer|no tensor type fallback",
        "engine.file_holds_weights_cannot_turned",
    ),
    _known(
        r"invalid output file type",
        "engine.engine_cannot_make_level_choose",
    ),
)
_PICTURE = (
    _known(
        r"mismatch between text model \(n_embd = (\d{1,9})\) and mmproj \(n_embd = (\d{1,9})\)",
        "engine.projector_other_width",
    ),
    _known(
        r"std::bad_alloc|unable to allocate",
        "engine.memory_too_short_model_close",
        FailureKind.MEMORY,
    ),
)
_OF_KIND = {
    FailureKind.PICTURE: _PICTURE,
    FailureKind.LOAD: _LOAD,
    FailureKind.CONTEXT_MEMORY: _CONTEXT,
    FailureKind.QUANTIZE: (*_QUANTIZE, *_LOAD),
}

_FORMS = (
    re.compile(r"\w+: (?:error loading model|failed to initialize the context): (.*)"),
    # It goes on behind the line of the tensor that it was at.
    re.compile(r"(?:\[.{0,300}(?:, | \.\. ?))?llama_model_quantize: failed to quantize: (.*)"),
    re.compile(r"llama_init_from_model: (.*)"),
    re.compile(r"gguf_init_from_\w+: (.*)"),
    re.compile(r"mtmd_init_from_file: error: (.*)"),
)
_STEP = re.compile(r"error loading model (?:architecture|hyperparameters|vocabulary): ")
_LINE_CHARACTERS = 600


def explained(error: EngineError, lines: list[str]) -> EngineError:
    """An error as the person is told of it, with llama.cpp's log of what was tried."""
    if not isinstance(error, RefusedError):
        return error
    kind, said = known_refusal(error.kind, lines) or (error.kind, error.said)
    return EngineError(kind, said, tail(lines))


def known_refusal(tried: FailureKind, lines: Sequence[str]) -> tuple[FailureKind, Sentence] | None:
    """What llama.cpp refused, from its log; None where it says nothing that is known here.

    Args:
        tried: What it was at: a load, a context or quantizing.
        lines: Of its log meanwhile.

    Returns:
        What went wrong, and the sentence.
    """
    for reason in _reasons(lines):
        for known in _OF_KIND.get(tried, ()):
            if match := known.pattern.match(reason):
                facts = {str(n): quotable(group or "") for n, group in enumerate(match.groups())}
                return known.kind or tried, Sentence(known.id, dict(facts))
    return None


def _reasons(lines: Sequence[str]) -> Iterator[str]:
    """The reasons that llama.cpp gives, the last first."""
    for form in _FORMS:
        for line in reversed(lines):
            if match := form.match(line[:_LINE_CHARACTERS]):
                step = _STEP.match(match[1])
                yield match[1][step.end() if step else 0 :]
