"""The live plots of the Compare page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QStackedLayout, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.timers import every
from app.ui.kit.widgets.labels import PlainLabel
from app.ui.kit.widgets.layouts import in_grid
from app.ui.plots.chart import Chart
from app.ui.plots.crosshair import Crosshair
from app.ui.plots.export import Figure, table
from app.ui.plots.header import Controls, MetricChoice
from app.ui.plots.history import History
from app.ui.plots.kinds import DEFAULT_SPAN_S, SPANS_S, Metric, PlotCandidate
from app.ui.plots.outlet import Outlet
from app.ui.plots.summary import Summary, summary_of
from app.ui.plots.words import Readout, readout

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from app.monitor.samples import Sample

TICK_MS = 250
"""One plot is repainted at each tick, so each one twice a second: the time a repaint takes is taken
from the engine, which uses all cores."""
LIVELY_NS = 2_000_000_000
"""So long after the last event the plots are repainted often; later once a second."""
_RESTING_NS = 15_000_000_000
"""So long after it they are repainted seldom: nothing but the time moves in them."""
_TICKS_PER_SLOW, _TICKS_AT_REST = 4, 20
_NOTABLE_CHANGE = 0.01


class LivePlots(QWidget):
    """Two plots over one time axis, and the switches that belong to them.

    Everything comes in on the main thread through `set_candidates`, `add_sample` and `add_speed`;
    times are those of `time.monotonic_ns`. Nothing is painted while the plots cannot be seen.

    Attributes:
        charts: The two plots, left and right.
        span_s: How many seconds are shown.
        crosshair: The crosshair over both plots.
        outlet: Saves and copies what is shown.
    """

    def __init__(self, *, clock: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__()
        self._clock = clock
        self._history = History()
        # What is shown while paused, and when that was.
        self._frozen: tuple[History, int] | None = None
        self._candidates: list[PlotCandidate] = []
        self.span_s = DEFAULT_SPAN_S
        self._stale = {0, 1}
        self._tick = 0
        self._lively_ns = 0
        self._noted_bytes = 0.0
        self._timer = every(self, TICK_MS, self.tick)
        self._build()
        self._write_texts()

    # ---------------------------------------------------------------------------- what comes in

    def set_candidates(self, candidates: Iterable[PlotCandidate]) -> None:
        """Show these candidates in this order; values of others are forgotten."""
        self._candidates = list(candidates)
        self._history.set_candidates(candidate.key for candidate in self._candidates)
        self._on_changed()

    def add_sample(self, time_ns: int, values: Sample) -> None:
        """Record a sample of the monitor."""
        found_gpu = bool(values.gpus) and not self._history.gpus
        self._history.add_sample(time_ns, values)
        held = sum(
            (engine.private_bytes or engine.resident_bytes or 0) + (engine.mapped_bytes or 0)
            for engine in values.engines.values()
        )
        if abs(held - self._noted_bytes) > _NOTABLE_CHANGE * self._noted_bytes:
            self._noted_bytes = held
            self._lively_ns = time_ns
        if found_gpu:
            for choice in self._choices:
                choice.show_gpu()
        self._leave_empty_state()

    def add_speed(self, key: str, time_ns: int, tokens_per_second: float | None) -> None:
        """Record a candidate's speed; NaN or None when it stops generating."""
        self._history.add_speed(key, time_ns, tokens_per_second)
        self._lively_ns = max(self._lively_ns, time_ns)
        self._leave_empty_state()

    def clear(self) -> None:
        """Forget all values, and go on if paused."""
        self._history.clear()
        self.set_paused(False)
        self._on_changed()

    # ---------------------------------------------------------------------------- what is shown

    @property
    def candidates(self) -> list[PlotCandidate]:
        """The candidates in their order."""
        return list(self._candidates)

    @property
    def is_paused(self) -> bool:
        """Whether the view stands still; recording goes on."""
        return self._frozen is not None

    def set_paused(self, paused: bool) -> None:
        """Let the view stand still, or go on."""
        if paused == self.is_paused:
            return
        self._frozen = (self._history.copy(), self._clock()) if paused else None
        self._controls.set_paused(paused)
        self._stale = {0, 1}
        self._write_texts()

    def set_span(self, span_s: int) -> None:
        """Show this many seconds.

        Raises:
            ValueError: Not one of `SPANS_S`.
        """
        if span_s not in SPANS_S:
            raise ValueError(f"the plots cannot show {span_s} seconds")
        self.span_s = span_s
        self._controls.set_span(span_s)
        for chart in self.charts:
            chart.set_span(span_s)
        self.crosshair.hide()
        self._stale = {0, 1}

    def set_metric(self, place: int, metric: Metric) -> None:
        """Show something in the left (0) or right (1) plot; the two change places if need be."""
        other = 1 - place
        if self.charts[other].shows is metric:
            self._show_metric(other, self.charts[place].shows)
        self._show_metric(place, metric)
        self._write_texts()

    def readout(self) -> Readout:
        """All values at the crosshair, or the newest ones when there is none."""
        return self._readout_at(self.crosshair.seconds or 0.0)

    def _readout_at(self, seconds: float) -> Readout:
        history, now_ns = self._shown()
        moment = history.moment(now_ns + round(seconds * 1e9))
        return readout(moment, self._candidates, seconds)

    def _figure(self) -> Figure:
        history, now_ns = self._shown()
        for chart in self.charts:
            chart.repaint_from(history, self._candidates, now_ns)
        return Figure(self.charts, self._candidates)

    def _table(self) -> str:
        history, now_ns = self._shown()
        return table(history, self._candidates, now_ns, self.span_s)

    # ---------------------------------------------------------------------------- repainting

    def _shown(self) -> tuple[History, int]:
        return self._frozen or (self._history, self._clock())

    @property
    def is_ticking(self) -> bool:
        """Whether the plots repaint themselves; not while hidden."""
        return self._timer.isActive()

    def tick(self) -> None:
        """Repaint one of the plots, in turn, if it is due and can be seen."""
        if not self._can_be_seen():
            return
        self._tick += 1
        place, pace = self._tick % 2, self._pace()
        if self._is_due(place, pace):
            self._stale.discard(place)
            history, now_ns = self._shown()
            self.charts[place].repaint_from(history, self._candidates, now_ns)
            if place == 0:
                self.crosshair.refresh()
        if self._tick % max(pace, _TICKS_PER_SLOW) == 1:
            self._write_texts()

    def _pace(self) -> int:
        """How many ticks lie between two repaints of a plot: more the longer nothing happened."""
        quiet_ns = self._clock() - self._lively_ns
        if quiet_ns < LIVELY_NS:
            return 2
        return _TICKS_PER_SLOW if quiet_ns < _RESTING_NS else _TICKS_AT_REST

    def _is_due(self, place: int, pace: int) -> bool:
        """Whether a plot is to be repainted at its turn."""
        if place in self._stale:
            return True
        if self._frozen is not None:
            return False
        return self._tick % pace == place

    def _can_be_seen(self) -> bool:
        if not self.isVisible() or self._history.is_empty:
            return False
        handle = self.window().windowHandle()
        return not self.window().isMinimized() and (handle is None or handle.isExposed())

    def _write_texts(self) -> None:
        """What changes slowly, because people read it."""
        history, now_ns = self._shown()
        moment = history.moment(now_ns)
        said = readout(moment, self._candidates, 0.0).as_sentences()
        for chart, summary in zip(self.charts, self._summaries, strict=True):
            summary.set_pieces(summary_of(chart.shows, moment))
            chart.setAccessibleDescription(said)

    # ---------------------------------------------------------------------------- building

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Live plots"))
        self.charts = (Chart(Metric.MEMORY), Chart(Metric.SPEED))
        self._choices = tuple(MetricChoice(chart.shows) for chart in self.charts)
        self._summaries = tuple(Summary() for _ in self.charts)
        self.outlet = Outlet(
            self._figure,
            self._table,
            lambda: self.readout().as_table(),
            "shrinkscope-plots",
            self,
        )
        self._controls = Controls(self.outlet)
        self.crosshair = Crosshair(self.charts, self._readout_at, self)
        plots = QWidget()
        grid = in_grid(plots, across=2 * GRID, down=0)
        for place, chart in enumerate(self.charts):
            header = QGridLayout()
            header.setContentsMargins(0, GRID // 2, 0, GRID // 2)
            header.setHorizontalSpacing(GRID)
            header.addWidget(self._choices[place], 0, 0)
            header.addWidget(self._summaries[place], 0, 1)
            header.setColumnStretch(1, 1)
            if place == 1:
                header.addWidget(self._controls, 0, 2)
            grid.addLayout(header, 0, place)
            grid.addWidget(chart, 1, place)
            grid.setColumnStretch(place, 1)
            self._connect(place, chart)
        grid.setRowStretch(1, 1)
        self._empty = PlainLabel(self.tr("Ask something: memory and speed appear here."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(plots)
        self._controls.span_chosen.connect(self.set_span)
        self._controls.pause_asked.connect(self.set_paused)

    def _connect(self, place: int, chart: Chart) -> None:
        self._choices[place].chosen.connect(lambda metric: self.set_metric(place, metric))
        chart.copy_asked.connect(self.outlet.copy_values)

    def _show_metric(self, place: int, metric: Metric) -> None:
        self.charts[place].set_metric(metric)
        self._choices[place].set_metric(metric)
        self._stale.add(place)

    def _on_changed(self) -> None:
        self._stale = {0, 1}
        self._write_texts()
        self._stack.setCurrentIndex(0 if self._history.is_empty else 1)
        if self._history.is_empty:
            self.crosshair.hide()

    def _leave_empty_state(self) -> None:
        if self._stack.currentIndex() == 0 and not self._history.is_empty:
            self._on_changed()

    # ---------------------------------------------------------------------------- Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._stale = {0, 1}
        self._write_texts()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self.crosshair.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for chart in self.charts:
                chart.dress()
            self._stale = {0, 1}
