"""What a text says about a candidate: every figure with its standard error over chunks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.quality.histogram import Histogram, histogram
from app.core.quality.positions import PositionScores, joined
from app.core.statistics.chunks import Estimate, mean_over_chunks
from app.core.statistics.llama_perplexity import (
    log_ratio_error,
    mean_error,
    perplexity_error,
    root_mean_square_error,
    share_error,
)
from app.core.statistics.percentiles import Percentile, percentile_over_chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ToolErrors:
    """The uncertainties that llama-perplexity would print, over positions taken as independent."""

    mean_kld: float
    same_top: float
    rms_delta_p: float
    ln_ppl_ratio: float
    ppl: float


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """A candidate against its reference on one text.

    Divergences are in nats, shares and probabilities from 0 to 1.

    Attributes:
        positions: How many were scored.
        chunks: In how many chunks.
        mean_kld: Mean KL divergence; its interval is ``log_interval``.
        median_kld: None where there are too few positions, as all percentiles.
        kld_p90: The 90th percentile.
        kld_p99: The 99th.
        kld_p999: The 99.9th.
        max_kld: The largest; says more about the length of the text than about the candidate.
        same_top: Share of positions where both find the same token most likely; its interval is
            ``share_interval``.
        mean_delta_p: Mean Δp of the next token.
        rms_delta_p: Root mean square of Δp.
        ln_ppl_ratio: ln(PPL / PPL of the reference), paired.
        ppl: Perplexity of the candidate.
        reference_ppl: Perplexity of the reference.
        bits_per_byte: What the candidate needs for a byte of the text; comparable between
            vocabularies. None where the bytes are not known.
        histogram: Of the KL divergences.
        tool_errors: None with fewer than two positions.
    """

    positions: int
    chunks: int
    mean_kld: Estimate
    median_kld: Percentile | None
    kld_p90: Percentile | None
    kld_p99: Percentile | None
    kld_p999: Percentile | None
    max_kld: float
    same_top: Estimate
    mean_delta_p: Estimate
    rms_delta_p: Estimate
    ln_ppl_ratio: Estimate
    ppl: Estimate
    reference_ppl: Estimate
    bits_per_byte: Estimate | None
    histogram: Histogram
    tool_errors: ToolErrors | None


@dataclass(frozen=True, slots=True)
class WorstPosition:
    """One of the places where the candidate is furthest from its reference.

    Attributes:
        chunk: Which of the chunks, from 0.
        position: Which of its scored positions, from 0.
        kld: In nats.
        reference_p: The reference's probability of the token that comes next in the text.
        candidate_p: The candidate's.
    """

    chunk: int
    position: int
    kld: float
    reference_p: float
    candidate_p: float


def summarize(
    chunks: Sequence[PositionScores], chunk_bytes: Sequence[int] | None = None
) -> QualityFigures:
    """The figures of all chunks together.

    Args:
        chunks: The scores of each chunk, in any order.
        chunk_bytes: For each chunk how many bytes of UTF-8 its scored tokens stand for.

    Raises:
        ValueError: There is no position, or another number of bytes than of chunks.
    """
    counts = [len(chunk) for chunk in chunks]
    everything = joined(chunks)
    if not len(everything):
        raise ValueError("no position was scored")

    def over_chunks(of: Callable[[PositionScores], NDArray[np.generic]]) -> Estimate:
        return mean_over_chunks([float(np.sum(of(chunk))) for chunk in chunks], counts)

    def at(percent: float) -> Percentile | None:
        return percentile_over_chunks(everything.kld, counts, percent)

    return QualityFigures(
        positions=len(everything),
        chunks=sum(1 for count in counts if count),
        mean_kld=over_chunks(lambda chunk: chunk.kld),
        median_kld=at(50),
        kld_p90=at(90),
        kld_p99=at(99),
        kld_p999=at(99.9),
        max_kld=float(everything.kld.max()),
        same_top=over_chunks(lambda chunk: chunk.same_top),
        mean_delta_p=over_chunks(lambda chunk: chunk.delta_p),
        rms_delta_p=over_chunks(lambda chunk: chunk.delta_p**2).root(),
        ln_ppl_ratio=over_chunks(lambda chunk: chunk.ln_ratio),
        ppl=over_chunks(lambda chunk: -chunk.candidate_ln_p).exponential(),
        reference_ppl=over_chunks(lambda chunk: -chunk.reference_ln_p).exponential(),
        bits_per_byte=None if chunk_bytes is None else _bits_per_byte(chunks, chunk_bytes),
        histogram=histogram(everything.kld),
        tool_errors=_tool_errors(everything),
    )


def worst_positions(chunks: Sequence[PositionScores], count: int) -> list[WorstPosition]:
    """The positions with the largest divergences, worst first."""
    found = [
        WorstPosition(
            number,
            position,
            float(chunk.kld[position]),
            math.exp(chunk.reference_ln_p[position]),
            math.exp(chunk.candidate_ln_p[position]),
        )
        for number, chunk in enumerate(chunks)
        for position in np.argsort(-chunk.kld, kind="stable")[:count].tolist()
    ]
    found.sort(key=lambda worst: -worst.kld)
    return found[:count]


def _bits_per_byte(chunks: Sequence[PositionScores], chunk_bytes: Sequence[int]) -> Estimate:
    nats = [-float(np.sum(chunk.candidate_ln_p)) for chunk in chunks]
    a_byte = mean_over_chunks(nats, chunk_bytes).scaled(1 / math.log(2))
    return replace(a_byte, positions=sum(len(chunk) for chunk in chunks))


def _tool_errors(scores: PositionScores) -> ToolErrors | None:
    if len(scores) < 2:
        return None
    candidate, reference = (-scores.candidate_ln_p).tolist(), (-scores.reference_ln_p).tolist()
    return ToolErrors(
        mean_kld=mean_error(scores.kld.tolist()),
        same_top=share_error(float(np.mean(scores.same_top)), len(scores)),
        rms_delta_p=root_mean_square_error(scores.delta_p.tolist()),
        ln_ppl_ratio=log_ratio_error(candidate, reference),
        ppl=perplexity_error(candidate),
    )
