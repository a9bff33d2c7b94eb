"""Tensor types that llama.cpp does not read: whose they are, and what to get instead."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.models.gguf_reader import GgufError, Value
from app.core.models.levels import REMOVED_TENSOR_TYPES
from app.core.words.sentence import Sentence, say

# bitnet.cpp gives these numbers to types of its own; in llama.cpp 36 to 38 were rearrangements of
# IQ4_NL, which hardly any file had, and 39 is MXFP4.
_BITNET = {36: "I2_S", 37: "I8_S", 38: "TL1", 39: "TL2"}
_IQ4_NL_FTYPE = 25
_IK_LLAMA = {
    97: "Q8_0_X4", 98: "Q8_1_X4", 99: "Q8_2_X4", 133: "Q6_0", 134: "IQ1_BN", 135: "IQ2_BN",
    136: "Q8_K64", 137: "IQ2_K", 138: "IQ3_K", 139: "IQ4_K", 140: "IQ5_K", 141: "IQ6_K",
    142: "IQ2_TN", 143: "IQ1_TN", 144: "IQ4_KS", 145: "IQ2_KS", 146: "IQ4_KSS", 147: "Q8_K16",
    148: "Q8_K32", 149: "Q8_KR8", 150: "Q8_K128", 151: "Q8_KV", 152: "IQ5_KS", 153: "IQ2_KT",
    154: "IQ3_KT", 155: "IQ4_KT", 156: "IQ3_KS", 157: "IQ2_KL", 158: "IQ1_KT",
}  # fmt: skip
# There the rows of its own types and of llama.cpp's stand interleaved: number + 200.
_IK_INTERLEAVED = range(202, 400)
# Ollama's first gpt-oss files kept MXFP4 under a number that had become free.
_OLLAMA_ARCHITECTURE, _OLLAMA_TYPE = "gptoss", 4


def is_foreign(type_id: int, metadata: Mapping[str, Value]) -> bool:
    """Whether a number means another type in this file than in llama.cpp's."""
    return type_id in _BITNET and _is_of_bitnet(metadata)


def refusal(type_id: int, tensor_name: str, metadata: Mapping[str, Value]) -> GgufError:
    """The error for a file with a type that llama.cpp does not read."""
    return GgufError(_sentence(type_id, metadata), f"tensor {tensor_name!r} has type {type_id}")


def _sentence(type_id: int, metadata: Mapping[str, Value]) -> Sentence:
    if type_id in _BITNET and metadata.get("general.file_type") != _IQ4_NL_FTYPE:
        return say("models.model_file_uses_tensor_type_2", bitnet=_BITNET[type_id])
    if type_id == _OLLAMA_TYPE and metadata.get("general.architecture") == _OLLAMA_ARCHITECTURE:
        return say("models.model_file_made_ollamas_own")
    removed = REMOVED_TENSOR_TYPES.get(type_id)
    if removed is not None:
        return say("models.model_file_uses_tensor_type_3", removed=removed)
    own = _IK_LLAMA.get(type_id)
    if own is not None or type_id in _IK_INTERLEAVED:
        return say("models.model_file_uses_tensor_type_4", own=own or type_id)
    return say("models.model_file_uses_tensor_type", type_id=type_id)


def _is_of_bitnet(metadata: Mapping[str, Value]) -> bool:
    architecture = metadata.get("general.architecture")
    return isinstance(architecture, str) and architecture.lower().startswith("bitnet")
