"""What a recipe leaves out before anything is quantized."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.model_file import ModelFile
from app.core.shrink.importance import to_bytes
from app.core.shrink.layers import says_by_layer
from app.core.shrink.recipe import Recipe, Step
from app.lab.shrink.inspecting import stored_tensors
from app.lab.shrink.left_out.cutting import channels_that_stay, experts_that_stay
from app.lab.shrink.left_out.dropping import dropped_layers
from app.lab.shrink.left_out.pruning import Pruning, write_pruned
from app.lab.shrink.sources import check_room

if TYPE_CHECKING:
    from app.lab.shrink.making.means import Means
    from app.lab.shrink.making.underway import Underway


def layers_that_go(model: ModelFile, recipe: Recipe, means: Means) -> tuple[int, ...]:
    """The layers that a recipe leaves out, chosen by their influence where it names a number."""
    if not recipe.drop_layers:
        return ()
    return dropped_layers(
        model.path,
        recipe.drop_layers,
        means.cache,
        threads=means.threads,
        room=means.room,
        on_progress=lambda done, total: means.on_step(Step.COMPARING_LAYERS, done, total),
    )


def decide_cut(work: Underway, means: Means) -> None:
    """Decide which channels and experts go, where some are to."""
    recipe = work.recipe
    if recipe.width is not None:
        channels = channels_that_stay(
            work.shards,
            recipe.width,
            work.matrix,
            lambda done, total: means.on_step(Step.MEASURING, done, total),
        )
        work.cut = replace(work.cut, channels=channels)
    if recipe.experts:
        experts = experts_that_stay(
            work.model,
            work.shards,
            recipe.experts,
            means.cache,
            threads=means.threads,
            room=means.room,
            on_progress=lambda done, total: means.on_step(Step.COUNTING_EXPERTS, done, total),
        )
        work.cut = replace(work.cut, experts=experts)


@contextlib.contextmanager
def without_what_goes(work: Underway, target: Path, means: Means) -> Generator[None]:
    """Let what is read be a copy without what goes, where the quantizer cannot leave it out."""
    cut, sparsity = work.cut, work.recipe.sparsity
    by_hand = cut.layers and says_by_layer(work.shards[0].header)
    if not (cut.channels or cut.experts or by_hand or sparsity is not None):
        yield
        return
    check_room(target, 2 * work.model.file_bytes)
    folder = target.resolve().parent
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        if work.matrix is not None:
            tensors = [info for shard in work.shards for info in shard.header.tensors]
            matrix = cut.matrix(work.matrix, tensors)
            work.matrix, work.matrix_of_rest = matrix, Path(scratch, "matrix.gguf")
            work.matrix_of_rest.write_bytes(to_bytes(matrix))
        work.read_path, work.is_copy = Path(scratch, "pruned.gguf"), True
        write_pruned(
            work.shards,
            work.read_path,
            Pruning(cut, sparsity, work.matrix),
            lambda done, total: means.on_step(Step.PRUNING, done, total),
        )
        work.tensors = {info.name: (info, there) for info, there in stored_tensors(work.read_path)}
        yield
