"""Which model sees with which projector: by where both lie, by names, and by widths."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.models.family import Family, LibraryModel, ModelSource
from app.core.models.kinds import ModelKind
from app.core.models.model_names import family_of, model_stem

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

PREFERRED = ("F16", "BF16", "Q8_0")
"""Levels of projectors. Halves are what they are made in; eight bits lose nothing that is seen, 32
only take memory."""
_OLLAMA = " projector"
_ITS_OWN_WORDS = re.compile(r"mmproj|projector|vision|model", re.IGNORECASE)
_NO_SIGNS = re.compile(r"[^a-z0-9]")
_TELLING_LETTERS = 4


def is_projector(model: LibraryModel) -> bool:
    """Whether a file of the library lets a model see instead of being one."""
    return model.model is not None and model.model.kind is ModelKind.PROJECTOR


def with_projectors(models: Sequence[LibraryModel]) -> tuple[LibraryModel, ...]:
    """The same files; those that have a projector beside them know it."""
    eyes = [model for model in models if is_projector(model)]
    if not eyes:
        return tuple(models)
    families: dict[str, set[str]] = defaultdict(set)
    for model in models:
        if model.model is not None and model.is_language_model:
            families[_place(model)].add(model.model.family_key)
    return tuple(
        replace(model, projector=chosen.path)
        if (chosen := _beside(model, eyes, alone=len(families[_place(model)]) == 1))
        else model
        for model in models
    )


def fitting_projectors(models: Iterable[LibraryModel], base: ModelFile) -> list[LibraryModel]:
    """The projectors of the library that are made for models of this width, by their names."""
    found = [each for each in models if is_projector(each) and _is_wide(each, base)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.path))


def below_their_models(
    found: Sequence[Family], others: Sequence[LibraryModel]
) -> tuple[list[Family], list[LibraryModel]]:
    """Put projectors behind the versions of the first family that sees with them.

    Returns:
        The families, and what belongs to none, in the order in which it came.
    """
    left, shown = list(others), list[Family]()
    for family in found:
        eyes = {model.projector for model in family.models}
        own = [each for each in left if each.path in eyes]
        left = [each for each in left if each not in own]
        shown.append(replace(family, models=(*family.models, *own)))
    return shown, left


def _beside(
    model: LibraryModel, eyes: Sequence[LibraryModel], *, alone: bool
) -> LibraryModel | None:
    """The projector that belongs to a model; ``alone`` where only its family lies there."""
    base = model.model
    if base is None or not model.is_language_model:
        return None
    if model.source is ModelSource.OLLAMA:
        # All of its files lie in one folder; it says itself what belongs together.
        return next((eye for eye in eyes if eye.name == f"{model.name}{_OLLAMA}"), None)
    near = [eye for eye in eyes if _place(eye) == _place(model)]
    if not alone:
        near = [eye for eye in near if _is_named(eye, model) and _is_wide(eye, base)]
    # Some old projectors give the width of something else: where none fits, one alone does.
    fitting = [eye for eye in near if _is_wide(eye, base)] or near
    return min(fitting, key=_rank, default=None)


def _place(model: LibraryModel) -> str:
    return f"{model.repository}@{model.commit}" if model.repository else str(model.path.parent)


def _is_wide(eye: LibraryModel, base: ModelFile) -> bool:
    width = eye.model.embedding_length if eye.model is not None else 0
    return width in (0, base.embedding_length)


def _is_named(eye: LibraryModel, model: LibraryModel) -> bool:
    own = _plain(_ITS_OWN_WORDS.sub("", model_stem(eye.path.name)))
    names = map(_plain, (model.family_words, model_stem(model.path.name)))
    return len(own) >= _TELLING_LETTERS and any(own in name or name in own for name in names)


def _rank(eye: LibraryModel) -> tuple[int, int, str]:
    level = eye.model.level_name if eye.model is not None else ""
    place = PREFERRED.index(level) if level in PREFERRED else len(PREFERRED)
    return place, eye.file_bytes, eye.path.name


def _plain(name: str) -> str:
    return _NO_SIGNS.sub("", family_of(name))
