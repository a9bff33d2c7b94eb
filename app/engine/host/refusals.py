"""What llama.cpp refuses, in this program's words: the cause, and the way on.

llama.cpp tells why in its log alone. A refusal that is known here has a sentence of its own; for
any other the caller's stands, and the log has the detail. Files put their own words into the log
(tensors, keys, architectures): a line counts only where it begins as llama.cpp begins a reason,
patterns look at its start and never go back, and what is quoted of a file is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from app.core.models.gguf_reader import quotable
from app.engine.host.errors import EngineError, RefusedError
from app.engine.host.loading.load_log import tail
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Known(NamedTuple):
    """A refusal: how its reason begins, the sentence, and its kind if it is not what was tried.

    The sentence has ``{0}`` and ``{1}`` for what the pattern's groups hold.
    """

    pattern: re.Pattern[str]
    sentence: str
    kind: FailureKind | None = None


def _known(pattern: str, sentence: str, kind: FailureKind | None = None) -> _Known:
    return _Known(re.compile(pattern), sentence, kind)


_NEWER = "it may be newer than this engine: update Shrinkscope, or take another conversion"
_CONVERSION = "take a newer conversion of the model"
_FULL = "take its F16, BF16 or F32 version as the source"

_LOAD = (
    _known(
        r"unknown model architecture: '(gptoss|mllama|qwen25vl)'",
        "This file was made for Ollama’s own engine (architecture “{0}”): take a GGUF version of "
        "the model from the Hub.",
    ),
    _known(
        r"(?:unknown|unsupported) model architecture: '([^']*)",
        f"This engine does not know the architecture “{{0}}”; {_NEWER}.",
    ),
    _known(
        r"CLIP cannot be used as main model",
        "This file holds a model's eyes or ears and cannot answer by itself: take the model.",
    ),
    _known(
        r"unknown (?:pre-)?tokenizer(?: type)?: '([^']*)",
        f"This engine does not know the tokenizer “{{0}}” of this file; {_NEWER}.",
    ),
    _known(
        r"cannot find tokenizer (?:merges|vocab)",
        f"The vocabulary of this file is not complete: {_CONVERSION}.",
    ),
    _known(
        r"(?:array )?key not found in model: (\S{1,200})",
        f"The header of this file lacks “{{0}}”, which its architecture needs: {_CONVERSION}.",
    ),
    _known(
        r"key (\S{1,200}) has wrong type (\w{1,10}) but expected type \w",
        "The header of this file states “{0}” in a form ({1}) that this engine does not read: "
        f"{_CONVERSION}.",
    ),
    _known(
        r"tensor '[^']*' (?:has invalid ggml type|of type) (\d{1,10})",
        f"This engine does not read the tensor type {{0}} of this file: {_NEWER}.",
    ),
    _known(
        r"model has expert layers but no expert layers are used",
        f"The header of this file says that none of its experts is used: {_CONVERSION}.",
    ),
    _known(r"illegal split file idx", "This file is a later part of a set: name its first part."),
    _known(
        r"\w+: failed to load GGUF split|invalid split|missing key \S{1,100} in GGUF split"
        r"|corrupted model: |invalid model: tensor '[^']*' is duplicated",
        "The parts of this model are not all there or do not belong together: download the set "
        "again.",
    ),
    _known(
        r"tensor '[^']*' data is not within the file bounds",
        "This file ends before its weights do: download it again.",
    ),
    _known(
        r"(?:missing tensor|\w+: tensor) '([^']*)'(?: not found|$)",
        "This file lacks the weights “{0}”, which its architecture has; it is not complete, or "
        f"{_NEWER}.",
    ),
    _known(
        r"\w+: tensor '([^']*)' has wrong shape",
        f"The weights “{{0}}” of this file have another shape than its header says: {_CONVERSION}.",
    ),
    _known(
        r"\w+: (?:too many|wrong number of) tensors",
        f"This file holds other weights than its architecture has; {_NEWER}.",
    ),
    _known(
        r"unable to allocate CPU|std::bad_alloc|mmap failed: Cannot allocate",
        "Memory is too short for this model: close other programs, or take a more shrunken "
        "version.",
        FailureKind.MEMORY,
    ),
    _known(
        r"unable to allocate (\w{1,40}) buffer",
        "The memory of {0} is too short for this model: put fewer layers on the graphics card, or "
        "take a more shrunken version.",
        FailureKind.MEMORY,
    ),
    _known(
        r"failed to open|mmap failed|read error|unexpectedly reached end of file",
        "This file cannot be read: look whether its disk is there and whether you may read it, or "
        "copy it to this PC.",
    ),
    _known(
        r"(?:\w+: )?no CPU backend found", "The engine is not complete: install Shrinkscope again."
    ),
)
_CONTEXT = (
    _known(
        r"quantized V cache",
        "A quantized KV cache needs flash attention, which is off, or which this model does not "
        "allow: set flash attention to auto, or the KV cache to f16.",
        FailureKind.CONTEXT,
    ),
    _known(
        r"[KV] cache type (\w{1,20}) with block size \d+ does not divide n_embd_head_.=(\d{1,9})",
        "The KV cache type {0} does not suit this model, whose heads are {1} numbers wide: choose "
        "f16.",
        FailureKind.CONTEXT,
    ),
    _known(
        r"model does not support different K",
        "This model wants keys and values alike: choose one KV cache type for both.",
        FailureKind.CONTEXT,
    ),
    _known(
        r"(?:\S{1,60} )?requires ctx_other",
        "This file only helps a larger model along and cannot answer by itself: take the model "
        "itself.",
        FailureKind.LOAD,
    ),
)
_QUANTIZE = (
    _known(
        r"requantizing from type (\w{1,20})",
        "This file is quantized already (it holds {0} weights), and a second time would add a "
        f"second loss: {_FULL}.",
    ),
    _known(
        r"this quantization requires an imatrix|Missing importance matrix",
        "This level needs an importance matrix: choose one that needs none, such as Q4_K_M, Q3_K_M "
        "or Q2_K.",
    ),
    _known(
        r"quantized data validation failed|tensor '[^']*' has invalid data|found tensors with inv",
        "This file holds weights that are no numbers (NaN): it is damaged, or was converted "
        "wrongly. Download it again, or take another version.",
        FailureKind.NUMBERS,
    ),
    _known(
        r"basic_\w+::|iostream error",
        "The new file could not be written to its end: make room on that disk, or name another "
        "place.",
    ),
    _known(
        r"cannot dequantize|type \w{1,20} unsupported for integer|no tensor type fallback",
        f"This file holds weights that cannot be turned into others: {_FULL}.",
    ),
    _known(
        r"invalid output file type",
        "This engine cannot make that level: choose another one, such as Q4_K_M.",
    ),
)
_OF_KIND = {
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
)
_STEP = re.compile(r"error loading model (?:architecture|hyperparameters|vocabulary): ")
_LINE_CHARACTERS = 600


def explained(error: EngineError, lines: list[str]) -> EngineError:
    """An error as the person is told of it, with llama.cpp's log of what was tried."""
    if not isinstance(error, RefusedError):
        return error
    kind, sentence = known_refusal(error.kind, lines) or (error.kind, error.sentence)
    return EngineError(kind, sentence, tail(lines))


def known_refusal(tried: FailureKind, lines: Sequence[str]) -> tuple[FailureKind, str] | None:
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
                words = (quotable(group or "") for group in match.groups())
                return known.kind or tried, known.sentence.format(*words)
    return None


def _reasons(lines: Sequence[str]) -> Iterator[str]:
    """The reasons that llama.cpp gives, the last first."""
    for form in _FORMS:
        for line in reversed(lines):
            if match := form.match(line[:_LINE_CHARACTERS]):
                step = _STEP.match(match[1])
                yield match[1][step.end() if step else 0 :]
