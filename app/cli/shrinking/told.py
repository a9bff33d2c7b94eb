"""A version that was made, as one JSON document and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.core.candidates.notation import typed_adapter
from app.core.shrink.mixtures import ChosenBy, relative_weights
from app.core.words import figures

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.core.shrink.recipe import Done
    from app.lab.shrink.making.means import ShrinkResult

_CHOSEN_BY = {
    ChosenBy.PROBED: "by what an error in each part does to this model",
    ChosenBy.WEIGHED: "by what errors in such parts usually do",
    ChosenBy.OWN: "as llama.cpp's own mixture, filled up to the size",
    ChosenBy.ENDS_MORE: "with the first and the last matrix kept better than usual",
    ChosenBy.ENDS_LESS: "with the first and the last matrix kept less than usual",
}


def document(made: ShrinkResult) -> dict[str, object]:
    """The command's JSON document."""
    return {
        "source": made.source,
        "target": made.target,
        "level": made.level,
        "file_bytes": made.file_bytes,
        "bits_per_weight": made.bits_per_weight,
        "zero_fraction": made.zero_fraction,
        "recipe": msgspec.to_builtins(made.recipe),
        "elapsed_ns": made.elapsed_ns,
    }


def show(made: ShrinkResult, console: Console) -> None:
    """What was made, and by which choice."""
    console.text(
        f"{made.target}: {made.level}, {figures.size(made.file_bytes)}, "
        f"{made.bits_per_weight:.2f} bits a weight, in {figures.duration(made.elapsed_ns)}."
    )
    if made.recipe.merged:
        console.text(f"Merged: {', '.join(map(typed_adapter, made.recipe.merged))}.")
    if made.pruned:
        console.text(f"Pruned: {made.pruned}.")
    if made.recipe.sparsity is not None:
        console.text(
            f"{figures.share(made.zero_fraction, 1)} of all weights are zero. In these formats "
            "that saves neither bytes nor time."
        )
    types = ", ".join(f"{count} of {name}" for name, count in made.recipe.tensors.items())
    console.text(f"Tensors: {types}.")
    if made.recipe.parts:
        _show_chosen(made.recipe, console)


def _show_chosen(done: Done, console: Console) -> None:
    """Which parts got which types, and why; what else was measured."""
    console.text("")
    console.table(
        ("part", "types", "bits a weight", "size", "an error counts", "of what is lost"),
        [
            (
                part.part,
                ", ".join(f"{count} {kind}" for kind, count in part.types.items()),
                figures.number(8 * part.n_bytes / max(1, part.elements), 2),
                figures.size(part.n_bytes),
                f"{figures.significant(weight, 2)} times",
                figures.share(part.loss_share, 0),
            )
            for part, weight in zip(done.parts, relative_weights(done.parts), strict=True)
        ],
        left=("part", "types"),
    )
    if done.chosen_by is not None:
        console.text(f"Chosen {_CHOSEN_BY[done.chosen_by]}.")
    if done.tried:
        console.table(
            ("mixture", "size", "mean KL divergence"),
            [
                (_CHOSEN_BY[each.chosen_by], figures.size(each.file_bytes), f"{each.mean_kld:.5f}")
                for each in sorted(done.tried, key=lambda one: one.mean_kld)
            ],
            left=("mixture",),
        )
