"""What a measurement of quality is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.errors import DiskTrouble, PersonError
from app.core.quality import comparable
from app.core.quality.apart import Parting, WorstToken
from app.core.quality.common import common_chunks
from app.core.quality.texts import CHUNK_TOKENS, FIRST_SCORED
from app.lab.quality.texts import MeasuredText

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.quality.bits import BitsPerByte
    from app.core.quality.summary import QualityFigures
    from app.core.statistics.chunks import Estimate
    from app.core.statistics.looks import StoppedBy
    from app.core.words.sentence import English
    from app.lab.quality.text import TextFacts

QUICK_CHUNK_TOKENS = CHUNK_TOKENS
QUICK_FIRST_SCORED = FIRST_SCORED
QUICK_SECONDS = 150.0
"""How long a quick measurement of one candidate may take."""
COMPARABLE_CHUNK_TOKENS = 512
"""llama-perplexity's own; published figures are mostly taken so."""
# Named in what is kept of a reference: another way of cutting texts gives it another number.
_METHOD = 2


class QualityMode(StrEnum):
    """How quality is measured."""

    QUICK = "quick"
    COMPARABLE = "comparable"


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """What to measure.

    Attributes:
        mode: Quick stops when the mean is known well enough; comparable is llama-perplexity's way.
        text: What is evaluated.
        threads: Of every engine.
        chunk_tokens: Length of a chunk.
        most_chunks: No more chunks than these; None for all that the mode would take.
        most_seconds: Of scoring one candidate; None for no bound.
        is_mean_only: Nothing but divergences is wanted: no noise floor, no greedy answers.
    """

    mode: QualityMode
    text: MeasuredText
    threads: int
    chunk_tokens: int
    most_chunks: int | None = None
    most_seconds: float | None = None
    is_mean_only: bool = False

    @property
    def first_scored(self) -> int:
        """The first position of a chunk that counts."""
        if self.mode is QualityMode.COMPARABLE:
            return comparable.scored_positions(self.chunk_tokens).start
        return QUICK_FIRST_SCORED

    @property
    def method(self) -> str:
        """Names what is kept of a reference: plans of one method can use the same."""
        return f"{_METHOD} {self.mode} {self.chunk_tokens} {self.first_scored}"


def quick_plan(text: MeasuredText, threads: int, most_chunks: int | None = None) -> QualityPlan:
    """The quick mode: chunks of 256 tokens, positions from 32 on, at most 48 chunks."""
    return QualityPlan(
        QualityMode.QUICK, text, threads, QUICK_CHUNK_TOKENS, most_chunks, QUICK_SECONDS
    )


def comparable_plan(
    text: MeasuredText, threads: int, ctx_tokens: int, most_chunks: int | None = None
) -> QualityPlan:
    """llama-perplexity's way, which drops one line feed from the end of the file."""
    whole = MeasuredText.plain(text.name, text.raw.removesuffix(b"\n"))
    return QualityPlan(QualityMode.COMPARABLE, whole, threads, ctx_tokens, most_chunks)


@dataclass(frozen=True, slots=True)
class QualityPart:
    """A candidate over the first chunks of the text.

    Attributes:
        chunks: So many were read.
        figures: None where nothing could be compared.
        bits: What it needs for a byte of plain text, beside the reference; also where it has
            another vocabulary. None where no plain text was scored.
        ppl: Perplexity over its own tokens where there are no figures, because its vocabulary is
            another one; not to be compared with that of other vocabularies.
        positions: Over so many.
    """

    chunks: int
    figures: QualityFigures | None = None
    bits: BitsPerByte | None = None
    ppl: Estimate | None = None
    positions: int | None = None


@dataclass(slots=True)
class QualityRow:
    """One candidate.

    Attributes:
        parts: Over how much of the text it is known, the least first; all of it last.
        shown: The part that is of the same text as the other rows'; None where it has none.
        stopped_by: Why it took no more chunks.
        worst: Where it is furthest away, worst first.
        partings: Where its greedy answers leave the reference's.
        facts: What its vocabulary and template make of the text.
        refused: Why it cannot be held against the reference position by position.
        scored_ns: Time that its scoring took.
        error: Why there are no figures, or not all.
        is_unwritten: It is because the disk could not be written, not because of the file.
    """

    candidate: Candidate
    level: str | None
    parts: list[QualityPart] = field(default_factory=lambda: list[QualityPart]())
    shown: QualityPart | None = None
    stopped_by: StoppedBy | None = None
    worst: list[WorstToken] = field(default_factory=lambda: list[WorstToken]())
    partings: list[Parting] = field(default_factory=lambda: list[Parting]())
    facts: TextFacts | None = None
    refused: English | None = None
    scored_ns: int = 0
    error: English | None = None
    is_unwritten: bool = False

    def fail(self, error: PersonError) -> None:
        """Say why there are no figures, or not all."""
        self.error = error.sentence
        self.is_unwritten = isinstance(error, DiskTrouble)

    @property
    def file(self) -> str:
        """The model file."""
        return self.candidate.place

    @property
    def figures(self) -> QualityFigures | None:
        """Of the part that is shown."""
        return self.shown.figures if self.shown is not None else None

    @property
    def bits(self) -> BitsPerByte | None:
        """Of the part that is shown."""
        return self.shown.bits if self.shown is not None else None


def share_text(rows: Sequence[QualityRow]) -> None:
    """Show all rows over the same chunks; one that failed before the others had them shows none."""
    counted = [row for row in rows if row.error is None and row.parts]
    count = common_chunks([[p.chunks for p in row.parts] for row in counted or rows])
    for row in rows:
        row.shown = next((part for part in row.parts if part.chunks == count), None)


@dataclass(slots=True)
class QualityResult:
    """All candidates, in the order they were given.

    Attributes:
        reference: Its error says why not all could be held against it.
        noise_floor: The reference against itself, read in slices and written token by token; None
            where it could not be taken.
        remarks: Sentences on what makes the figures less than they seem.
    """

    engine: str
    reference: QualityRow
    noise_floor: QualityFigures | None
    rows: list[QualityRow]
    remarks: list[str] = field(default_factory=lambda: list[str]())
