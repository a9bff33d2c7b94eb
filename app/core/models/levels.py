"""Quantization levels (GGUF file types) and the tensor types that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from app.core.errors import PersonError
from app.core.words.sentence import say

FULL_PRECISION_BITS = 12.0
"""Formats above hold all that training left: for measuring against, twice as slow as Q8_0."""

# Publishers' mixes for models of hundreds of billions of weights come down to 0.76.
_FEWEST_OF_NOMINAL = 0.7


@dataclass(frozen=True, slots=True)
class Level:
    """One quantization level: a GGUF file type.

    Attributes:
        name: The name that people and llama.cpp use, e.g. ``Q4_K_M``.
        ftype: The number in a file's ``general.file_type``.
        nominal_bits: Bits per weight that llama.cpp's quantizer reaches on the shape of an
            8-billion-parameter Llama; a given file has its own figure.
        needs_importance_matrix: Whether llama.cpp refuses to make it without one.
        can_be_made: Whether llama.cpp's quantizer can write it at all.
    """

    name: str
    ftype: int
    nominal_bits: float
    needs_importance_matrix: bool = False
    can_be_made: bool = True

    @property
    def is_full(self) -> bool:
        """Whether it holds all that training left."""
        return self.nominal_bits > FULL_PRECISION_BITS

    def is_belied_by(self, bits_per_weight: float) -> bool:
        """Whether a file has fewer bits per weight than any mix that goes by this name.

        More of them say nothing: small models have large vocabularies, and rows that do not fit a
        type's blocks get a larger one.
        """
        fewest = FULL_PRECISION_BITS if self.is_full else self.nominal_bits * _FEWEST_OF_NOMINAL
        return 0 < bits_per_weight <= fewest


@dataclass(frozen=True, slots=True)
class TensorType:
    """How one kind of tensor is stored: blocks of so many elements in so many bytes."""

    type_id: int
    name: str
    block_elements: int
    block_bytes: int

    @property
    def bits_per_weight(self) -> float:
        """Bits that one element takes, scales included."""
        return self.block_bytes * 8 / self.block_elements


LEVELS: tuple[Level, ...] = (
    Level("F32", 0, 32.0),
    Level("BF16", 32, 16.0),
    Level("F16", 1, 16.0),
    Level("Q8_0", 7, 8.5),
    Level("Q6_K", 18, 6.56),
    Level("Q5_1", 9, 6.04),
    Level("Q5_K_M", 17, 5.70),
    Level("Q5_K_S", 16, 5.57),
    Level("Q5_0", 8, 5.57),
    Level("Q4_1", 3, 5.10),
    Level("Q4_K_M", 15, 4.89),
    Level("IQ4_NL", 25, 4.68),
    Level("Q4_K_S", 14, 4.67),
    Level("Q4_0", 2, 4.64),
    Level("NVFP4", 39, 4.5, can_be_made=False),
    Level("IQ4_XS", 30, 4.46),
    Level("Q3_K_L", 13, 4.30),
    Level("MXFP4_MOE", 38, 4.25),
    Level("Q3_K_M", 12, 4.00),
    Level("IQ3_M", 27, 3.76),
    Level("IQ3_S", 26, 3.66),
    Level("Q3_K_S", 11, 3.64),
    Level("IQ3_XS", 22, 3.50, needs_importance_matrix=True),
    Level("IQ3_XXS", 23, 3.25, needs_importance_matrix=True),
    Level("Q2_K", 10, 3.16),
    Level("Q2_K_S", 21, 2.97, needs_importance_matrix=True),
    Level("IQ2_M", 29, 2.93, needs_importance_matrix=True),
    Level("IQ2_S", 28, 2.74, needs_importance_matrix=True),
    Level("Q2_0", 41, 2.68),
    Level("IQ2_XS", 20, 2.59, needs_importance_matrix=True),
    Level("TQ2_0", 37, 2.52),
    Level("IQ2_XXS", 19, 2.38, needs_importance_matrix=True),
    Level("TQ1_0", 36, 2.19),
    Level("IQ1_M", 31, 2.15, needs_importance_matrix=True),
    Level("IQ1_S", 24, 2.00, needs_importance_matrix=True),
    Level("Q1_0", 40, 1.48),
)
"""Every level, from the least to the most shrunken."""

TENSOR_TYPES: Mapping[int, TensorType] = MappingProxyType(
    {
        type_id: TensorType(type_id, name, block_elements, block_bytes)
        for type_id, name, block_elements, block_bytes in (
            (0, "F32", 1, 4),
            (1, "F16", 1, 2),
            (2, "Q4_0", 32, 18),
            (3, "Q4_1", 32, 20),
            (6, "Q5_0", 32, 22),
            (7, "Q5_1", 32, 24),
            (8, "Q8_0", 32, 34),
            (9, "Q8_1", 32, 36),
            (10, "Q2_K", 256, 84),
            (11, "Q3_K", 256, 110),
            (12, "Q4_K", 256, 144),
            (13, "Q5_K", 256, 176),
            (14, "Q6_K", 256, 210),
            (15, "Q8_K", 256, 292),
            (16, "IQ2_XXS", 256, 66),
            (17, "IQ2_XS", 256, 74),
            (18, "IQ3_XXS", 256, 98),
            (19, "IQ1_S", 256, 50),
            (20, "IQ4_NL", 32, 18),
            (21, "IQ3_S", 256, 110),
            (22, "IQ2_S", 256, 82),
            (23, "IQ4_XS", 256, 136),
            (24, "I8", 1, 1),
            (25, "I16", 1, 2),
            (26, "I32", 1, 4),
            (27, "I64", 1, 8),
            (28, "F64", 1, 8),
            (29, "IQ1_M", 256, 56),
            (30, "BF16", 1, 2),
            (34, "TQ1_0", 256, 54),
            (35, "TQ2_0", 256, 66),
            (39, "MXFP4", 32, 17),
            (40, "NVFP4", 64, 36),
            (41, "Q1_0", 128, 18),
            (42, "Q2_0", 64, 18),
        )
    }
)
"""Every tensor type that llama.cpp still reads, by its number in a file."""

REMOVED_TENSOR_TYPES: Mapping[int, str] = MappingProxyType(
    {
        4: "Q4_2",
        5: "Q4_3",
        31: "Q4_0_4_4",
        32: "Q4_0_4_8",
        33: "Q4_0_8_8",
        36: "IQ4_NL_4_4",
        37: "IQ4_NL_4_8",
        38: "IQ4_NL_8_8",
    }
)
"""Tensor types of old files, which llama.cpp no longer reads."""

_BY_FTYPE = {level.ftype: level for level in LEVELS}
_RANK = {level.name: rank for rank, level in enumerate(LEVELS)}
_BY_NAME = {level.name: level for level in LEVELS}
_ALIASES = {
    "Q3_K": "Q3_K_M",
    "Q4_K": "Q4_K_M",
    "Q5_K": "Q5_K_M",
    "MXFP4": "MXFP4_MOE",
    "FP16": "F16",
    "FP32": "F32",
}
# The level that a file of mostly this tensor type is called when it does not say so itself.
_LEVEL_OF_TENSOR_TYPE = {
    "Q2_K": "Q2_K",
    "Q3_K": "Q3_K_M",
    "Q4_K": "Q4_K_M",
    "Q5_K": "Q5_K_M",
    "MXFP4": "MXFP4_MOE",
}
# Set by llama.cpp on a file type that it inferred itself.
_GUESSED_FLAG = 1024


class UnknownLevelError(PersonError):
    """A name that is no quantization level."""


def level_by_name(name: str) -> Level:
    """Return the level called ``name``, whatever its case; ``Q4_K`` means ``Q4_K_M``.

    Raises:
        UnknownLevelError: There is none; the sentence names the nearest ones.
    """
    wanted = name.strip().upper().replace("-", "_")
    level = _BY_NAME.get(_ALIASES.get(wanted, wanted))
    if level is not None:
        return level
    nearest = get_close_matches(wanted, _BY_NAME, n=3, cutoff=0.5) or ["Q8_0", "Q4_K_M", "Q2_K"]
    choices = nearest[0] if len(nearest) == 1 else f"{', '.join(nearest[:-1])} or {nearest[-1]}"
    shown = name if len(name) <= 40 else f"{name[:40]}…"
    raise UnknownLevelError(
        say("models.not_quantization_level_did_mean", shown=shown, choices=choices),
        detail=f"known levels: {', '.join(_BY_NAME)}",
    )


def level_by_ftype(ftype: int) -> Level | None:
    """Return the level with this file type number, or None for one not known here."""
    return _BY_FTYPE.get(ftype & ~_GUESSED_FLAG) if ftype >= 0 else None


def level_of_tensor_type(type_id: int) -> Level | None:
    """Return the level that a file made mostly of this tensor type most likely has."""
    tensor_type = TENSOR_TYPES.get(type_id)
    if tensor_type is None:
        return None
    return _BY_NAME.get(_LEVEL_OF_TENSOR_TYPE.get(tensor_type.name, tensor_type.name))


def shrink_rank(level_name: str) -> int:
    """Return a sort key: 0 for the least shrunken level; unknown names come last."""
    return _RANK.get(level_name, len(LEVELS))
