"""From the history to the lines of one plot."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.ui.kit.words.text import translate
from app.ui.plots.history import ENGINE_COLUMNS, GPU_COLUMNS, MACHINE_COLUMNS, History
from app.ui.plots.kinds import LineStyle, Metric, PlotCandidate

if TYPE_CHECKING:
    from app.core.plots.series import Floats, SeriesWindow, Times

_LEAST = {
    Metric.MEMORY: 100e6,
    Metric.SPEED: 10.0,
    Metric.CPU: 100.0 * (os.cpu_count() or 1),
    Metric.GPU_MEMORY: 1e9,
    Metric.GPU_LOAD: 100.0,
}

# A moment more than what is shown, so that lines reach the left edge.
_MARGIN_NS = 2_000_000_000


def least(metric: Metric) -> float:
    """The smallest end of a metric's axis; percentages start with all that there is."""
    return _LEAST[metric]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot.

    Attributes:
        name: Tells it from the other lines of all metrics.
        candidate: Whose it is; None for the PC's and the GPUs' lines.
        mark: What stands at its end, may be empty.
        style: How it is drawn.
        times_ns: Times of its points.
        values: Their values; NaN interrupts the line.
        first: Number of the first point in its series.
        sets_scale: Whether the axis must reach it.
        caption: What stands above its start, may be empty.
    """

    name: str
    candidate: PlotCandidate | None
    mark: str
    style: LineStyle
    times_ns: Times
    values: Floats
    first: int
    sets_scale: bool = True
    caption: str = ""


def lines_of(
    metric: Metric,
    history: History,
    candidates: Sequence[PlotCandidate],
    now_ns: int,
    span_ns: int,
) -> list[Line]:
    """The lines of a metric in the span before now, without empty ones."""
    lines = {
        Metric.MEMORY: _memory,
        Metric.SPEED: _speed,
        Metric.CPU: _cpu,
        Metric.GPU_MEMORY: _gpu_memory,
        Metric.GPU_LOAD: _gpu_load,
    }[metric](history, candidates, now_ns - span_ns - _MARGIN_NS, now_ns)
    return [line for line in lines if len(line.values) and not np.isnan(line.values).all()]


def _memory(
    history: History, candidates: Sequence[PlotCandidate], start_ns: int, end_ns: int
) -> Iterator[Line]:
    window = history.machine.between(start_ns, end_ns)
    for column, caption in (
        ("memory_total_bytes", translate("Plots", "PC: total")),
        ("memory_available_bytes", translate("Plots", "PC: available")),
    ):
        values = window.values[MACHINE_COLUMNS.index(column)]
        line = _line(f"pc:{column}", None, "", LineStyle.DOTTED, window, values)
        yield replace(line, sets_scale=False, caption=caption)
    for candidate in candidates:
        series = history.samples(candidate.key)
        if series is None:
            continue
        window = series.between(start_ns, end_ns)
        private, mapped, resident = window.values[: ENGINE_COLUMNS.index("cpu_percent")]
        # Where the system does not tell the two apart, their sum is shown.
        known = np.where(np.isnan(private), resident, private)
        name = f"{candidate.key}:mapped"
        yield _line(name, candidate, "", LineStyle.DASHED, window, mapped)
        name = f"{candidate.key}:private"
        yield _line(name, candidate, candidate.letter, LineStyle.SOLID, window, known)


def _speed(
    history: History, candidates: Sequence[PlotCandidate], start_ns: int, end_ns: int
) -> Iterator[Line]:
    for candidate in candidates:
        series = history.speeds(candidate.key)
        if series is not None:
            window = series.between(start_ns, end_ns)
            name = f"{candidate.key}:speed"
            mark = candidate.letter
            yield _line(name, candidate, mark, LineStyle.SOLID, window, window.values[0])


def _cpu(
    history: History, candidates: Sequence[PlotCandidate], start_ns: int, end_ns: int
) -> Iterator[Line]:
    for candidate in candidates:
        series = history.samples(candidate.key)
        if series is not None:
            window = series.between(start_ns, end_ns)
            values = window.values[ENGINE_COLUMNS.index("cpu_percent")]
            mark = candidate.letter
            yield _line(f"{candidate.key}:cpu", candidate, mark, LineStyle.SOLID, window, values)


def _gpu_memory(
    history: History, candidates: Sequence[PlotCandidate], start_ns: int, end_ns: int
) -> Iterator[Line]:
    for index, series in history.gpus.items():
        window = series.between(start_ns, end_ns)
        used = window.values[GPU_COLUMNS.index("memory_used_bytes")]
        total = window.values[GPU_COLUMNS.index("memory_total_bytes")]
        line = _line(f"gpu{index}:total", None, "", LineStyle.DOTTED, window, total)
        yield replace(line, caption=translate("Plots", "GPU {0}: total").format(index))
        yield _line(f"gpu{index}:used", None, str(index), _gpu_style(index), window, used)


def _gpu_load(
    history: History, candidates: Sequence[PlotCandidate], start_ns: int, end_ns: int
) -> Iterator[Line]:
    for index, series in history.gpus.items():
        window = series.between(start_ns, end_ns)
        load = window.values[GPU_COLUMNS.index("load_percent")]
        yield _line(f"gpu{index}:load", None, str(index), _gpu_style(index), window, load)


def _gpu_style(index: int) -> LineStyle:
    return LineStyle.DASHED if index % 2 else LineStyle.SOLID


def _line(
    name: str,
    candidate: PlotCandidate | None,
    mark: str,
    style: LineStyle,
    window: SeriesWindow,
    values: Floats,
) -> Line:
    return Line(name, candidate, mark, style, window.times_ns, values, window.first)
