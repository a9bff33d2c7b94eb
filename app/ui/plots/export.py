"""The plots as a picture, a drawing and a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app.core.text.csv_cells import csv_cell
from app.ui.kit.theme import GRID, current_tokens, tabular
from app.ui.plots.history import (
    ENGINE_COLUMNS,
    GPU_COLUMNS,
    MACHINE_COLUMNS,
    SPEED_COLUMNS,
    History,
)
from app.ui.plots.sheet import Sheet

if TYPE_CHECKING:
    from app.core.plots.series import RingSeries
    from app.ui.plots.chart import Chart
    from app.ui.plots.kinds import PlotCandidate


class Figure(Sheet):
    """The plots side by side, with their names and the candidates, to be kept or sent."""

    def __init__(self, charts: Sequence[Chart], candidates: Sequence[PlotCandidate]) -> None:
        """Prepare to paint what the plots show now."""
        self._charts = charts
        self._candidates = candidates
        self._tokens = current_tokens()
        self._font = tabular(charts[0].font())
        self.dots_per_inch = charts[0].logicalDpiX()
        self._line_px = QFontMetricsF(self._font).height() + GRID

    @property
    def size(self) -> QSize:
        """Width and height in pixels."""
        plots = sum(chart.width() for chart in self._charts)
        height = max(chart.height() for chart in self._charts)
        gaps = GRID * (len(self._charts) + 1)
        return QSize(plots + gaps, round(height + 2 * self._line_px + 3 * GRID))

    def paint(self, painter: QPainter, pixel_ratio: float) -> None:
        size = self.size
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        painter.setFont(self._font)
        painter.fillRect(
            QRectF(0.0, 0.0, size.width(), size.height()), QColor(self._tokens.surface)
        )
        self._paint_candidates(painter, 2.0 * GRID, float(GRID), size.width() - 2.0 * GRID)
        left = float(GRID)
        top = GRID + self._line_px
        for chart in self._charts:
            painter.setPen(QColor(self._tokens.text))
            title = QRectF(left + GRID, top, chart.width() - GRID, self._line_px)
            painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, chart.shows.long_title)
            target = QRectF(left, top + self._line_px, chart.width(), chart.height())
            painter.save()
            chart.render_onto(painter, target, pixel_ratio)
            painter.restore()
            left += chart.width() + GRID

    def _paint_candidates(self, painter: QPainter, left: float, top: float, right: float) -> None:
        metrics = QFontMetricsF(self._font)
        room = (right - left) / max(1, len(self._candidates))
        for candidate in self._candidates:
            text = metrics.elidedText(
                candidate.name, Qt.TextElideMode.ElideMiddle, max(0.0, room - 4 * GRID)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(candidate.colour))
            painter.drawEllipse(QPointF(left + 4.0, top + self._line_px / 2), 4.0, 4.0)
            painter.setPen(QColor(self._tokens.text))
            width = metrics.horizontalAdvance(text) + 2.0
            box = QRectF(left + 2 * GRID, top, width, self._line_px)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            left += 2 * GRID + width + 2 * GRID


def table(history: History, candidates: Sequence[PlotCandidate], now_ns: int, span_s: int) -> str:
    """The span before now as comma-separated values.

    A row for every moment at which anything was measured; cells stay empty where nothing was
    measured at that very moment. The seconds are those of the time axis: negative, 0 is now.
    """
    columns = _columns(history, candidates)
    start_ns = now_ns - span_s * 1_000_000_000
    cells: dict[int, dict[int, float]] = {}
    names: list[str] = []
    for series, column, name in columns:
        window = series.between(start_ns, now_ns)
        values = window.values[column]
        for place in np.flatnonzero(~np.isnan(values)):
            row = cells.setdefault(int(window.times_ns[place]), {})
            row[len(names)] = float(values[place])
        names.append(name)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["seconds", *map(csv_cell, names)])
    for time_ns in sorted(cells):
        row = cells[time_ns]
        written = [_cell(row.get(index, math.nan)) for index in range(len(names))]
        writer.writerow([f"{(time_ns - now_ns) / 1e9:.3f}", *written])
    return text.getvalue()


def _columns(
    history: History, candidates: Sequence[PlotCandidate]
) -> list[tuple[RingSeries, int, str]]:
    found = [(history.machine, index, f"PC {name}") for index, name in enumerate(MACHINE_COLUMNS)]
    for candidate in candidates:
        samples, speeds = history.samples(candidate.key), history.speeds(candidate.key)
        if samples is None or speeds is None:
            continue
        for index, name in enumerate(ENGINE_COLUMNS):
            found.append((samples, index, f"{candidate.name} {name}"))
        found.append((speeds, 0, f"{candidate.name} {SPEED_COLUMNS[0]}"))
    for number, series in history.gpus.items():
        for index, name in enumerate(GPU_COLUMNS):
            found.append((series, index, f"GPU {number} {history.gpu_names[number]} {name}"))
    return found


def _cell(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else f"{value:.6g}"
