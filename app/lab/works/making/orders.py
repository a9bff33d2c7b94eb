"""What a person ticks becomes orders: a file of its own for each version, in a good place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.family import ModelSource
from app.core.models.labels import level_in_name
from app.core.models.model_names import model_stem
from app.core.shrink.recipe import Recipe
from app.core.shrink.written import written
from app.lab.works.making.work import MakeOrder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.core.models.family import LibraryModel
    from app.lab.convert.originals import Original

_NO_SIGNS = re.compile(r"[^\w.+-]+")
_MOST_LETTERS = 80


def folder_for(source: Path, library: Sequence[LibraryModel], made: Path) -> Path:
    """Where versions of a model go by themselves: beside it, in a folder of the person's own.

    Folders of other programs are theirs.

    Args:
        source: The model.
        library: The models on this PC.
        made: The program's own folder for versions.
    """
    for each in library:
        if each.path == source and each.source is ModelSource.OWN_FOLDER:
            return source.parent
    return made


def order_for(
    source: Path,
    folder: Path,
    title: str,
    recipe: Recipe,
    expected_bytes: int = 0,
    taken: Collection[str] = (),
) -> MakeOrder:
    """The order for one version.

    Args:
        source: The model.
        folder: Where the file goes.
        title: What it is called in lists: ``Q4_K_M``.
        recipe: How it is made.
        expected_bytes: About its size.
        taken: Paths that other orders write.
    """
    adapters = [model_stem(Path(each.path).name) for each in recipe.merge]
    stem = stem_for(source.name, "-".join([*adapters, title]))
    title = " + ".join([title, *adapters])
    target = _free(folder, stem, taken)
    return MakeOrder(str(source), str(target), title, written(recipe), expected_bytes)


def order_to_convert(original: Original, folder: Path, taken: Collection[str] = ()) -> MakeOrder:
    """The order for a model file out of original weights, by what has to be downloaded first.

    Args:
        original: The weights.
        folder: Where the file goes.
        taken: Paths that other orders write.
    """
    stem = stem_for(_NO_SIGNS.sub("-", original.name), original.level)
    return MakeOrder(
        str(original.folder),
        str(_free(folder, stem, taken)),
        original.level,
        written(Recipe()),
        original.file_bytes,
        name=original.name,
        gets_converter=True,
    )


def _free(folder: Path, stem: str, taken: Collection[str]) -> Path:
    """A file that is not there, and that nobody else writes."""
    target, number = folder / f"{stem}.gguf", 2
    while target.exists() or str(target) in taken:
        target = folder / f"{stem}-{number}.gguf"
        number += 1
    return target


def stem_for(source_name: str, title: str) -> str:
    """A file's name for a version: the source's, with the version in place of its own level."""
    stem = model_stem(Path(source_name).name)
    level = level_in_name(source_name)
    if level is not None:
        at = stem.upper().replace("-", "_").rfind(level.upper().replace("-", "_"))
        if at > 0:
            stem = stem[:at].rstrip("-._") + stem[at + len(level) :]
    words = _NO_SIGNS.sub("-", title).strip("-")
    return f"{stem[:_MOST_LETTERS]}-{words}"
