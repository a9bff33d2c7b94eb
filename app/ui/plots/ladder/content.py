"""What each plot of a ladder shows, ready to be laid out; equal contents need no repaint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from app.core.ladder.plotted import LOSSES, Cost, Loss, points_of
from app.core.ladder.questions import difference_of
from app.core.ladder.results import StepKind
from app.core.quality.histogram import EDGES
from app.core.shrink.ways import Way
from app.core.tasks.results import KindResult, KindVerdict
from app.core.text.clean import clean_line
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.plots.ladder.words import (
    no_cost,
    no_ladder,
    no_loss,
    no_loss_told,
    no_tasks,
    no_ways,
)

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.plots.scatter import PlotPoint
    from app.lab.verdict.view import LadderView


class PlotKind(Enum):
    """What one plot can show."""

    MEMORY = "memory"
    SPEED = "speed"
    TASKS = "tasks"
    SPREAD = "spread"
    WAYS = "ways"

    @property
    def title(self) -> str:
        """Its name in a list to choose from."""
        return {
            PlotKind.MEMORY: translate("LadderPlots", "Memory"),
            PlotKind.SPEED: translate("LadderPlots", "Speed"),
            PlotKind.TASKS: translate("LadderPlots", "Kind by kind"),
            PlotKind.SPREAD: translate("LadderPlots", "Spread of drift"),
            PlotKind.WAYS: translate("LadderPlots", "Ways of shrinking"),
        }[self]

    @property
    def long_title(self) -> str:
        """Its name where nothing else tells what it shows."""
        return {
            PlotKind.MEMORY: translate("LadderPlots", "Memory against what is lost"),
            PlotKind.SPEED: translate("LadderPlots", "Speed against what is lost"),
            PlotKind.TASKS: translate("LadderPlots", "Right answers, kind by kind"),
            PlotKind.SPREAD: translate("LadderPlots", "Spread of drift"),
            PlotKind.WAYS: translate("LadderPlots", "Memory against right answers, way by way"),
        }[self]


class Measure(Enum):
    """What the plot of tasks shows of each kind."""

    DIFFERENCE = "difference"
    ACCURACY = "accuracy"


@dataclass(frozen=True, slots=True)
class Options:
    """What the person chose to see."""

    loss: Loss = Loss.TASKS
    measure: Measure = Measure.DIFFERENCE


@dataclass(frozen=True, slots=True)
class Version:
    """A candidate as plots name it.

    Attributes:
        number: Its place: letter, colour and shape.
        failed: It could not be measured, or not all of it.
        refused: It has no divergence from this reference.
        untold: Its server, or the original's, does not tell what the plot shows.
        at_floor: It is no further from the original than the original from itself.
        way: How it came to need less than the original.
    """

    file: str
    name: str
    number: int
    is_reference: bool
    failed: bool
    refused: bool = False
    untold: bool = False
    at_floor: bool = False
    way: Way | None = None

    @classmethod
    def of(cls, row: Row) -> Version:
        """Without the view."""
        return cls(
            row.key,
            clean_line(told(row.name)),
            row.number,
            row.is_reference,
            row.error is not None,
            at_floor=row.at_floor is True,
            way=row.way,
        )


@dataclass(frozen=True, slots=True)
class ScatterContent:
    """A cost against a loss.

    Attributes:
        points: What is known of both, and whose it is.
        predicted: Files whose needed memory was predicted, not measured.
        recommended: The file to run.
        limit: Of the cost, by the person.
        tolerance: Of the loss at tasks, in points, by the person.
        floor: The noise floor of divergences, in nats.
        reference: Its cost, where it has no loss of this sort.
        missing: Those that are not in the plot.
        empty: A sentence where there are no points; with its reason.
        by_way: Marks are those of the ways of shrinking, not of the candidates.
    """

    cost: Cost
    loss: Loss
    points: tuple[tuple[Version, PlotPoint], ...]
    predicted: frozenset[str]
    recommended: str | None
    limit: float | None
    tolerance: float | None
    floor: float | None
    reference: tuple[Version, float] | None
    missing: tuple[Version, ...]
    empty: tuple[str, str] | None
    by_way: bool = False

    @property
    def ways(self) -> tuple[Way | None, ...]:
        """Whose marks are in the plot, each once; None for the original."""
        shown = {version.way for version, _ in self.points} if self.by_way else set()
        return tuple(way for way in (None, *Way) if way in shown)


@dataclass(frozen=True, slots=True)
class ProfileContent:
    """Kinds of questions by candidates.

    Attributes:
        cells: A line for each kind, the largest losses first; all questions together above them.
        versions: The columns.
        waiting: Those that were not asked yet, or failed.
        asked_kinds: Without the line of all together.
    """

    measure: Measure
    versions: tuple[Version, ...]
    cells: tuple[tuple[KindResult | None, ...], ...]
    kinds: tuple[str, ...]
    unable: frozenset[str]
    tolerance: float
    waiting: tuple[Version, ...]
    empty: tuple[str, str] | None
    asked_kinds: int = 0


@dataclass(frozen=True, slots=True)
class SpreadContent:
    """How the divergences of positions are spread.

    Attributes:
        counts: For each version, as ``core.quality.histogram`` counts.
        medians: In nats.
        floor: The noise floor, in nats.
    """

    versions: tuple[Version, ...]
    counts: tuple[tuple[int, ...], ...]
    medians: tuple[float | None, ...]
    means: tuple[float | None, ...]
    edges: tuple[float, ...]
    floor: float | None
    empty: tuple[str, str] | None


Content = ScatterContent | ProfileContent | SpreadContent


def content_of(kind: PlotKind, view: LadderView | None, options: Options) -> Content:
    """What a plot shows of a ladder; None is no ladder at all."""
    if kind is PlotKind.TASKS:
        return _profile(view, options.measure)
    if kind is PlotKind.SPREAD:
        return _spread(view)
    if kind is PlotKind.WAYS:
        return _by_way(view)
    cost = Cost.MEMORY if kind is PlotKind.MEMORY else Cost.SPEED
    return _scatter(view, cost, options.loss)


def usual_loss(view: LadderView) -> Loss:
    """The loss to begin with: the first that anything is known of."""
    others = [row for row in view.rows if not row.is_reference]
    known = [loss for loss in LOSSES if any(loss.of(row) is not None for row in others)]
    if known:
        return known[0]
    return Loss.DIVERGENCE if view.plan.text_name and not view.plan.items_name else Loss.TASKS


def _scatter(view: LadderView | None, cost: Cost, loss: Loss) -> ScatterContent:
    if view is None or not view.rows:
        nothing = no_ladder()
        return ScatterContent(
            cost, loss, (), frozenset(), None, None, None, None, None, (), nothing
        )
    rows = [row for row in view.rows if cost.of(row) and loss.of(row)]
    points = points_of(view.rows, cost, loss)
    limits = view.limits
    limit = limits.memory_bytes if cost is Cost.MEMORY else limits.least_tokens_per_second
    beside = [
        (Version.of(row), found.number)
        for row in view.rows
        if row.is_reference and loss.of(row) is None and (found := cost.of(row)) is not None
    ]
    absent = tuple(
        replace(
            Version.of(row),
            refused=row.other_vocabulary and loss is Loss.DIVERGENCE,
            untold=_is_untold(row, cost, loss),
        )
        for row in view.rows
        if row not in rows and not (row.is_reference and cost.of(row) is not None)
    )
    others = [row for row in rows if not row.is_reference]
    return ScatterContent(
        cost=cost,
        loss=loss,
        points=tuple(zip(map(Version.of, rows), points, strict=True)),
        predicted=frozenset(row.key for row in rows if row.is_predicted)
        if cost is Cost.MEMORY
        else frozenset(),
        recommended=view.answer.run,
        limit=limit,
        tolerance=100 * view.limits.tolerance if loss is Loss.TASKS else None,
        floor=view.floor_nats if loss is Loss.DIVERGENCE else None,
        reference=beside[0] if beside else None,
        missing=absent,
        empty=None if others else _nothing(view, cost, loss),
    )


def _nothing(view: LadderView, cost: Cost, loss: Loss) -> tuple[str, str]:
    """Why no version but the original is there."""
    others = [row for row in view.rows if not row.is_reference]
    known = [row for row in others if loss.of(row) is not None]
    if known and all(_is_untold(row, cost, loss) for row in known):
        return no_cost(cost)
    return _no_loss(view, loss)


def _no_loss(view: LadderView, loss: Loss) -> tuple[str, str]:
    others = [row for row in view.rows if not row.is_reference]
    of_text = loss in (Loss.DIVERGENCE, Loss.BITS)
    if others and of_text and all(StepKind.QUALITY in row.unable for row in others):
        return no_loss_told()
    return no_loss(view, loss)


def _is_untold(row: Row, cost: Cost, loss: Loss) -> bool:
    """Whether what keeps a row out of a plot is that no server tells it."""
    steps = set[StepKind]()
    if cost.of(row) is None:
        steps.add(StepKind.MEMORY if cost is Cost.MEMORY else StepKind.SPEED)
    if loss.of(row) is None:
        tasks = loss in (Loss.TASKS, Loss.RIGHT)
        steps.add(StepKind.TASKS if tasks else StepKind.QUALITY)
    return not steps.isdisjoint(row.unable)


def _by_way(view: LadderView | None) -> ScatterContent:
    content = replace(_scatter(view, Cost.MEMORY, Loss.RIGHT), by_way=True)
    if view is not None and view.rows and view.ways is None:
        return replace(content, empty=no_ways())
    return content


def _profile(view: LadderView | None, measure: Measure) -> ProfileContent:
    asked = [row for row in view.rows if row.kinds] if view else []
    shown = [row for row in asked if measure is Measure.ACCURACY or not row.is_reference]
    if view is None or not shown:
        empty = no_ladder() if view is None or not view.rows else no_tasks(view)
        return ProfileContent(measure, (), (), (), frozenset(), 0.0, (), empty)
    by_kind = {
        told(kind.kind): [_of_kind(row, kind.kind) for row in shown] for kind in asked[0].kinds
    }
    unable = frozenset(
        kind
        for kind, cells in by_kind.items()
        if any(c and c.verdict is KindVerdict.REFERENCE_CANNOT for c in cells)
    )
    ordered = sorted(by_kind, key=lambda kind: (kind in unable, _badness(by_kind[kind])))
    lines = [by_kind[kind] for kind in ordered]
    if len(ordered) > 1:
        ordered.insert(0, translate("LadderPlots", "all questions"))
        lines.insert(0, [row.summary for row in shown])
    waiting = tuple(
        replace(Version.of(row), untold=StepKind.TASKS in row.unable)
        for row in view.rows
        if not row.kinds and not row.is_reference
    )
    return ProfileContent(
        measure=measure,
        versions=tuple(map(Version.of, shown)),
        cells=tuple(map(tuple, lines)),
        kinds=tuple(ordered),
        unable=unable,
        tolerance=view.limits.tolerance,
        waiting=waiting,
        empty=None,
        asked_kinds=len(by_kind),
    )


def _spread(view: LadderView | None) -> SpreadContent:
    rows = [row for row in view.rows if sum(row.histogram)] if view else []
    if view is None or not rows:
        empty = no_ladder() if view is None or not view.rows else _no_loss(view, Loss.DIVERGENCE)
        return SpreadContent((), (), (), (), EDGES, None, empty)
    return SpreadContent(
        versions=tuple(map(Version.of, rows)),
        counts=tuple(row.histogram for row in rows),
        medians=tuple(row.figures.get("median_kld") for row in rows),
        means=tuple(row.divergence.number if row.divergence else None for row in rows),
        edges=EDGES,
        floor=view.floor_nats,
        empty=None,
    )


def _of_kind(row: Row, kind: str) -> KindResult | None:
    return next((found for found in row.kinds if found.kind == kind), None)


def _badness(cells: list[KindResult | None]) -> float:
    """Below zero where much is lost; candidates count alike."""
    found = [apart.number for cell in cells if cell and (apart := difference_of(cell))]
    return sum(found) / len(found) if found else 0.0
