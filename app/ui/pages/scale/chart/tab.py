"""The tab of the scaling chart: the picture, its table, and what it means for a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.full_height import FullHeight
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.pages.scale.chart.content import ChartKind, content_of, describe
from app.ui.pages.scale.chart.drawing import lay_out
from app.ui.pages.scale.chart.side import ScaleSide
from app.ui.pages.scale.chart.table import PointsModel, PointsView
from app.ui.pages.scale.sheet import DrawnSheet
from app.ui.plots.header import SaveButton
from app.ui.plots.ladder.board import Board
from app.ui.plots.ladder.look import Look
from app.ui.plots.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from app.core.scale.law import ScalingLaw
    from app.core.scale.pairs import EqualPair
    from app.core.scale.points import ScalePoint
    from app.core.scale.published import PublishedModel

_SHEET = QSizeF(112 * GRID, 72 * GRID)
# Below this width the words stand under the picture.
_BESIDE_PX = 112 * GRID


class ChartTab(QWidget):
    """Main thread only.

    Attributes:
        side: What the chart means for the chosen model.
    """

    def __init__(
        self,
        law: ScalingLaw,
        published: tuple[PublishedModel, ...],
        find_pair: Callable[[ScalePoint, ScalePoint], EqualPair | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "plain")
        left = FullHeight()
        self._split = split(left, grows=0)
        in_column(self._split, on=self, margins=(2 * GRID, GRID, GRID, GRID))
        self._law = law
        self._points: tuple[ScalePoint, ...] = ()
        self._chosen: str | None = None
        self.kind = ChoiceBox(self.tr("Which chart"))
        for each in ChartKind:
            self.kind.addItem(each.title, each)
        first = content_of(ChartKind.TRAINING, law, ())
        self.board = Board(first, ChartKind.TRAINING.title, lay_out=lay_out, describe=describe)
        self.model = PointsModel(self)
        self.table = PointsView(self.model)
        self.table_button = push_button(self.tr("Table"), icon_name="columns")
        self.table_button.setCheckable(True)
        self.side = ScaleSide(law, published, find_pair)
        self.unknown = label("", "small-dim", wrap=True)
        self.unknown.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.board)
        self._stack.addWidget(self.table)
        self.outlet = Outlet(
            lambda: DrawnSheet(
                lay_out(self.board.content, _SHEET, Look.of(self.font(), current_tokens()))
            ),
            self.model.as_csv,
            self.model.as_csv,
            "shrinkscope-scale",
            self,
        )
        save = (SaveButton(self.outlet), 0, Qt.AlignmentFlag.AlignVCenter)
        top = in_row(self.kind, self.table_button, 1, save)
        in_column(top, (self._stack, 1), self.unknown, on=left)
        self._split.addWidget(self.side)
        self._split.setSizes((90 * GRID, 42 * GRID))
        self.kind.activated.connect(self._show)
        self.table_button.toggled.connect(self._stack.setCurrentIndex)
        self.board.picked.connect(self.choose)
        self.board.opened.connect(self.choose)
        self.board.copy_asked.connect(self.outlet.copy_values)
        self.table.picked.connect(self.choose)

    def show_points(
        self, points: Sequence[ScalePoint], unknown: Sequence[str], likely: Sequence[str] = ()
    ) -> None:
        """Show these models.

        Args:
            points: Those whose training is known.
            unknown: Names of others on this PC.
            likely: Names of two of this PC to hold against each other at first.
        """
        self._points = tuple(points)
        self.side.pair.show_points([point for point in points if point.is_here], likely)
        self._show()
        known = {point.name for point in points}
        self.choose(self._chosen if self._chosen in known else None)
        self.unknown.setVisible(bool(unknown))
        self.unknown.setText(
            self.tr("On this PC, training not published or not known: {0}").format(
                ", ".join(unknown[:8]) + (" …" if len(unknown) > 8 else "")
            )
        )

    def choose(self, name: str | None) -> None:
        """Say what the chart means for this model."""
        self._chosen = name
        self.board.mark(name)
        if name is not None:
            self.table.choose(name)
        self.side.show_point(next((p for p in self._points if p.name == name), None))

    def _show(self) -> None:
        kind: ChartKind = self.kind.currentData()
        content = content_of(kind, self._law, self._points)
        self.board.set_title(kind.title)
        self.board.set_content(content)
        self.model.take(content)
        if self._chosen is not None:
            self.table.choose(self._chosen)

    def _sheet(self) -> DrawnSheet:
        look = Look.of(self.font(), current_tokens())
        return DrawnSheet(lay_out(self.board.content, _SHEET, look))

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE_PX
        way = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._split.orientation() != way:
            self._split.setOrientation(way)
            room = self.width() if beside else self.height()
            share = 0.68 if beside else 0.6
            self._split.setSizes([round(share * room), round((1 - share) * room)])
