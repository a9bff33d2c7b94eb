"""Recipes on the disk: beside what was made by them, or wherever a person keeps them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.base.files import write_whole
from app.base.rights import give_usual_rights
from app.core.errors import PersonError
from app.core.models.family import LibraryModel
from app.core.models.model_file import ModelFile
from app.core.shrink.ways import Way, way_of_file
from app.core.shrink.written import ENDING, MOST_BYTES, Written, from_text, to_text
from app.core.words.sentence import say
from app.lab.models.named import data_in
from app.lab.shrink.matrices.texts import BUNDLED, HISTORY


def recipe_beside(model: Path) -> Path:
    """Where the recipe of a version lies."""
    return model.with_name(model.stem + ENDING)


def made_of(model: Path, library: Iterable[LibraryModel]) -> tuple[Written, Path | None] | None:
    """How a version was made, and where its source is now; None where no recipe lies beside it.

    Args:
        model: The version.
        library: Where the source is looked for: by its name and size.
    """
    beside = recipe_beside(model)
    if not beside.is_file():
        return None
    try:
        recipe = read_recipe(beside)
    except PersonError:
        return None  # somebody else's file of that name
    for each in library:
        if each.path.name == recipe.source and _first_bytes(each) == recipe.source_bytes:
            return recipe, each.path
    return recipe, None


def way_of(model: ModelFile) -> Way | None:
    """By which way a file was made, as its header says, and the recipe beside it."""
    beside = recipe_beside(model.path)
    recipe: Written | None = None
    with contextlib.suppress(PersonError):
        recipe = read_recipe(beside) if beside.is_file() else None
    return way_of_file(model, recipe)


def _first_bytes(model: LibraryModel) -> int:
    try:
        return model.path.stat().st_size
    except OSError:
        return -1


def read_recipe(path: Path) -> Written:
    """Read a recipe; a file that it names is looked for from where the recipe lies.

    Raises:
        PersonError: It cannot be read, or is none.
    """
    found = from_text(data_in(path, MOST_BYTES), path.name)
    folder = path.absolute().parent
    matrix = str(folder / found.matrix) if found.names_matrix else found.matrix
    texts = tuple(
        word if word in (BUNDLED, HISTORY) else str(folder / word) for word in found.matrix_texts
    )
    return msgspec.structs.replace(found, matrix=matrix, matrix_texts=texts)


def write_recipe(recipe: Written, path: Path) -> None:
    """Write a recipe, whole.

    Raises:
        PersonError: It cannot be written.
    """
    try:
        write_whole(path, to_text(recipe))
    except OSError as error:
        raise PersonError(
            say("shrink.not_copied", name=path.name, reason=error.strerror or str(error))
        ) from error
    give_usual_rights(path)
