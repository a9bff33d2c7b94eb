"""Models of this PC at equal memory: what their files need, and which two to begin with."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS
from app.core.memory.estimate import estimated_needs
from app.core.scale.pairs import Sized, equal_pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from app.core.models.family import LibraryModel
    from app.core.scale.points import ScalePoint

_MOST_TRIES = 20


def sized(point: ScalePoint, models: Mapping[Path, LibraryModel]) -> list[Sized]:
    """What each file of a model needs with a usual context, by its header alone.

    Args:
        point: The model.
        models: Those of this PC.
    """
    found: list[Sized] = []
    for path in point.paths:
        model = models.get(path)
        if model is None or model.model is None:
            continue
        context = min(DEFAULT_CONTEXT_TOKENS, model.model.context_length or 1 << 30)
        needed = estimated_needs(model.model, context).total_bytes
        found.append(Sized(path, model.label, point.total_parameters, needed))
    return found


def likely_pair(
    points: Sequence[ScalePoint], models: Mapping[Path, LibraryModel], limit_bytes: int
) -> tuple[str, ...]:
    """Names of two models of different sizes of which a pair is found, as far as few tries tell.

    Args:
        points: Models of this PC.
        models: Their files.
        limit_bytes: What models may have of this PC's memory.

    Returns:
        Any two, where none are found; fewer where there are no two.
    """
    tries = itertools.islice(itertools.combinations(points, 2), _MOST_TRIES)
    apart = [two for two in tries if two[0].total_parameters != two[1].total_parameters]
    known: dict[str, list[Sized]] = {}
    for two in apart:
        for point in two:
            if point.name not in known:
                known[point.name] = sized(point, models)
        if equal_pair(known[two[0].name], known[two[1].name], limit_bytes):
            return tuple(point.name for point in two)
    return tuple(point.name for point in (*apart, points[:2])[0])
