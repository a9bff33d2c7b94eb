"""What the name of a version says, in plain words."""

from __future__ import annotations

from app.core.models.levels import LEVELS
from app.ui.kit.words.format import number, percent
from app.ui.kit.words.glossary import word_of
from app.ui.kit.words.text import translate

_ORIGINAL_BITS = 16.0
_BY_NAME = {level.name: level for level in LEVELS}
# Entries of the glossary that are about one level, or about several.
_WORDS = {"F16": "full", "BF16": "full", "F32": "full", "TQ1_0": "tq1_0", "TQ2_0": "tq1_0"} | {
    name: name.lower() for name in ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K")
}


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


def level_meaning(name: str) -> str:
    """What to expect of a level, as the glossary has it; empty where it has nothing."""
    key = _WORDS.get(name) or ("iq" if name.startswith("IQ") else "")
    return word_of(key).meaning if key else ""
