"""How energy was taken: the tool tip of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.monitor.energy import Counted
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.ladder.results import SpeedFigures


def how_much_energy(test: SpeedFigures | None) -> str:
    """Of joules a token: what was counted, or why nothing was."""
    if test is None:
        return ""
    if test.joules_per_token is None:
        return translate("LadderHow", "The system does not tell what energy was used.")
    names = {
        Counted.PACKAGE.value: translate("LadderHow", "the whole processor package"),
        Counted.GPU.value: translate("LadderHow", "NVIDIA GPUs"),
    }
    counted = ", ".join(names.get(each, each) for each in test.energy_of)
    words = translate("LadderHow", "Counted: {what}; other programs included.")
    return words.format(what=counted)
