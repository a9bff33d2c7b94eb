"""The importance matrix of a recipe: named, kept or made."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.shrink.recipe import MatrixUse, Step
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.lab.shrink.importance import kept_importance
from app.lab.shrink.matrices.kept import KeptMatrices, named_matrix, read_matrix
from app.lab.shrink.matrices.texts import MOST_READ_BYTES, calibration_of

if TYPE_CHECKING:
    from app.lab.shrink.making.means import Means
    from app.lab.shrink.making.underway import Underway


def get_matrix(work: Underway, means: Means) -> None:
    """Find the matrix that is asked for, or make one; go without where none is needed."""
    recipe, kept = work.recipe, KeptMatrices(means.cache)
    named = not isinstance(recipe.matrix, MatrixUse)
    if named:
        work.matrix_path = named_matrix(
            str(recipe.matrix), recipe.matrix_sha256, work.model.path, kept
        )
    elif recipe.takes_matrix:
        try:
            work.matrix_path = kept_importance(
                work.model.path,
                means.cache,
                calibration_of(recipe.matrix_texts, work.model, means.database, MOST_READ_BYTES),
                threads=means.threads,
                room=means.room,
                on_progress=lambda done, total: means.on_step(Step.WEIGHING, done, total),
                known_as=work.known_as,
            )
        except PersonError as error:
            needs = recipe.level is not None and recipe.level.needs_importance_matrix
            if needs or recipe.matrix_texts:
                raise
            work.remarks.append(say("shrink.without_matrix", reason=error.said))
    if work.matrix_path is None:
        return
    _, work.matrix = read_matrix(work.matrix_path, work.model.path)
    if named and not (work.known_as or kept.holds(work.matrix_path)):
        with contextlib.suppress(PersonError):  # only so that the recipe finds it later
            kept.take(work.matrix_path, work.model)
    if work.matrix.unused:
        work.remarks.append(
            say("shrink.experts_unseen", n=work.matrix.unused, all=work.matrix.of_experts)
        )


def matrix_name(work: Underway, means: Means) -> str:
    """What a matrix is called: nothing of this PC's folders, and of a kept one its text."""
    if work.matrix is None or work.matrix_path is None:
        return ""
    kept = KeptMatrices(means.cache).holds(work.matrix_path)
    texts = work.matrix.datasets if kept else ()
    return f"{file_name(texts[0])}.gguf" if texts else work.matrix_path.name
