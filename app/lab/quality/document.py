"""A candidate's figures of quality by the names of the command line's contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.core.quality.floor import floor_of, is_at_floor

if TYPE_CHECKING:
    from app.core.quality.apart import Parting, WorstToken
    from app.core.quality.bits import BitsPerByte
    from app.core.quality.summary import QualityFigures
    from app.core.statistics.percentiles import Percentile
    from app.lab.quality.plan import (
        QualityPart,
        QualityResult,
        QualityRow,
    )

FIGURE_NAMES = (
    "positions",
    "chunks",
    "mean_kld",
    "mean_kld_se",
    "mean_kld_se_chunks",
    "mean_kld_low",
    "mean_kld_high",
    "median_kld",
    "kld_p90",
    "kld_p99",
    "kld_p999",
    "max_kld",
    "same_top",
    "same_top_se",
    "same_top_se_chunks",
    "same_top_low",
    "same_top_high",
    "rms_delta_p",
    "rms_delta_p_se",
    "rms_delta_p_se_chunks",
    "ln_ppl_ratio",
    "ln_ppl_ratio_se",
    "ln_ppl_ratio_se_chunks",
    "ln_ppl_ratio_low",
    "ln_ppl_ratio_high",
    "ppl",
    "ppl_se",
    "ppl_se_chunks",
    "reference_ppl",
    "reference_ppl_se_chunks",
    "median_kld_se_chunks",
    "kld_p90_se_chunks",
    "kld_p99_se_chunks",
    "kld_p999_se_chunks",
    "mean_delta_p",
    "mean_delta_p_se_chunks",
)


BITS_NAMES = (
    "bits_per_byte",
    "bits_per_byte_se_chunks",
    "reference_bits_per_byte",
    "bits_per_byte_difference",
    "bits_per_byte_difference_se_chunks",
    "bits_per_byte_difference_low",
    "bits_per_byte_difference_high",
)


def part_figures(part: QualityPart | None) -> dict[str, float | int | None]:
    """A candidate's figures, those of another vocabulary among them, and its bits per byte."""
    figures = quality_figures(part.figures if part else None)
    if part is not None and part.ppl is not None:
        figures |= {
            "positions": part.positions,
            "chunks": part.ppl.chunks,
            "ppl": part.ppl.value,
            "ppl_se_chunks": part.ppl.standard_error,
        }
    return figures | _bits(part.bits if part else None)


def longest_figures(row: QualityRow) -> dict[str, float | int | None] | None:
    """Over all that it has read, where that is more than what is shown beside the others."""
    last = row.parts[-1] if row.parts else None
    return None if last is None or last is row.shown else part_figures(last)


def floor_document(result: QualityResult) -> dict[str, float | int | None] | None:
    """The reference against itself; None where that was not measured."""
    floor = result.noise_floor
    return None if floor is None else floor_of(quality_figures(floor))


def at_floor(result: QualityResult, row: QualityRow) -> bool | None:
    """Whether a candidate is no further from the reference than the reference from itself."""
    return is_at_floor(part_figures(row.shown), floor_document(result))


def worst_document(worst: WorstToken) -> dict[str, Any]:
    """A place where a candidate is far from its reference, in plain values."""
    return msgspec.to_builtins(worst)


def parting_document(parting: Parting) -> dict[str, Any]:
    """Where two greedy answers part, in plain values."""
    return msgspec.to_builtins(parting)


def _bits(bits: BitsPerByte | None) -> dict[str, float | int | None]:
    if bits is None:
        return dict.fromkeys(BITS_NAMES)
    interval = bits.difference.interval()
    values = (
        bits.value.value,
        bits.value.standard_error,
        bits.reference.value,
        bits.difference.value,
        bits.difference.standard_error,
        interval.low if interval else None,
        interval.high if interval else None,
    )
    return dict(zip(BITS_NAMES, values, strict=True))


def quality_figures(figures: QualityFigures | None) -> dict[str, float | int | None]:
    """All figures as plain numbers; each is None where there is no measurement."""
    if figures is None:
        return dict.fromkeys(FIGURE_NAMES)
    tool, interval = figures.tool_errors, figures.mean_kld.log_interval()
    share, ratio = figures.same_top.share_interval(), figures.ln_ppl_ratio.interval()
    values = (
        figures.positions,
        figures.chunks,
        figures.mean_kld.value,
        tool.mean_kld if tool else None,
        figures.mean_kld.standard_error,
        interval.low if interval else None,
        interval.high if interval else None,
        _value(figures.median_kld),
        _value(figures.kld_p90),
        _value(figures.kld_p99),
        _value(figures.kld_p999),
        figures.max_kld,
        figures.same_top.value,
        tool.same_top if tool else None,
        figures.same_top.standard_error,
        share.low if share else None,
        share.high if share else None,
        figures.rms_delta_p.value,
        tool.rms_delta_p if tool else None,
        figures.rms_delta_p.standard_error,
        figures.ln_ppl_ratio.value,
        tool.ln_ppl_ratio if tool else None,
        figures.ln_ppl_ratio.standard_error,
        ratio.low if ratio else None,
        ratio.high if ratio else None,
        figures.ppl.value,
        tool.ppl if tool else None,
        figures.ppl.standard_error,
        figures.reference_ppl.value,
        figures.reference_ppl.standard_error,
        _error(figures.median_kld),
        _error(figures.kld_p90),
        _error(figures.kld_p99),
        _error(figures.kld_p999),
        figures.mean_delta_p.value,
        figures.mean_delta_p.standard_error,
    )
    return dict(zip(FIGURE_NAMES, values, strict=True))


def _error(percentile: Percentile | None) -> float | None:
    return percentile.standard_error if percentile else None


def _value(percentile: Percentile | None) -> float | None:
    return percentile.value if percentile else None
