"""What plots of a ladder show, in the window and in reports: the same numbers from one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from app.core.candidates.shapes import numbers_of
from app.core.plots.scatter import PlotPoint
from app.core.quality.histogram import EDGES
from app.lab.verdict.document import candidate_rows, speed_test, summary_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.verdict import Limits
    from app.lab.ladder.rows import LadderResult
    from app.lab.verdict.verdict import Assessment

LEAST_DIVERGENCE = 1e-6
"""In nats; what is below is rounding, and is drawn here."""


class Cost(Enum):
    """What a plot holds against the loss."""

    MEMORY = "memory"
    SPEED = "speed"


class Loss(Enum):
    """What is called a loss."""

    DIVERGENCE = "divergence"
    TASKS = "tasks"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval, where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of questions, or all together.

    Attributes:
        accuracy: Share of right answers.
        difference: From the reference's share; the reference has none.
        verdict: A value of ``KindVerdict``.
    """

    kind: str
    items: int
    correct: int
    accuracy: Figure | None
    difference: Figure | None
    verdict: str
    hint: bool
    out_of_tokens: int
    empty: int


@dataclass(frozen=True, slots=True)
class RowFigures:
    """One file.

    Attributes:
        number: Its place in the ladder: letter, colour and shape.
        is_predicted: The needed memory was not measured.
        speed: Tokens generated per second; the interval is ± the repetitions' deviation.
        divergence: Mean, in nats; the reference has none.
        points_lost: Of right answers, in points; below zero where it gains.
        together: All questions that the reference can do.
        histogram: Positions by their divergence, as ``core.quality.histogram`` counts them.
        median_divergence: In nats.
        refused: No divergence can be taken: its vocabulary is another than the reference's.
        at_floor: It is no further from the reference than the reference from itself.
    """

    file: str
    name: str
    number: int
    is_reference: bool = False
    error: str | None = None
    needed_bytes: float | None = None
    is_predicted: bool = False
    speed: Figure | None = None
    divergence: Figure | None = None
    points_lost: Figure | None = None
    bits_per_byte: Figure | None = None
    together: KindFigures | None = None
    kinds: tuple[KindFigures, ...] = ()
    histogram: tuple[int, ...] = ()
    median_divergence: float | None = None
    refused: bool = False
    at_floor: bool = False

    def cost(self, cost: Cost) -> Figure | None:
        """Needed memory in bytes, or tokens per second."""
        if cost is Cost.SPEED:
            return self.speed
        return None if self.needed_bytes is None else Figure(self.needed_bytes)

    def loss(self, loss: Loss) -> Figure | None:
        """Its loss of one sort; None where it was not measured."""
        return {
            Loss.DIVERGENCE: self.divergence,
            Loss.TASKS: self.points_lost,
            Loss.BITS: self.bits_per_byte,
        }[loss]


@dataclass(frozen=True, slots=True)
class LadderFigures:
    """All rows, and what is drawn across them.

    Attributes:
        floor: The reference's mean divergence from itself, in nats.
        floor_top: Share of positions where it finds the same token most likely as itself.
        has_text: Quality was asked for.
        has_items: Questions were asked for.
        recommended: The file to run; None where none is.
        edges: Of the histograms' bins, in nats.
    """

    rows: tuple[RowFigures, ...]
    floor: Figure | None = None
    memory_limit_bytes: int | None = None
    least_tokens_per_second: float | None = None
    tolerance: float = 0.0
    has_text: bool = True
    has_items: bool = True
    recommended: str | None = None
    edges: tuple[float, ...] = EDGES
    floor_top: float | None = None


def figures_of(result: LadderResult, assessment: Assessment, limits: Limits) -> LadderFigures:
    """The figures of a ladder that is complete or still being measured."""
    plan = result.plan
    return figures_of_document(
        {
            "candidates": candidate_rows(result, assessment),
            "noise_floor": result.noise_floor,
            "limits": {
                "memory_bytes": limits.memory_bytes,
                "least_tokens_per_second": limits.least_tokens_per_second,
                "tolerance": limits.tolerance,
            },
            "text": {"name": plan.text_name or None},
            "items": {"name": plan.items_name or None},
            "recommendation": {"file": assessment.recommendation.file},
            "histogram_edges": EDGES,
        }
    )


def figures_of_document(document: Mapping[str, Any]) -> LadderFigures:
    """The figures of a ladder's document, as ``--json`` prints it."""
    limits, floor = document["limits"], document["noise_floor"]
    return LadderFigures(
        tuple(_row(number, row) for number, row in enumerate(document["candidates"])),
        _figure(floor, "mean_kld") if floor else None,
        limits["memory_bytes"],
        limits["least_tokens_per_second"],
        limits["tolerance"],
        bool(document["text"]["name"]),
        bool(document["items"]["name"]),
        document["recommendation"]["file"],
        tuple(document["histogram_edges"]),
        floor.get("same_top") if floor else None,
    )


def lettered(figures: LadderFigures, letters: Mapping[str, str]) -> LadderFigures:
    """With the letters, and so the colours and shapes, that the files have elsewhere."""
    numbers = numbers_of([letters.get(row.file, "") for row in figures.rows])
    rows = [replace(row, number=n) for row, n in zip(figures.rows, numbers, strict=True)]
    return replace(figures, rows=tuple(rows))


def points_of(rows: Sequence[RowFigures], cost: Cost, loss: Loss) -> list[PlotPoint]:
    """The rows of which both are known, as points: the cost across, the loss up."""
    found: list[PlotPoint] = []
    for row in rows:
        across, up = row.cost(cost), row.loss(loss)
        if across is None or up is None:
            continue
        if loss is Loss.DIVERGENCE:
            up = _drawable(up)
        swing = None if across.high is None else across.high - across.value
        found.append(
            PlotPoint(row.name, row.number, across.value, up.value, up.low, up.high, swing)
        )
    return found


def _drawable(figure: Figure) -> Figure:
    """A divergence as a logarithmic axis can show it."""
    ends = (figure.low, figure.high)
    low, high = (None if end is None else max(end, LEAST_DIVERGENCE) for end in ends)
    return Figure(max(figure.value, LEAST_DIVERGENCE), low, high)


def _row(number: int, row: dict[str, Any]) -> RowFigures:
    kinds = tuple(_kind(kind) for kind in row["kinds"])
    needed, predicted = row["memory_needed_bytes"], row["memory_predicted_bytes"]
    summary = summary_of(row)
    return RowFigures(
        file=row["file"],
        name=row["name"],
        number=number,
        is_reference=row["is_reference"],
        error=row["error"],
        needed_bytes=needed or predicted,
        is_predicted=not needed and bool(predicted),
        speed=_speed(row),
        divergence=_figure(row, "mean_kld"),
        points_lost=_points_lost(row, summary),
        bits_per_byte=_bits(row),
        refused=row.get("refused") is not None,
        together=_kind(summary) if summary else None,
        kinds=kinds,
        histogram=tuple(row["histogram"] or ()),
        median_divergence=row["median_kld"],
        at_floor=bool(row.get("at_noise_floor")),
    )


def _kind(kind: dict[str, Any]) -> KindFigures:
    return KindFigures(
        kind["kind"],
        kind["items"],
        kind["correct"],
        _figure(kind, "accuracy"),
        _figure(kind, "difference"),
        kind["verdict"] or "",
        bool(kind["hint"]),
        kind["out_of_tokens"] or 0,
        kind.get("empty") or 0,
    )


def _speed(row: dict[str, Any]) -> Figure | None:
    value, test = row["tokens_per_second"], speed_test(row, "tg")
    if value is None:
        return None
    swing = test["stddev"] if test else None
    return Figure(value) if swing is None else Figure(value, value - swing, value + swing)


def _points_lost(row: dict[str, Any], summary: dict[str, Any] | None) -> Figure | None:
    if row["is_reference"]:
        return Figure(0.0) if row["kinds"] else None
    if summary is None or summary["difference"] is None:
        return None
    low, high = summary["difference_low"], summary["difference_high"]
    return Figure(-100 * summary["difference"] + 0.0, -100 * high, -100 * low)


def _bits(row: dict[str, Any]) -> Figure | None:
    """The interval is that of the paired difference from the reference, around the value."""
    value, middle = row["bits_per_byte"], row.get("bits_per_byte_difference")
    low, high = (row.get(f"bits_per_byte_difference_{end}") for end in ("low", "high"))
    if value is None or middle is None or low is None or high is None:
        return None if value is None else Figure(value)
    return Figure(value, value + low - middle, value + high - middle)


def _figure(row: dict[str, Any], name: str) -> Figure | None:
    value = row.get(name)
    if value is None:
        return None
    return Figure(value, row.get(f"{name}_low"), row.get(f"{name}_high"))
