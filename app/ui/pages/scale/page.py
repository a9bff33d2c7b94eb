"""The Scale page: the chart in one tab, other devices in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.late import Place
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column, in_row, scrolled, scrolling
from app.ui.pages.scale.chart.tab import ChartTab

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.models.family import LibraryModel
    from app.core.scale.law import ScalingLaw
    from app.core.scale.pairs import EqualPair
    from app.core.scale.points import ScalePoint
    from app.core.scale.published import PublishedModel
    from app.ui.pages.scale.elsewhere.backends import ElsewhereBackends
    from app.ui.pages.scale.elsewhere.tab import ElsewhereTab

OTHER_TAB = "app.ui.pages.scale.elsewhere.tab"
"""Module of the second tab."""


class ScalePage(QWidget):
    """Main thread only.

    Signals:
        chat_wanted: A candidate is to be opened in Compare.
        measure_wanted: Candidates are to be measured.

    Attributes:
        chart: The first tab.
    """

    chat_wanted = Signal(object)
    measure_wanted = Signal(list)

    def __init__(
        self,
        law: ScalingLaw,
        published: tuple[PublishedModel, ...],
        find_pair: Callable[[ScalePoint, ScalePoint], EqualPair | None],
        backends: ElsewhereBackends,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._backends = backends
        self._elsewhere: ElsewhereTab | None = None
        self._models: Sequence[LibraryModel] = ()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Parts of the page"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab(self.tr("Chart"))
        self.tabs.addTab(self.tr("Other devices"))
        self._stack = QStackedWidget()
        head = in_row(self.tabs, 1, margins=(GRID, GRID // 2, GRID, 0))
        in_column(head, (self._stack, 1), on=self, spacing=0)
        # From the outside in: what is put into another widget is styled anew with all it holds.
        first = scrolling()
        self._stack.addWidget(first)
        self._stack.addWidget(Place(lambda: scrolled(self.elsewhere)))
        self.chart = ChartTab(law, published, find_pair, first.viewport())
        first.setWidget(self.chart)
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

    @property
    def elsewhere(self) -> ElsewhereTab:
        """The second tab; it is built when it is first wanted."""
        if self._elsewhere is None:
            from app.ui.pages.scale.elsewhere.tab import ElsewhereTab

            self._elsewhere = ElsewhereTab(self._backends)
            self._elsewhere.show_models(self._models)
        return self._elsewhere

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Ask about these on other devices."""
        self._models = models
        if self._elsewhere is not None:
            self._elsewhere.show_models(models)

    def stop(self) -> None:
        """Plan nothing more; the window closes."""
        if self._elsewhere is not None:
            self._elsewhere.stop()

    def carry_over(self, path: Path) -> None:
        """Ask what a file would do on other devices."""
        self.elsewhere.choose(path)
        self.tabs.setCurrentIndex(1)
