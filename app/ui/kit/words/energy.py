"""What was counted of energy, in words."""

from __future__ import annotations

from collections.abc import Sequence

from app.monitor.energy import Counted
from app.ui.kit.words.text import translate


def counted_words(energy_of: Sequence[str]) -> str:
    """Whose energy it is; the system counts all programs, which is said with it."""
    names = {
        Counted.PACKAGE.value: translate("Energy", "the whole processor package"),
        Counted.GPU.value: translate("Energy", "NVIDIA GPUs"),
    }
    counted = ", ".join(names.get(each, each) for each in energy_of)
    return translate("Energy", "{what}; other programs included").format(what=counted)
