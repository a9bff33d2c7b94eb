"""Points of the scaling chart, and what the chart means for each in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.words import figures
from app.core.words.sentence import Sentence, chained, large, say

if TYPE_CHECKING:
    from app.core.scale.law import ScalingLaw
    from app.core.scale.published import PublishedModel

_ABOUT_AS_MUCH = 1.15
_YARDSTICK = "GPT-3 175B"
_OTHER_YARDSTICK = "Chinchilla 70B"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as it was read: figures of the same one can be held against each other.

    Attributes:
        sha256: Of the text.
        cut: Names how it became chunks of tokens.
        chunks: So many of them were read, in an order that is always the same.
    """

    sha256: str
    cut: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model needs for a text that was read here.

    Attributes:
        bits_per_byte: Of the text.
        text: The same for all that are held against each other.
        level: Of the version that read it.
    """

    bits_per_byte: float
    text: ReadText
    level: str


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """A model of the chart.

    Attributes:
        name: Names it, alone among all.
        published: What is published of it.
        paths: Its files on this PC, from the least to the most shrunken; none elsewhere.
        parameters: That work on a token: of the files here where there are any.
        total_parameters: All of them.
        measured: Of its least shrunken version; None where nothing was measured.
        left_out: Layers or weights were left out of the files here.
    """

    name: str
    published: PublishedModel
    paths: tuple[Path, ...]
    parameters: int
    total_parameters: int
    measured: Measured | None = None
    left_out: bool = False

    @property
    def is_here(self) -> bool:
        """Whether it is on this PC."""
        return bool(self.paths)

    @property
    def tokens(self) -> int:
        """It was trained on."""
        return self.published.tokens

    @property
    def tokens_per_parameter(self) -> float:
        """Training tokens for each parameter that works on a token."""
        return self.tokens / self.parameters


def meaning(point: ScalePoint, others: tuple[PublishedModel, ...], law: ScalingLaw) -> Sentence:
    """What the chart means for a model: how much text, and what the law makes of that."""
    return chained("scale.and", [_text_of(point, others), _held_against(point, law)])


def no_meaning(point: ScalePoint, law: ScalingLaw) -> Sentence:
    """What the chart does not mean for it."""
    published = point.published
    said = [say("scale.not_a_prediction")]
    if not law.is_within(point.parameters, point.tokens):
        said.append(
            say(
                "scale.beyond_the_runs",
                smallest=large(law.smallest_parameters),
                largest=large(law.largest_parameters),
                most=large(law.most_tokens),
            )
        )
    if published.distilled:
        said.append(say("scale.distilled"))
    if published.active is not None:
        said.append(
            say(
                "scale.mixture",
                active=large(point.parameters),
                all=large(point.total_parameters),
            )
        )
    if published.at_least:
        said.append(say("scale.lower_bound"))
    if published.fine_tuned:
        said.append(say("scale.fine_tuned"))
    if point.left_out:
        said.append(say("scale.left_out"))
    if point.is_here:
        said.append(say("scale.shrinking_moves_nothing"))
    return chained("scale.and", said)


def _text_of(point: ScalePoint, others: tuple[PublishedModel, ...]) -> Sentence:
    by_name = {other.name: other for other in others}
    beside = by_name.get(_YARDSTICK if point.name != _YARDSTICK else _OTHER_YARDSTICK)
    own = point.tokens_per_parameter
    facts = {
        "name": point.name,
        "tokens": large(point.tokens),
        "each": _ratio(own),
    }
    if beside is None:
        return say("scale.text", **facts)
    times = own / beside.tokens_per_parameter
    facts["other"] = beside.name
    if 1 / _ABOUT_AS_MUCH < times < _ABOUT_AS_MUCH:
        return say("scale.text_as_much", **facts)
    if times > 1:
        return say("scale.text_more", times=_ratio(times), **facts)
    return say("scale.text_less", times=_ratio(1 / times), **facts)


def _held_against(point: ScalePoint, law: ScalingLaw) -> Sentence:
    low, high = law.band_at(point.parameters)
    best = law.best_tokens(point.parameters)
    facts = {
        "best": large(best),
        "low": large(low),
        "high": large(high),
        "loss": figures.english(law.loss(point.parameters, point.tokens), 2),
    }
    if point.tokens > high:
        return say("scale.longer", times=_ratio(point.tokens / best), **facts)
    if point.tokens < low:
        return say("scale.shorter", times=_ratio(best / point.tokens), **facts)
    return say("scale.about_best", **facts)


def _ratio(value: float) -> str:
    """A ratio with two digits: 1.7, 21, 3,800."""
    digits = 1 if value < 9.95 else 0
    return figures.english(float(f"{value:.2g}"), digits)
