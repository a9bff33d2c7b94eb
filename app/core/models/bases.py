"""Which models an adapter fits: by the shapes of their tensors, and by the name that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_fields

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.models.adapter_facts import AdapterError, check_shapes
from app.core.models.kinds import ModelKind
from app.core.models.layer_shapes import shape_among
from app.core.models.model_names import family_of

if TYPE_CHECKING:
    from app.core.models.family import Family, LibraryModel
    from app.core.models.model_file import ModelFile
    from app.core.words.sentence import Sentence

_NO_SIGNS = re.compile(r"[^a-z0-9]")


def is_adapter(model: LibraryModel) -> bool:
    """Whether a file of the library changes models instead of being one."""
    return model.model is not None and model.model.kind is ModelKind.ADAPTER


def check_base(adapter: ModelFile, base: ModelFile) -> None:
    """See that an adapter's file fits a model's.

    Raises:
        AdapterError: It does not; the sentence says why.
    """
    check_shapes(
        (adapter.path.name, adapter.architecture, adapter.shapes),
        (base.path.name, base.architecture),
        lambda name: shape_among(base.shapes, name, base.block_count),
    )


def fits(adapter: ModelFile, base: ModelFile) -> bool:
    """Whether an adapter can run on a model."""
    try:
        check_base(adapter, base)
    except AdapterError:
        return False
    return bool(adapter.shapes)


def made_for(adapter: ModelFile) -> str:
    """What an adapter's header calls the model that it was made for; empty where it does not."""
    return (adapter.base_model or "").rpartition("/")[2]


def bases_of(adapter: LibraryModel, found: Iterable[Family]) -> list[Family]:
    """The families that an adapter fits, what it was made for first.

    Every version of a family has the same shapes: the first that is sound speaks for all.
    """
    facts = adapter.model
    if facts is None:
        return []
    fitting = [
        family
        for family in found
        if (base := _first_sound(family)) is not None and fits(facts, base)
    ]
    return sorted(fitting, key=lambda family: not is_named(facts, family))


def is_named(adapter: ModelFile, family: Family) -> bool:
    """Whether an adapter says that it was made for a family."""
    wanted = _plain(made_for(adapter))
    names = {_plain(family.name), *(_plain(model.family_words) for model in family.models)}
    return bool(wanted) and wanted in names


def why_unfit(adapter: LibraryModel, found: Iterable[Family]) -> Sentence | None:
    """Why an adapter does not fit the family that it names; None where that is not here."""
    for family in found:
        base = _first_sound(family)
        if adapter.model is not None and base is not None and is_named(adapter.model, family):
            try:
                check_base(adapter.model, base)
            except AdapterError as error:
                return error.said
    return None


def fitting_adapters(models: Iterable[LibraryModel], base: ModelFile) -> list[LibraryModel]:
    """The adapters of the library that can run on a model, by their names."""
    found = [each for each in models if is_adapter(each) and each.model and fits(each.model, base)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.path))


def with_and_without(
    adapters: Sequence[LibraryModel], bases: Iterable[LibraryModel]
) -> list[Candidate]:
    """Each base that all of these adapters fit, by itself and with them."""
    added = tuple(Adapter(str(each.path)) for each in adapters)
    found: list[Candidate] = []
    for base in bases:
        if added and all(
            each.model and base.model and fits(each.model, base.model) for each in adapters
        ):
            alone = candidate_of(base.path)
            found += [alone, replace_fields(alone, adapters=added)]
    return found


def with_adapters(
    found: Sequence[Family], others: Sequence[LibraryModel]
) -> tuple[list[Family], list[LibraryModel]]:
    """Put adapters behind the versions of the one family that they fit, or were made for.

    Returns:
        The families, and what belongs to none, in the order in which it came.
    """
    below: dict[str, list[LibraryModel]] = {}
    left: list[LibraryModel] = []
    for each in others:
        bases = bases_of(each, found) if is_adapter(each) else []
        known = each.model is not None and bases and is_named(each.model, bases[0])
        if bases and (known or len(bases) == 1):
            below.setdefault(bases[0].key, []).append(each)
        else:
            left.append(each)
    return [
        replace(family, models=(*family.models, *below.get(family.key, ()))) for family in found
    ], left


def _first_sound(family: Family) -> ModelFile | None:
    sound = (each.model for each in family.models if each.is_language_model)
    return next((model for model in sound if model is not None), None)


def _plain(name: str) -> str:
    return _NO_SIGNS.sub("", family_of(name).casefold())
