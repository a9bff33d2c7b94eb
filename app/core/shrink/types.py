"""The number formats that a version's tensors can have, and what each of them asks for."""

from __future__ import annotations

from app.core.errors import PersonError
from app.core.models.levels import TENSOR_TYPES, TensorType
from app.core.words.sentence import say

# Integers, doubles and what only holds activations: llama.cpp aborts over them.
_NO_TARGET = frozenset({"Q8_1", "Q8_K", "I8", "I16", "I32", "I64", "F64"})
_NEEDS_MATRIX = frozenset({"IQ3_XXS", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ1_M", "IQ1_S"})
_NEVER_NEED = frozenset({"token_embd.weight", "per_layer_token_embd.weight", "output.weight"})
TARGET_TYPES = {each.name: each for each in TENSOR_TYPES.values() if each.name not in _NO_TARGET}
"""What a tensor may be turned into, by name."""


def target_type(name: str) -> TensorType:
    """The number format called ``name``, whatever its case.

    Raises:
        PersonError: There is none that a tensor can be turned into.
    """
    found = TARGET_TYPES.get(name.strip().upper())
    if found is None:
        raise PersonError(
            say("shrink.no_target_type", name=name[:40], types=", ".join(TARGET_TYPES))
        )
    return found


def needs_matrix(tensor: str, type_name: str, level: str) -> bool:
    """Whether the quantizer refuses to make a tensor of this type without an importance matrix."""
    if tensor in _NEVER_NEED:
        return False
    name = type_name.upper()
    return name in _NEEDS_MATRIX or (name == "Q2_K" and level == "Q2_K_S")
