"""The ways of making a model need less memory, and by which of them a file was made."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.models.levels import FULL_PRECISION_BITS
from app.core.shrink.healing import LEARNED
from app.core.words.sentence import Sentence, say

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.core.shrink.written import Written


class Way(StrEnum):
    """How a file came to need less; the values stand in stored ladders and documents."""

    QUANTIZED = "quantized"
    CHOSEN = "chosen by tensor"
    PRUNED = "pruned"
    PRUNED_QUANTIZED = "pruned + quantized"
    HEALED = "pruned + learned again"
    OTHER = "another model"

    @property
    def words(self) -> Sentence:
        """As people read it."""
        return {
            Way.QUANTIZED: say("shrink.way_quantized"),
            Way.CHOSEN: say("shrink.way_chosen"),
            Way.PRUNED: say("shrink.way_pruned"),
            Way.PRUNED_QUANTIZED: say("shrink.way_pruned_quantized"),
            Way.HEALED: say("shrink.way_healed"),
            Way.OTHER: say("shrink.way_other"),
        }[self]


def way_of_file(model: ModelFile, recipe: Written | None) -> Way | None:
    """By which way a file was made, as its header and its recipe say; None for an original.

    Args:
        model: Its facts.
        recipe: What lies beside it; None for nothing.
    """
    if LEARNED in model.pruned:
        return Way.HEALED
    is_full = model.bits_per_weight > FULL_PRECISION_BITS
    if model.pruned:
        return Way.PRUNED if is_full else Way.PRUNED_QUANTIZED
    if is_full:
        return None
    return Way.CHOSEN if recipe is not None and recipe.rules else Way.QUANTIZED
