"""What the scaling chart shows, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.ui.kit.words.format import MISSING, Quantity, bits_per_byte, large, number
from app.ui.kit.words.text import translate
from app.ui.plots.words import Readout, ReadoutRow

if TYPE_CHECKING:
    from app.core.scale.law import ScalingLaw
    from app.core.scale.points import ScalePoint


class ChartKind(Enum):
    """Which of the two charts."""

    TRAINING = "training"
    MEASURED = "measured"

    @property
    def title(self) -> str:
        """For people."""
        if self is ChartKind.TRAINING:
            return translate("Scale", "Size and training")
        return translate("Scale", "Measured here beside the law")


@dataclass(frozen=True, slots=True)
class ChartContent:
    """One chart.

    Attributes:
        points: Those of this PC last.
        empty: A sentence where there is nothing to show, and its reason.
    """

    kind: ChartKind
    law: ScalingLaw
    points: tuple[ScalePoint, ...]
    empty: tuple[str, str] | None = None

    @property
    def shown(self) -> tuple[ScalePoint, ...]:
        """The points that have a place in this chart."""
        if self.kind is ChartKind.TRAINING:
            return self.points
        return tuple(point for point in self.points if point.measured is not None)

    def loss(self, point: ScalePoint) -> float:
        """By the law."""
        return self.law.loss(point.parameters, point.tokens)


def content_of(kind: ChartKind, law: ScalingLaw, points: tuple[ScalePoint, ...]) -> ChartContent:
    """What a chart shows of these points."""
    content = ChartContent(kind, law, points)
    if content.shown:
        return content
    empty = (
        translate("Scale", "No model whose training is published was measured here yet"),
        translate(
            "Scale",
            "Measure two or more of them together: what each needs for a byte of the same text"
            " then stands beside the law.",
        ),
    )
    return ChartContent(kind, law, points, empty)


def describe(content: ChartContent) -> str:
    """The chart in sentences, for ears."""
    if content.empty is not None:
        return ". ".join(content.empty)
    here = [point.name for point in content.shown if point.is_here]
    said = [translate("Scale", "{0} models").format(number(len(content.shown)))]
    if here:
        said.append(translate("Scale", "On this PC: {0}").format(", ".join(here)))
    said.append(translate("Scale", "Arrow keys go from model to model; the table has all figures"))
    return ". ".join(said) + "."


def tokens_words(point: ScalePoint) -> str:
    """Training tokens, as the source gives them."""
    return ("≥ " if point.published.at_least else "") + str(large(point.tokens))


def size_words(point: ScalePoint) -> str:
    """Parameters, and of a mixture those at work."""
    whole = str(large(point.total_parameters))
    if point.parameters == point.total_parameters:
        return whole
    return translate("Scale", "{0} ({1} at work)").format(whole, large(point.parameters))


def ratio_words(point: ScalePoint) -> str:
    """Tokens for each parameter."""
    ratio = point.tokens_per_parameter
    return number(ratio, 1 if ratio < 10 else 0)


def bits_words(point: ScalePoint) -> str:
    """What was measured here."""
    return MISSING if point.measured is None else str(bits_per_byte(point.measured.bits_per_byte))


def readout_of(content: ChartContent, point: ScalePoint, colour: str) -> Readout:
    """The values at a point."""
    columns = [
        translate("Scale", "parameters"),
        translate("Scale", "tokens"),
        translate("Scale", "per parameter"),
        translate("Scale", "law's loss"),
    ]
    values = [
        Quantity(size_words(point)),
        Quantity(tokens_words(point)),
        Quantity(ratio_words(point)),
        Quantity(number(content.loss(point), 2)),
    ]
    if point.measured is not None:
        columns.append(translate("Scale", "measured"))
        values.append(bits_per_byte(point.measured.bits_per_byte))
    notes = [translate("Scale", "On this PC")] if point.is_here else []
    if point.published.distilled:
        notes.append(translate("Scale", "Learned from a larger model: it stands off the law"))
    row = ReadoutRow("", point.name, colour, tuple(values))
    return Readout(content.kind.title, tuple(columns), (row,), tuple(notes))
