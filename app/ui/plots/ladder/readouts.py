"""The values at a place of a plot: of versions at one point, of all at one kind of questions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.core.candidates.shapes import letter_of
from app.core.ladder.plotted import Cost, Loss
from app.core.ladder.questions import difference_of, share_of
from app.core.tasks.results import KindResult, KindVerdict
from app.ui.kit.words.format import MISSING, UNKNOWN, Quantity, count, points
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words
from app.ui.plots.words import Readout, ReadoutRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.plots.scatter import PlotPoint
    from app.ui.plots.ladder.content import ProfileContent, ScatterContent, Version


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
    if content.by_way:
        title = translate("LadderPlots", "Memory and right answers")
    columns = (cost_name, words.loss_name(content.loss), translate("LadderPlots", "95 % interval"))
    rows = tuple(_row(content, version, point) for version, point in here)
    if not rows and content.reference is not None:
        version, cost = content.reference
        values = (words.cost_words(content.cost, cost), UNKNOWN, UNKNOWN)
        rows = (words.readout_row(version, values),)
    return Readout(title, columns, rows, tuple(_place_notes(content, here)))


def _row(content: ScatterContent, version: Version, point: PlotPoint) -> ReadoutRow:
    cost = words.cost_with_swing(content.cost, point.x, point.across)
    written = partial(words.loss_words, content.loss)
    between = Quantity(words.ends_of(point, written) or MISSING)
    return words.readout_row(version, (cost, written(point.y), between))


def _place_notes(content: ScatterContent, here: Sequence[tuple[Version, PlotPoint]]) -> list[str]:
    versions = [version for version, _ in here]
    notes: list[str] = []
    if not versions and content.reference is not None:
        versions = [content.reference[0]]
        notes.append(translate("LadderPlots", "The original; what is lost is counted from it"))
    if content.by_way:
        notes += [words.way_words(version.way) for version in versions]
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


def profile_readout(content: ProfileContent, line: int) -> Readout:
    """The values in one line of the plot."""
    kind, cells = content.kinds[line], content.cells[line]
    columns = (
        translate("LadderPlots", "right"),
        translate("LadderPlots", "difference"),
        translate("LadderPlots", "95 % interval"),
    )
    rows = tuple(
        words.readout_row(version, _kind_values(cell))
        for version, cell in zip(content.versions, cells, strict=True)
    )
    asked = max((cell.counts.total for cell in cells if cell), default=0)
    title = translate("LadderPlots", "{0}: {1} questions").format(kind, count(asked))
    return Readout(title, columns, rows, tuple(_kind_notes(content, line)))


def _kind_notes(content: ProfileContent, line: int) -> list[str]:
    notes: list[str] = []
    cells = content.cells[line]
    if content.kinds[line] in content.unable:
        notes.append(translate("LadderPlots", "The original cannot do this"))
    for word, verdict in (
        (translate("LadderPlots", "Loses: {0}"), KindVerdict.LOSES),
        (translate("LadderPlots", "Better: {0}"), KindVerdict.GAINS),
        (translate("LadderPlots", "As good: {0}"), KindVerdict.AS_GOOD),
        (translate("LadderPlots", "Cannot tell yet: {0}"), KindVerdict.CANNOT_TELL),
    ):
        named = [
            letter_of(version.number)
            for version, cell in zip(content.versions, cells, strict=True)
            if cell and cell.verdict is verdict and not version.is_reference
        ]
        if named:
            notes.append(word.format(", ".join(named)))
    if any(cell and cell.hint for cell in cells):
        notes.append(translate("LadderPlots", "A hint: fewer than 200 questions"))
    return notes


def _kind_values(cell: KindResult | None) -> tuple[Quantity, ...]:
    share = share_of(cell) if cell is not None else None
    if cell is None or share is None:
        return (UNKNOWN,) * 3
    right, apart = words.share(share.number), difference_of(cell)
    if apart is None:
        return right, UNKNOWN, Quantity(words.ends_of(share, words.share) or MISSING)
    return right, points(apart.number), Quantity(words.ends_of(apart, points) or MISSING)
