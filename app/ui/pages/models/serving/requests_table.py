"""Requests of other programs, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID
from app.ui.kit.views.tables import dress_table
from app.ui.kit.views.titled import TitledTable
from app.ui.kit.words.format import duration, number, speed

if TYPE_CHECKING:
    from app.lab.serve.told import Answered
    from app.ui.kit.views.rows import Index

MOST_ROWS = 500
"""Older ones are let go."""
_DONE, _GONE = 200, 499
_WHEN, _NAME, _WORDS, _READ, _WRITTEN, _FIRST, _PROMPT, _SPEED = range(8)
_SIGNS = (11, 26, 24, 14, 10, 12, 14, 14)


class _Row(NamedTuple):
    at: str
    answered: Answered


class RequestsModel(TitledTable):
    """Main thread."""

    figures = frozenset((_READ, _WRITTEN, _FIRST, _PROMPT, _SPEED))

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []

    def add(self, answered: Answered) -> None:
        """One more."""
        if len(self._rows) == MOST_ROWS:
            self.beginRemoveRows(self.index(-1, -1), MOST_ROWS - 1, MOST_ROWS - 1)
            self._rows.pop()
            self.endRemoveRows()
        self.beginInsertRows(self.index(-1, -1), 0, 0)
        self._rows.insert(0, _Row(f"{datetime.now():%H:%M:%S}", answered))
        self.endInsertRows()

    def titles(self) -> tuple[str, ...]:
        return (
            self.tr("When"),
            self.tr("Version"),
            self.tr("What became of it"),
            self.tr("Tokens read"),
            self.tr("Written"),
            self.tr("First sign"),
            self.tr("Reading"),
            self.tr("Writing"),
        )

    def count(self) -> int:
        return len(self._rows)

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == _WORDS:
            return row.answered.error or None
        return self._text(row, index.column()) if role == Qt.ItemDataRole.DisplayRole else None

    def _text(self, row: _Row, column: int) -> str:
        answered = row.answered
        figures = answered.figures
        match column:
            case 0:
                return row.at
            case 1:
                return answered.name
            case 2:
                return self._words(answered)
            case _ if figures is None:
                return ""
            case 3:
                return number(figures.prompt_tokens)
            case 4:
                return number(figures.generated_tokens)
            case 5:
                return str(duration(answered.waited_ns))
            case 6:
                return str(speed(figures.prompt_tokens_per_second))
            case _:
                return str(speed(figures.tokens_per_second))

    def _words(self, answered: Answered) -> str:
        if answered.status == _DONE:
            return self.tr("answered")
        if answered.status == _GONE:
            return self.tr("given up by who asked")
        return answered.error


class RequestsView(QTableView):
    """The table."""

    def __init__(self, model: RequestsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        dress_table(self, self.fontMetrics().height() + GRID)
        self.setSortingEnabled(False)
        self.setAccessibleName(self.tr("Requests"))
        header = self.horizontalHeader()
        sign = self.fontMetrics().averageCharWidth()
        for column, signs in enumerate(_SIGNS):
            header.resizeSection(column, sign * signs)
        header.setMinimumSectionSize(sign * 6)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_WORDS, QHeaderView.ResizeMode.Stretch)
