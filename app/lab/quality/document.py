"""A candidate's figures of quality by the names of the command line's contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.quality.floor import floor_of, is_at_floor

if TYPE_CHECKING:
    from app.core.quality.bits import BitsPerByte
    from app.core.quality.summary import QualityFigures
    from app.core.statistics.describe import Interval
    from app.core.statistics.percentiles import Percentile
    from app.lab.quality.plan import (
        QualityPart,
        QualityResult,
        QualityRow,
    )

Figure = float | int | None

_FIGURES: dict[str, Callable[[QualityFigures], Figure]] = {
    "positions": lambda one: one.positions,
    "chunks": lambda one: one.chunks,
    "mean_kld": lambda one: one.mean_kld.value,
    "mean_kld_se": lambda one: one.tool_errors and one.tool_errors.mean_kld,
    "mean_kld_se_chunks": lambda one: one.mean_kld.standard_error,
    "mean_kld_low": lambda one: _low(one.mean_kld.log_interval()),
    "mean_kld_high": lambda one: _high(one.mean_kld.log_interval()),
    "median_kld": lambda one: _value(one.median_kld),
    "kld_p90": lambda one: _value(one.kld_p90),
    "kld_p99": lambda one: _value(one.kld_p99),
    "kld_p999": lambda one: _value(one.kld_p999),
    "max_kld": lambda one: one.max_kld,
    "same_top": lambda one: one.same_top.value,
    "same_top_se": lambda one: one.tool_errors and one.tool_errors.same_top,
    "same_top_se_chunks": lambda one: one.same_top.standard_error,
    "same_top_low": lambda one: _low(one.same_top.share_interval()),
    "same_top_high": lambda one: _high(one.same_top.share_interval()),
    "rms_delta_p": lambda one: one.rms_delta_p.value,
    "rms_delta_p_se": lambda one: one.tool_errors and one.tool_errors.rms_delta_p,
    "rms_delta_p_se_chunks": lambda one: one.rms_delta_p.standard_error,
    "ln_ppl_ratio": lambda one: one.ln_ppl_ratio.value,
    "ln_ppl_ratio_se": lambda one: one.tool_errors and one.tool_errors.ln_ppl_ratio,
    "ln_ppl_ratio_se_chunks": lambda one: one.ln_ppl_ratio.standard_error,
    "ln_ppl_ratio_low": lambda one: _low(one.ln_ppl_ratio.interval()),
    "ln_ppl_ratio_high": lambda one: _high(one.ln_ppl_ratio.interval()),
    "ppl": lambda one: one.ppl.value,
    "ppl_se": lambda one: one.tool_errors and one.tool_errors.ppl,
    "ppl_se_chunks": lambda one: one.ppl.standard_error,
    "reference_ppl": lambda one: one.reference_ppl.value,
    "reference_ppl_se_chunks": lambda one: one.reference_ppl.standard_error,
    "median_kld_se_chunks": lambda one: _error(one.median_kld),
    "kld_p90_se_chunks": lambda one: _error(one.kld_p90),
    "kld_p99_se_chunks": lambda one: _error(one.kld_p99),
    "kld_p999_se_chunks": lambda one: _error(one.kld_p999),
    "mean_delta_p": lambda one: one.mean_delta_p.value,
    "mean_delta_p_se_chunks": lambda one: one.mean_delta_p.standard_error,
}
_BITS: dict[str, Callable[[BitsPerByte], Figure]] = {
    "bits_per_byte": lambda one: one.value.value,
    "bits_per_byte_se_chunks": lambda one: one.value.standard_error,
    "reference_bits_per_byte": lambda one: one.reference.value,
    "bits_per_byte_difference": lambda one: one.difference.value,
    "bits_per_byte_difference_se_chunks": lambda one: one.difference.standard_error,
    "bits_per_byte_difference_low": lambda one: _low(one.difference.interval()),
    "bits_per_byte_difference_high": lambda one: _high(one.difference.interval()),
}
FIGURE_NAMES = (*_FIGURES, *_BITS)


def part_figures(part: QualityPart | None) -> dict[str, Figure]:
    """A candidate's figures, those of another vocabulary among them, and its bits per byte."""
    figures = quality_figures(part.figures if part else None)
    if part is not None and part.ppl is not None:
        figures |= {
            "positions": part.positions,
            "chunks": part.ppl.chunks,
            "ppl": part.ppl.value,
            "ppl_se_chunks": part.ppl.standard_error,
        }
    bits = part.bits if part else None
    return figures | {name: bits and take(bits) for name, take in _BITS.items()}


def longest_figures(row: QualityRow) -> dict[str, Figure] | None:
    """Over all that it has read, where that is more than what is shown beside the others."""
    last = row.parts[-1] if row.parts else None
    return None if last is None or last is row.shown else part_figures(last)


def floor_document(result: QualityResult) -> dict[str, Figure] | None:
    """The reference against itself; None where that was not measured."""
    floor = result.noise_floor
    return None if floor is None else floor_of(quality_figures(floor))


def at_floor(result: QualityResult, row: QualityRow) -> bool | None:
    """Whether a candidate is no further from the reference than the reference from itself."""
    return is_at_floor(part_figures(row.shown), floor_document(result))


def quality_figures(figures: QualityFigures | None) -> dict[str, Figure]:
    """All figures as plain numbers; each is None where there is no measurement."""
    return {name: figures and take(figures) for name, take in _FIGURES.items()}


def _error(percentile: Percentile | None) -> float | None:
    return percentile.standard_error if percentile else None


def _value(percentile: Percentile | None) -> float | None:
    return percentile.value if percentile else None


def _low(interval: Interval | None) -> float | None:
    return interval.low if interval else None


def _high(interval: Interval | None) -> float | None:
    return interval.high if interval else None
