"""What a file's header says of what was left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.models.model_file import ModelFile
from app.core.shrink.sparsity import in_words
from app.core.words import figures

if TYPE_CHECKING:
    from app.core.shrink.cutting import Cut

_MOST_BYTES = 127
"""What llama.cpp's quantizer takes of a text."""


def pruned_label(first: str, model: ModelFile, cut: Cut, sparsity: float | str | None) -> str:
    """All that lacks, and what else is to be said of it; empty where nothing is.

    Args:
        first: What is said before all else; empty for nothing.
        model: The source; what it says of itself comes next.
        cut: What goes.
        sparsity: How many of the weights that stay are zero.
    """
    said = [each for each in (first, model.pruned) if each]
    layers = len(said)
    if cut.layers:
        said.append(f"layers {_ranges(cut.layers)} of {model.block_count} left out")
    if cut.channels:
        stays = sum(int(each.sum()) for each in cut.channels.values())
        whole = sum(len(each) for each in cut.channels.values())
        said.append(f"{figures.share(1 - stays / whole)} of the feed-forward left out")
    if cut.experts:
        stays = next(iter(cut.experts.values()))
        said.append(f"{len(stays) - int(stays.sum())} of {len(stays)} experts left out")
    if sparsity is not None:
        said.append(in_words(sparsity))
    if cut.layers and len("; ".join(said).encode()) > _MOST_BYTES:
        said[layers] = f"{len(cut.layers)} of {model.block_count} layers left out"
    return "; ".join(said)


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, with three and more in a row as one."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = [f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(said)
