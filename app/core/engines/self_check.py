"""What an engine's check of itself found: which tensor types it computes rightly on this PC."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import msgspec

from app.core.models.levels import TENSOR_TYPES

F32, F16 = 0, 1
_NEVER_WEIGHTS = frozenset({"I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K"})

CHECKED_TYPES: tuple[int, ...] = (
    F16,
    F32,
    *(
        type_id
        for type_id, entry in TENSOR_TYPES.items()
        if type_id not in (F16, F32) and entry.name not in _NEVER_WEIGHTS
    ),
)
"""Every tensor type that weights can have; first the plain numbers, which the rest is held to."""


class Finding(StrEnum):
    """What became of one type."""

    RIGHT = "right"
    WRONG = "wrong"
    DIED = "died"
    STUCK = "stuck"
    NOT_CHECKED = "not_checked"


FAULTS = frozenset({Finding.WRONG, Finding.DIED, Finding.STUCK})


class TypeFinding(msgspec.Struct, frozen=True):
    """What was found of one tensor type.

    Attributes:
        signal: Number of the signal that the engine died of; None where it did not, or is unknown.
        difference: How far its computing was from what is right; None where it is no number.
        bound: Beyond it a difference is a fault.
        detail: For the log and the curious; why it was not checked.
    """

    type_id: int
    finding: Finding
    signal: int | None = None
    difference: float | None = None
    bound: float | None = None
    detail: str = ""

    @property
    def name(self) -> str:
        """The type's name, e.g. ``Q4_K``."""
        return TENSOR_TYPES[self.type_id].name


class EngineCheck(msgspec.Struct, frozen=True):
    """What was found of one engine build on one processor.

    Attributes:
        engine: The build in words.
        variant: Of several CPU variants, the one that was checked; else empty.
        instruction_sets: What of the processor it uses.
        checked_at: Seconds since 1970.
        elapsed_ns: What the check took.
        has_gpu: Whether models are computed elsewhere than on the processor that was checked.
    """

    engine: str
    variant: str
    instruction_sets: tuple[str, ...]
    findings: tuple[TypeFinding, ...]
    checked_at: int
    elapsed_ns: int
    has_gpu: bool = False

    @property
    def faults(self) -> list[TypeFinding]:
        """The types that must not be relied on."""
        return [found for found in self.findings if found.finding in FAULTS]

    @property
    def is_right(self) -> bool:
        """Whether everything that could be checked is right."""
        return not self.faults

    def faults_of(self, type_ids: Collection[int]) -> list[TypeFinding]:
        """The faults that a file with these tensor types meets."""
        return [found for found in self.faults if found.type_id in type_ids]
