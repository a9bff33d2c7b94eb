"""Which file of a repository to take, and of which level each is, by what their headers say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.memory.fit import LevelChoice, advise_level
from app.core.models.labels import told_level

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.core.words.sentence import Sentence
    from app.lab.predict.fit import Fit


def level_of(file: ListedFile, fit: Fit | None) -> str:
    """The level to show: of the file's name, unless its header is known and belies that.

    Returns:
        The level; empty where neither tells one.
    """
    if fit is None:
        return file.level or ""
    return told_level(file.level, fit.model.level_name, fit.model.bits_per_weight)


def recommended(
    known: Sequence[tuple[ListedFile, Fit]],
) -> tuple[ListedFile | None, Sentence | None]:
    """The file to take of those that are known, and the reason; nothing where none is known."""
    if not known:
        return None, None
    choices = [
        LevelChoice(
            level_of(file, fit) or file.name,
            fit.model.bits_per_weight,
            fit.needs.weights_bytes,
            fit.judgement.verdict,
        )
        for file, fit in known
    ]
    chosen = advise_level(choices)
    return None if chosen.index is None else known[chosen.index][0], chosen.reason
