"""How far a reference is from itself, and which versions are no further from it.

llama.cpp reads a prompt in slices and writes an answer token by token, with other kernels, which
round otherwise. The noise floor is the same reference over the same text both ways. Below it
nothing can be told from what rounding alone makes of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from app.core.words.figures import share, significant
from app.core.words.sentence import worded

NO_FURTHER = worded("verdict.no_further_reference_than_reference")
AT_FLOOR = worded("verdict.noise_floor")
_FIGURES = (
    *("positions", "mean_kld", "mean_kld_low", "mean_kld_high", "max_kld"),
    *("same_top", "same_top_low", "same_top_high"),
)

Figures: TypeAlias = Mapping[str, float | int | None]


def floor_of(figures: Figures) -> dict[str, float | int | None]:
    """What is told of the floor, by the names of the command line's contract."""
    return {name: figures.get(name) for name in _FIGURES}


def floor_sentence(floor: Figures | None) -> str:
    """The floor in words; empty where it was not measured."""
    mean, top = (floor.get("mean_kld"), floor.get("same_top")) if floor else (None, None)
    if mean is None:
        return ""
    kld = significant(mean, 2)
    if top is None:
        return worded("verdict.noise_floor_reference_against_itself_2", kld=kld)
    same = str(share(top, 2))
    return worded("verdict.noise_floor_reference_against_itself", kld=kld, same=same)


def at_once_sentence(at_once: int, rounding: float | None) -> str:
    """What answering several questions at once changes, beside the floor; empty where nothing."""
    if at_once <= 1 or rounding is None:
        return ""
    kld = significant(rounding, 2)
    return worded("verdict.questions_at_once", count=at_once, kld=kld)


def is_at_floor(figures: Figures, floor: Figures | None) -> bool | None:
    """Whether a candidate's divergence is not certainly above the floor's.

    The lower end of its interval counts: it reaches down to the floor's mean, or below. None where
    either was not measured.
    """
    mean, least = figures.get("mean_kld"), floor.get("mean_kld") if floor is not None else None
    if mean is None or least is None:
        return None
    low = figures.get("mean_kld_low")
    return (mean if low is None else low) <= least
