"""What a measurement of quality is asked for, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.quality import comparable

if TYPE_CHECKING:
    from app.core.quality.summary import QualityFigures
    from app.core.statistics.looks import StoppedBy

QUICK_CHUNK_TOKENS = 256
QUICK_FIRST_SCORED = 32
QUICK_SECONDS = 150.0
"""How long a quick measurement of one candidate may take."""


class QualityMode(StrEnum):
    """How quality is measured."""

    QUICK = "quick"
    COMPARABLE = "comparable"


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """What to measure.

    Attributes:
        mode: Quick stops when the mean is known well enough; comparable is llama-perplexity's way.
        text: What is evaluated, UTF-8.
        threads: Of every engine.
        chunk_tokens: Length of a chunk.
        most_chunks: No more chunks than these; None for all that the mode would take.
        most_seconds: Of scoring one candidate; None for no bound.
    """

    mode: QualityMode
    text: bytes
    threads: int
    chunk_tokens: int
    most_chunks: int | None = None
    most_seconds: float | None = None

    @property
    def first_scored(self) -> int:
        """The first position of a chunk that counts."""
        if self.mode is QualityMode.COMPARABLE:
            return comparable.scored_positions(self.chunk_tokens).start
        return QUICK_FIRST_SCORED

    @property
    def method(self) -> str:
        """Names what is kept of a reference: plans of one method can use the same."""
        return f"{self.mode} {self.chunk_tokens} {self.first_scored}"


def quick_plan(text: bytes, threads: int, most_chunks: int | None = None) -> QualityPlan:
    """The quick mode: chunks of 256 tokens, positions from 32 on, at most 48 chunks."""
    return QualityPlan(
        QualityMode.QUICK, text, threads, QUICK_CHUNK_TOKENS, most_chunks, QUICK_SECONDS
    )


def comparable_plan(
    text: bytes, threads: int, ctx_tokens: int, most_chunks: int | None = None
) -> QualityPlan:
    """llama-perplexity's way, which drops one line feed from the end of the file."""
    return QualityPlan(
        QualityMode.COMPARABLE, text.removesuffix(b"\n"), threads, ctx_tokens, most_chunks
    )


@dataclass(frozen=True, slots=True)
class WorstToken:
    """A place where the candidate is far from its reference.

    Attributes:
        before: The text that leads there.
        token: What comes next in the text.
        kld: In nats.
        reference_p: The reference's probability of the token.
        candidate_p: The candidate's.
    """

    before: str
    token: str
    kld: float
    reference_p: float
    candidate_p: float


@dataclass(slots=True)
class QualityRow:
    """One candidate.

    Attributes:
        figures: None where nothing could be compared.
        stopped_by: Why it took no more chunks.
        bits_per_byte: What it needs for a byte of the text; also where it has another vocabulary.
        worst: Where it is furthest away, worst first.
        scored_ns: Time that its scoring took.
        error: Why there are no figures, or not all.
    """

    file: str
    level: str | None
    figures: QualityFigures | None = None
    stopped_by: StoppedBy | None = None
    bits_per_byte: float | None = None
    worst: list[WorstToken] = field(default_factory=lambda: list[WorstToken]())
    scored_ns: int = 0
    error: str | None = None


@dataclass(slots=True)
class QualityResult:
    """All candidates, in the order they were given.

    Attributes:
        noise_floor: The reference against itself with another batch size and thread count.
    """

    engine: str
    reference: QualityRow
    noise_floor: QualityFigures
    rows: list[QualityRow]
