"""What the name of a version says, in plain words."""

from __future__ import annotations

from app.core.models.levels import LEVELS
from app.ui.kit.words.format import number, percent
from app.ui.kit.words.text import translate

_ORIGINAL_BITS = 16.0
_BY_NAME = {level.name: level for level in LEVELS}


def version_gloss(name: str, bits_per_weight: float | None = None) -> str:
    """How many bits a version has, and how much smaller than the original it is.

    Args:
        name: Of its level, as ``Q4_K_M``.
        bits_per_weight: The file's own; without, what the level has in a usual model.

    Returns:
        "4.9 bits a weight, 69 % smaller"; empty where nothing is known of such a level.
    """
    level = _BY_NAME.get(name)
    bits = bits_per_weight or (level.nominal_bits if level is not None else 0.0)
    if bits <= 0:
        return ""
    said = translate("Words", "{bits} bits a weight").format(bits=number(bits, bits % 1 > 0.05))
    if level is not None and level.is_full:
        return translate("Words", "{bits}, not shrunken").format(bits=said)
    saved = 1 - bits / _ORIGINAL_BITS
    if saved <= 0:
        return said
    return translate("Words", "{bits}, {share} smaller").format(bits=said, share=percent(saved))
