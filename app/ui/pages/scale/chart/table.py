"""The scaling chart as a table."""

from __future__ import annotations

import csv
import io
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt

from app.core.text.csv_cells import csv_cell
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID
from app.ui.kit.words.format import number
from app.ui.pages.scale.chart.content import (
    ChartContent,
    bits_words,
    ratio_words,
    size_words,
    tokens_words,
)
from app.ui.pages.scale.named import SORT_ROLE, NamedTable, NamedView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.scale.points import ScalePoint
    from app.ui.kit.views.titled import Index

_Role = Qt.ItemDataRole


class PointColumn(IntEnum):
    """From left to right."""

    NAME = 0
    SIZE = 1
    TOKENS = 2
    RATIO = 3
    LOSS = 4
    BITS = 5
    HERE = 6
    SOURCE = 7


_SIGNS: dict[int, int] = {
    PointColumn.SIZE: 20,
    PointColumn.TOKENS: 9,
    PointColumn.RATIO: 11,
    PointColumn.LOSS: 9,
    PointColumn.BITS: 12,
    PointColumn.HERE: 8,
}
_HIDING = (PointColumn.BITS, PointColumn.HERE, PointColumn.RATIO, PointColumn.LOSS)
_NAME_SIGNS, _SOURCE_SIGNS = 24, 22
WORDS: dict[int, str] = {
    PointColumn.SIZE: "parameters",
    PointColumn.TOKENS: "training_tokens",
    PointColumn.LOSS: "law_loss",
}
"""Words of the glossary by column."""


class PointsModel(NamedTable):
    """One row a model."""

    figures = frozenset(
        {PointColumn.SIZE, PointColumn.TOKENS, PointColumn.RATIO, PointColumn.LOSS,
         PointColumn.BITS}
    )  # fmt: skip

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.content: ChartContent | None = None
        self._rows: tuple[ScalePoint, ...] = ()

    def take(self, content: ChartContent) -> None:
        """Show the points of a chart, those of this PC first."""
        self.beginResetModel()
        self.content = content
        self._rows = tuple(sorted(content.points, key=lambda point: not point.is_here))
        self.endResetModel()

    def name_at(self, row: int) -> str:
        """Of the model there."""
        return self._rows[row].name

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        return (
            self.tr("Model"),
            self.tr("Parameters"),
            self.tr("Tokens"),
            self.tr("Per parameter"),
            self.tr("Law's loss"),
            self.tr("Bits per byte"),
            self.tr("Here"),
            self.tr("Source"),
        )

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows) or self.content is None:
            return None
        point, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return self._text(point, column)
            case _Role.ToolTipRole if column == PointColumn.SOURCE:
                published = point.published
                return f"{published.source}\n{published.url}\n{published.date.isoformat()}"
            case _Role.AccessibleTextRole if column == PointColumn.NAME:
                titles = zip(self.titles(), PointColumn, strict=True)
                return ", ".join(f"{title} {self._text(point, each)}" for title, each in titles)
            case _Role.TextAlignmentRole:
                return self.alignment(column)
            case _ if role == SORT_ROLE:
                return self._sorted_by(point, column)
            case _:
                return None

    def _text(self, point: ScalePoint, column: int) -> str:
        assert self.content is not None
        match column:
            case PointColumn.NAME:
                return point.name
            case PointColumn.SIZE:
                return size_words(point)
            case PointColumn.TOKENS:
                return tokens_words(point)
            case PointColumn.RATIO:
                return ratio_words(point)
            case PointColumn.LOSS:
                return number(self.content.loss(point), 2)
            case PointColumn.BITS:
                return bits_words(point)
            case PointColumn.HERE:
                return self.tr("here") if point.is_here else ""
            case _:
                return point.published.source

    def _sorted_by(self, point: ScalePoint, column: int) -> float | str:
        assert self.content is not None
        match column:
            case PointColumn.SIZE:
                return float(point.total_parameters)
            case PointColumn.TOKENS:
                return float(point.tokens)
            case PointColumn.RATIO:
                return point.tokens_per_parameter
            case PointColumn.LOSS:
                return self.content.loss(point)
            case PointColumn.BITS:
                return point.measured.bits_per_byte if point.measured else 1e9
            case PointColumn.HERE:
                return float(not point.is_here)
            case _:
                return self._text(point, column).casefold()

    def as_csv(self) -> str:
        """All rows as comma-separated values."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(
            ("model", "parameters", "active_parameters", "training_tokens", "predicted_loss",
             "bits_per_byte", "here", "source", "url", "date")
        )  # fmt: skip
        for point in self._rows:
            published = point.published
            assert self.content is not None
            bits = point.measured.bits_per_byte if point.measured else ""
            writer.writerow(
                (csv_cell(point.name), point.total_parameters, point.parameters, point.tokens,
                 f"{self.content.loss(point):.4f}", bits, int(point.is_here),
                 csv_cell(published.source), published.url, published.date)
            )  # fmt: skip
        return text.getvalue()


class PointsView(NamedView):
    """The table; a row is the point of the chart."""

    signs, hiding, least_signs = _SIGNS, _HIDING, _NAME_SIGNS + _SOURCE_SIGNS

    def __init__(self, model: PointsModel) -> None:
        super().__init__(model, WORDS)
        self.setAccessibleName(self.tr("Models, their size and training"))

    def share(self, sign_px: int, rest_px: int) -> None:
        name = sign_px * _NAME_SIGNS
        self.setColumnWidth(PointColumn.NAME, name)
        self.setColumnWidth(PointColumn.SOURCE, max(sign_px * 8, rest_px - name))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(80 * GRID, 40 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(30 * GRID, 16 * GRID)
