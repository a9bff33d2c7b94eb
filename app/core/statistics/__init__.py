"""Figures and intervals, each small and exact enough to be checked by hand.

What is named here needs only Python's own library. ``percentiles`` (numpy) and
``llama_perplexity`` (another tool's formulas) are imported on their own.
"""

from app.core.statistics.anytime import WinRate, win_rate
from app.core.statistics.chunks import Estimate, mean_over_chunks
from app.core.statistics.describe import (
    MIN_VALUES_FOR_MEDIAN_INTERVAL,
    Interval,
    mean,
    median,
    median_interval,
    percentile,
    sample_standard_deviation,
    wilson_interval,
)
from app.core.statistics.looks import Look, StoppedBy, next_look, take_look
from app.core.statistics.paired import (
    PairedCounts,
    holm,
    items_to_settle,
    mcnemar_exact,
    paired_difference_interval,
)

__all__ = [
    "MIN_VALUES_FOR_MEDIAN_INTERVAL",
    "Estimate",
    "Interval",
    "Look",
    "PairedCounts",
    "StoppedBy",
    "WinRate",
    "holm",
    "items_to_settle",
    "mcnemar_exact",
    "mean",
    "mean_over_chunks",
    "median",
    "median_interval",
    "next_look",
    "paired_difference_interval",
    "percentile",
    "sample_standard_deviation",
    "take_look",
    "wilson_interval",
    "win_rate",
]
