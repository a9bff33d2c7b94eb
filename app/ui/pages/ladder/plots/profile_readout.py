"""What is known of all candidates at one kind of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.shapes import colour_of, letter_of
from app.core.ladder.row import difference_of, share_of
from app.core.tasks.results import KindResult, KindVerdict
from app.ui.kit.words.format import UNKNOWN, Quantity, count, percent, points
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.plots import words
from app.ui.plots.words import Readout, ReadoutRow

if TYPE_CHECKING:
    from app.ui.pages.ladder.plots.content import ProfileContent


def profile_readout(content: ProfileContent, line: int) -> Readout:
    """The values in one line of the plot."""
    kind, cells = content.kinds[line], content.cells[line]
    columns = (
        translate("LadderPlots", "right"),
        translate("LadderPlots", "difference"),
        translate("LadderPlots", "95 % interval"),
    )
    rows = tuple(
        ReadoutRow(
            letter_of(version.number), version.name, colour_of(version.number), _values(cell)
        )
        for version, cell in zip(content.versions, cells, strict=True)
    )
    asked = max((cell.counts.total for cell in cells if cell), default=0)
    title = translate("LadderPlots", "{0}: {1} questions").format(kind, count(asked))
    return Readout(title, columns, rows, tuple(_notes(content, line)))


def _notes(content: ProfileContent, line: int) -> list[str]:
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


def _values(cell: KindResult | None) -> tuple[Quantity, ...]:
    share = share_of(cell) if cell is not None else None
    if cell is None or share is None:
        return (UNKNOWN,) * 3
    right, apart = Quantity(percent(share.number)), difference_of(cell)
    if apart is None:
        low, high = share.low, share.high
        between = UNKNOWN
        if low is not None and high is not None:
            between = Quantity(words.share_interval(low, high))
        return right, UNKNOWN, between
    difference, between = points(apart.number), UNKNOWN
    if apart.low is not None and apart.high is not None:
        ends = (apart.low, apart.high)
        between = Quantity(words.points_interval(*ends))
    return right, difference, between
