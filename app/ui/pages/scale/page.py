"""The Scale page: the chart in one tab, other devices in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column, in_row, scrolled
from app.ui.pages.scale.chart.tab import ChartTab
from app.ui.pages.scale.elsewhere.tab import ElsewhereTab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.core.scale.law import ScalingLaw
    from app.core.scale.pairs import EqualPair
    from app.core.scale.points import ScalePoint
    from app.core.scale.published import PublishedModel
    from app.ui.pages.scale.elsewhere.tab import ElsewhereBackends


class ScalePage(QWidget):
    """Main thread only.

    Signals:
        chat_wanted: A candidate is to be opened in Compare.
        measure_wanted: Candidates are to be measured.

    Attributes:
        chart: The first tab.
        elsewhere: The second.
    """

    chat_wanted = Signal(object)
    measure_wanted = Signal(list)

    def __init__(
        self,
        law: ScalingLaw,
        published: tuple[PublishedModel, ...],
        find_pair: Callable[[ScalePoint, ScalePoint], EqualPair | None],
        backends: ElsewhereBackends,
    ) -> None:
        super().__init__()
        self.chart = ChartTab(law, published, find_pair)
        self.elsewhere = ElsewhereTab(backends)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Parts of the page"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab(self.tr("Chart"))
        self.tabs.addTab(self.tr("Other devices"))
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolled(self.chart))
        self._stack.addWidget(scrolled(self.elsewhere))
        head = in_row(self.tabs, 1, margins=(GRID, GRID // 2, GRID, 0))
        in_column(head, (self._stack, 1), on=self, spacing=0)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.chart.side.chat_wanted.connect(self.chat_wanted)
        self.chart.side.measure_wanted.connect(self.measure_wanted)
        self.chart.side.elsewhere_wanted.connect(self.carry_over)

        for number, (icon_name, text) in enumerate(
            (
                ("scale", self.tr("Show models by size and training")),
                ("memory", self.tr("Ask what a model would do on another device")),
            )
        ):
            action = QAction(icon(icon_name), text, self)
            action.triggered.connect(lambda _=False, tab=number: self.tabs.setCurrentIndex(tab))
            self.addAction(action)

    def carry_over(self, path: Path) -> None:
        """Ask what a file would do on other devices."""
        self.elsewhere.choose(path)
        self.tabs.setCurrentIndex(1)
