"""One crosshair over both plots, with its box of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint

from app.ui.kit.theme import GRID
from app.ui.kit.timers import later
from app.ui.plots.readout_box import ReadoutBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.plots.chart import Chart
    from app.ui.plots.words import Readout

_POINTER_MS = 33


class Crosshair(QObject):
    """Follows the pointer or the keys in any of the plots and shows all values at that moment.

    Moves of the pointer are gathered: thirty times a second is enough for an eye. The box floats
    in the window, so that it can be larger than the plots.

    Attributes:
        seconds: Where it stands, in seconds before now (negative); None when it is away.
        box: The box of values.
    """

    def __init__(
        self,
        charts: Sequence[Chart],
        values: Callable[[float], Readout],
        parent: QWidget,
    ) -> None:
        """Listen to the plots.

        Args:
            charts: The plots, over one time axis.
            values: Gives what to show at so many seconds before now.
            parent: The widget that holds the plots.
        """
        super().__init__(parent)
        self._plots = parent
        self._charts = tuple(charts)
        self._values = values
        self.seconds: float | None = None
        self._pointed: tuple[int, float | None] = (0, None)
        self._timer = later(self, _POINTER_MS, self._follow)
        self.box = ReadoutBox(parent)
        parent.destroyed.connect(self.box.deleteLater)
        for place, chart in enumerate(self._charts):
            chart.pointed.connect(lambda seconds, place=place: self.point(place, seconds))

    def point(self, place: int, seconds: float | None) -> None:
        """Go to a moment in one of the plots, soon; or away, at once."""
        self._pointed = (place, seconds)
        if seconds is None:
            self.hide()
        elif not self._timer.isActive():
            self._timer.start()

    def hide(self) -> None:
        """Take crosshair and box away."""
        self._timer.stop()
        self.seconds = None
        for chart in self._charts:
            chart.set_cursor(None)
        self.box.forget()

    def refresh(self) -> None:
        """Show the values of now at the same place."""
        if self.seconds is None:
            return
        window = self._plots.window()
        if self.box.parentWidget() is not window:
            self.box.setParent(window)
        self.box.set_readout(self._values(self.seconds))
        self.box.move(self._box_place(window, self.seconds))
        self.box.show()
        self.box.raise_()

    def _follow(self) -> None:
        place, seconds = self._pointed
        if seconds is None:
            return
        self.seconds = seconds
        for chart in self._charts:
            chart.set_cursor(seconds)
        self.refresh()
        readout = self.box.readout
        if readout is not None:
            self._charts[place].setAccessibleDescription(readout.as_sentences())

    def _box_place(self, window: QWidget, seconds: float) -> QPoint:
        """Above the plots, where there is room, and else beside the crosshair."""
        chart = self._charts[self._pointed[0]]
        point = chart.mapTo(window, QPoint(round(chart.x_of(seconds)), 0))
        size = self.box.size()
        left = point.x() + 2 * GRID
        if left + size.width() > window.width() - GRID:
            left = point.x() - 2 * GRID - size.width()
        above = self._plots.mapTo(window, QPoint(0, 0)).y() - size.height() - GRID // 2
        beside = min(point.y() + GRID, window.height() - GRID - size.height())
        return QPoint(max(GRID, left), above if above >= GRID else max(GRID, beside))
