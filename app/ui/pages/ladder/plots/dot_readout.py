"""The values at a place of a plot of a cost against a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.candidates.shapes import colour_of, letter_of
from app.core.ladder.plotted import Cost, Loss
from app.ui.kit.words.format import UNKNOWN, Quantity
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.plots import words
from app.ui.plots.words import Readout, ReadoutRow

if TYPE_CHECKING:
    from app.core.plots.scatter import PlotPoint
    from app.ui.pages.ladder.plots.content import ScatterContent, Version


def scatter_readout(content: ScatterContent, here: Sequence[tuple[Version, PlotPoint]]) -> Readout:
    """What is known of the versions at a place.

    Args:
        content: The whole plot.
        here: The points at this place, several where they are the same in both; none at the
            reference's line.
    """
    title = translate("LadderPlots", "Memory and what is lost")
    cost_name = translate("LadderPlots", "memory")
    if content.cost is Cost.SPEED:
        title, cost_name = (
            translate("LadderPlots", "Speed and what is lost"),
            translate("LadderPlots", "speed"),
        )
    columns = (cost_name, words.loss_name(content.loss), translate("LadderPlots", "95 % interval"))
    rows = tuple(_row(content, version, point) for version, point in here)
    if not rows and content.reference is not None:
        version, cost = content.reference
        values = (words.cost_words(content.cost, cost), UNKNOWN, UNKNOWN)
        rows = (_of(version, values),)
    return Readout(title, columns, rows, tuple(_notes(content, here)))


def _row(content: ScatterContent, version: Version, point: PlotPoint) -> ReadoutRow:
    cost = words.cost_with_swing(content.cost, point.x, point.across)
    between = UNKNOWN
    if point.low is not None and point.high is not None:
        ends = (words.loss_words(content.loss, end) for end in (point.low, point.high))
        between = Quantity(words.interval_words(*ends))
    return _of(version, (cost, words.loss_words(content.loss, point.y), between))


def _of(version: Version, values: tuple[Quantity, ...]) -> ReadoutRow:
    return ReadoutRow(letter_of(version.number), version.name, colour_of(version.number), values)


def _notes(content: ScatterContent, here: Sequence[tuple[Version, PlotPoint]]) -> list[str]:
    versions = [version for version, _ in here]
    notes: list[str] = []
    if not versions and content.reference is not None:
        versions = [content.reference[0]]
        notes.append(translate("LadderPlots", "The original; what is lost is counted from it"))
    files = {version.file for version in versions}
    if content.recommended in files:
        notes.append(translate("LadderPlots", "The one to run by your limits"))
    notes += words.floor_words(content.floor, versions)
    if content.loss is Loss.BITS and any(point.low is not None for _, point in here):
        notes.append(
            translate("LadderPlots", "The interval is that of the difference from the original")
        )
    if content.predicted & files:
        notes.append(translate("LadderPlots", "Memory as predicted; it was not measured"))
    if any(version.failed for version in versions):
        notes.append(translate("LadderPlots", "Not everything could be measured; its row says why"))
    if here:
        notes.append(translate("LadderPlots", "Double-click opens it in Compare"))
    return notes
