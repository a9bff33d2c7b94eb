"""How energy was taken: the tool tip of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.words.energy import counted_words
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.ladder.results import SpeedFigures


def how_much_energy(test: SpeedFigures | None) -> str:
    """Of joules a token: what was counted, or why nothing was."""
    if test is None:
        return ""
    if test.joules_per_token is None:
        return translate("LadderHow", "The system does not tell what energy was used.")
    return translate("LadderHow", "Counted: {what}.").format(what=counted_words(test.energy_of))
