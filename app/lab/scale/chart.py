"""What stands in the scaling chart: published models, and those of this PC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.family import families, shrink_order
from app.core.scale.points import Measured, ReadText, ScalePoint
from app.core.scale.published import PublishedModel, published_of

if TYPE_CHECKING:
    from app.core.models.family import Family, LibraryModel

Bits = Mapping[ReadText, Mapping[Path, Measured]]
"""What was measured here, by text and file."""


def published_points(published: Sequence[PublishedModel]) -> list[ScalePoint]:
    """A point for each published model."""
    return [ScalePoint(row.name, row, (), row.working, row.parameters) for row in published]


def points_of_chart(
    models: Sequence[LibraryModel], published: Sequence[PublishedModel], bits: Bits
) -> tuple[list[ScalePoint], list[str]]:
    """All points of the chart, those of this PC last so that they lie above the others.

    A model that is here takes its published point's place; of several families here that come
    from one published model, such as one tuned twice, each has a point of its own.

    Args:
        models: On this PC.
        published: What is known of training tokens.
        bits: What was measured here.

    Returns:
        The points, and names of the families here whose training tokens are not known.
    """
    rows = {
        model.path: row.name
        for model in (models if bits else ())
        if model.model is not None and (row := published_of(model.model, published))
    }
    text = widest_text(bits, rows)
    here: list[ScalePoint] = []
    unknown: list[str] = []
    for family in families(models):
        point = _point_of(family, published, text)
        if point is None:
            unknown.append(family.name)
        else:
            here.append(point)
    there = {point.published.name for point in here}
    rest = [point for point in published_points(published) if point.name not in there]
    return rest + here, unknown


def point_of_file(
    model: LibraryModel, published: Sequence[PublishedModel], measured: Measured | None
) -> ScalePoint | None:
    """The point of one file; None where its training tokens are not known."""
    row = published_of(model.model, published) if model.model is not None else None
    return None if row is None else _placed(model.name, row, [model], measured)


def widest_text(bits: Bits, names: Mapping[Path, str]) -> Mapping[Path, Measured]:
    """Of the texts that were read the one that most models read, and of such the longest.

    Args:
        bits: What was measured here.
        names: Of the models, by file; others do not count.
    """

    def worth(text: ReadText) -> tuple[int, int]:
        return len({names[path] for path in bits[text] if path in names}), text.chunks

    return bits[max(bits, key=worth)] if bits else {}


def _point_of(
    family: Family, published: Sequence[PublishedModel], bits: Mapping[Path, Measured]
) -> ScalePoint | None:
    sound = [model for model in family.models if model.model is not None and not model.why_not]
    sound.sort(key=shrink_order)
    row = next(
        (row for model in sound if model.model and (row := published_of(model.model, published))),
        None,
    )
    if row is None:
        return None
    measured = next((bits[model.path] for model in sound if model.path in bits), None)
    return _placed(family.name, row, sound, measured)


def _placed(
    name: str, row: PublishedModel, models: Sequence[LibraryModel], measured: Measured | None
) -> ScalePoint:
    # What was written twice, or left out, is not what was trained: the published size stands.
    point = ScalePoint(name, row, (), row.working, row.parameters, measured)
    left_out = any(model.model is not None and model.model.pruned for model in models)
    return replace(point, paths=tuple(model.path for model in models), left_out=left_out)
