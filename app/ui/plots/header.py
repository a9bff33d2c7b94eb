"""The switches above the plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.layouts import in_row
from app.ui.plots.kinds import DEFAULT_SPAN_S, SPANS_S, Metric
from app.ui.plots.words import span_name

if TYPE_CHECKING:
    from app.ui.plots.outlet import Outlet

_ICON_PX = 2 * GRID


class MetricChoice(QComboBox):
    """Chooses what a plot shows.

    Signals:
        chosen: The person chose this metric.
    """

    chosen = Signal(object)

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What this plot shows"))
        set_tip(self, self.accessibleName())
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for each in Metric:
            if not each.needs_gpu:
                self.addItem(each.title, each)
        self.set_metric(metric)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def set_metric(self, metric: Metric) -> None:
        """Show this choice."""
        self.setCurrentIndex(self.findData(metric))

    def show_gpu(self) -> None:
        """Offer the GPU's metrics too; a GPU was found."""
        for each in Metric:
            if each.needs_gpu and self.findData(each) < 0:
                self.addItem(each.title, each)


class _Button(QToolButton):
    """A flat button with an icon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))


class SaveButton(_Button):
    """Opens the menu for saving and copying plots."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__()
        self.setIcon(icon("save"))
        self.setAccessibleName(self.tr("Save or copy the plots"))
        set_tip(self, self.accessibleName())
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(outlet.menu(self))


class Controls(QWidget):
    """Span, pause, and the menu for saving.

    Signals:
        span_chosen: Show this many seconds.
        pause_asked: Stand still (True) or go on.
    """

    span_chosen = Signal(int)
    pause_asked = Signal(bool)

    def __init__(self, outlet: Outlet) -> None:
        super().__init__()
        row = in_row(on=self, spacing=GRID // 2)
        self._span = ChoiceBox(self.tr("Time shown"))
        for span_s in SPANS_S:
            self._span.addItem(span_name(span_s), span_s)
        self._span.activated.connect(
            lambda index: self.span_chosen.emit(self._span.itemData(index))
        )
        self._pause = _Button()
        self._pause.setCheckable(True)
        self._pause.clicked.connect(self.pause_asked)
        for part in (self._span, self._pause, SaveButton(outlet)):
            row.addWidget(part)
        self.set_span(DEFAULT_SPAN_S)
        self.set_paused(False)

    def set_span(self, span_s: int) -> None:
        """Show this span as chosen."""
        self._span.setCurrentIndex(self._span.findData(span_s))

    def set_paused(self, paused: bool) -> None:
        """Show whether the plots stand still."""
        self._pause.setChecked(paused)
        self._pause.setIcon(icon("play" if paused else "pause"))
        name = self.tr("Go on") if paused else self.tr("Pause the plots; recording goes on")
        self._pause.setAccessibleName(name)
        set_tip(self._pause, name)
