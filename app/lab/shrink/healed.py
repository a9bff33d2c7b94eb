"""Versions that learn again from their original before they are made as small as is wanted."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.healing import Healing, in_words
from app.core.shrink.recipe import LEAVING_OUT, MatrixUse, Recipe, Step
from app.core.words.sentence import say
from app.lab.shrink.healing import check_can_learn, heal, original_of
from app.lab.shrink.sources import check_room, check_target
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.lab.shrink.making.means import Means, ShrinkResult

_LEARNS_IN = "F32"
_WEIGHT_BYTES = 4
# What the copy tells of what was done.
_DONE_BEFORE = ("dropped_layers", *LEAVING_OUT[1:])


def shrink_healed(
    shrink: Callable[..., ShrinkResult], source: Path, target: Path, recipe: Recipe, means: Means
) -> ShrinkResult:
    """Make ``target`` by way of a copy in F32 that lacks what is left out, and learns.

    Args:
        shrink: :func:`app.lab.shrink.making.shrink.shrink`, for the copy and for what is
            made of it.
        source: The original, or what was left out of it before.
        target: The file to write; must not be there yet.
        recipe: How; it says how much is learned.
        means: With what.

    Raises:
        PersonError: It cannot be done; nothing is left behind.
    """
    begin_ns = time.perf_counter_ns()
    check_target(target)
    if recipe.merge:
        raise PersonError(say("shrink.merge_before_healing"))
    if recipe.matrix_texts or not isinstance(recipe.matrix, MatrixUse):
        raise PersonError(say("shrink.healed_has_own_matrix"))
    model = open_model_file(source)
    original = open_model_file(original_of(model, means.library(), leaves_out=recipe.leaves_out))
    check_can_learn(original, means.room)
    folder = target.resolve().parent
    check_room(target, _WEIGHT_BYTES * model.parameters + model.file_bytes)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        student = Path(scratch, source.name)
        wishes = [field.name for field in fields(recipe)]
        in_full = replace(
            recipe,
            level=level_by_name(_LEARNS_IN),
            rules=(),
            # Of the original it tells what is to go, and no more: only where it does, one is made.
            matrix=MatrixUse.NONE if recipe.matrix is MatrixUse.NONE else MatrixUse.AUTO,
            requantizes=recipe.requantizes or recipe.copies,
            healing=None,
            **{wish: None for wish in wishes if wish.startswith("target_")},
        )
        left = shrink(source, student, in_full, means)
        learned = heal(
            student,
            original,
            recipe.healing or Healing(),
            threads=means.threads,
            room=means.room,
            on_progress=lambda done, total: means.on_step(Step.LEARNING, done, total),
        )
        made = shrink(
            student,
            target,
            replace(
                recipe,
                # Where types were to stay, the source's own.
                level=level_by_name(model.level_name) if recipe.copies else recipe.level,
                healing=None,
                **{each.name: each.default for each in fields(recipe) if each.name in LEAVING_OUT},
            ),
            # A matrix is of what it has learned now, and of no use later.
            replace(means, cache=Path(scratch), label=in_words(learned.windows)),
        )
    before = {
        name: getattr(left.recipe, name) for name in _DONE_BEFORE if hasattr(left.recipe, name)
    }
    done = msgspec.structs.replace(made.recipe, **before, healing=learned)
    helped = say(
        "shrink.learned",
        windows=str(learned.windows),
        before=f"{learned.kld_before:.4f}",
        after=f"{learned.kld_after:.4f}",
    )
    return replace(
        made,
        source=str(source),
        recipe=done,
        elapsed_ns=time.perf_counter_ns() - begin_ns,
        remarks=(*left.remarks, *made.remarks, helped),
    )
