"""What a screen reader hears of a ladder's plots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.core.candidates.shapes import letter_of
from app.core.ladder.questions import difference_of, share_of
from app.core.tasks.results import KindResult, KindVerdict
from app.ui.kit.words.format import divergence, points
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words
from app.ui.plots.ladder.content import (
    Content,
    Measure,
    ProfileContent,
    ScatterContent,
    SpreadContent,
    Version,
)

if TYPE_CHECKING:
    from app.core.plots.scatter import PlotPoint


def describe(content: Content) -> str:
    """The plot in sentences."""
    if content.empty is not None:
        return ". ".join(content.empty)
    if isinstance(content, ScatterContent):
        said = _scatter(content)
    elif isinstance(content, ProfileContent):
        said = _profile(content)
    else:
        said = _spread(content)
    return ". ".join(said) + "."


def _scatter(content: ScatterContent) -> list[str]:
    said = [_point(content, version, point) for version, point in content.points]
    if content.reference is not None:
        version, cost = content.reference
        said.append(
            translate("LadderPlots", "The original {0}: {1}").format(
                words.name_of(version), words.cost_words(content.cost, cost)
            )
        )
    said += words.floor_words(content.floor, (version for version, _ in content.points))
    if content.limit is not None:
        said.append(
            translate("LadderPlots", "You asked for: {0}").format(
                words.limit_words(content.cost, content.limit)
            )
        )
    if content.missing:
        said.append(words.missing_words(content.missing))
    return said


def _point(content: ScatterContent, version: Version, point: PlotPoint) -> str:
    cost = words.cost_with_swing(content.cost, point.x, point.across)
    text = f"{words.name_of(version)}: {cost}"
    loss = words.loss_words(content.loss, point.y)
    text += ", " + translate("LadderPlots", "{0} {1}").format(words.loss_name(content.loss), loss)
    if ends := words.ends_of(point, partial(words.loss_words, content.loss)):
        text += f" ({ends})"
    if content.by_way:
        text += f", {words.way_words(version.way)}"
    if version.file == content.recommended:
        text += ", " + translate("LadderPlots", "the one to run")
    return text


def _profile(content: ProfileContent) -> list[str]:
    said: list[str] = []
    for kind, cells in zip(content.kinds, content.cells, strict=True):
        if kind in content.unable:
            said.append(translate("LadderPlots", "{0}: the original cannot do this").format(kind))
            continue
        each = [
            _cell(content.measure, version, cell)
            for version, cell in zip(content.versions, cells, strict=True)
            if cell is not None
        ]
        said.append(f"{kind}: " + ", ".join(part for part in each if part))
    if content.waiting:
        said.append(words.missing_words(content.waiting))
    return said


def _cell(measure: Measure, version: Version, cell: KindResult) -> str:
    letter = letter_of(version.number)
    of, written = (difference_of, points)
    if measure is Measure.ACCURACY:
        of, written = (share_of, words.share)
    figure = of(cell)
    if figure is None:
        return ""
    text = f"{letter} {written(figure.number)}"
    if ends := words.ends_of(figure, written):
        text += f" ({ends})"
    if cell.verdict is KindVerdict.LOSES:
        text += " " + translate("LadderPlots", "loses")
    return text


def _spread(content: SpreadContent) -> list[str]:
    said = [
        translate("LadderPlots", "{0}: median {1}, mean {2}").format(
            words.name_of(version), divergence(median), divergence(mean)
        )
        for version, median, mean in zip(
            content.versions, content.medians, content.means, strict=True
        )
    ]
    said += words.floor_words(content.floor, content.versions)
    return said
