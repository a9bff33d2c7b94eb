"""The ladder as a Qt table: a row a version."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.ladder.columns.column import is_wanted
from app.ui.kit.plain import plain_data
from app.ui.pages.ladder.table.cells import Cell, cells_of
from app.ui.pages.ladder.table.columns import (
    BARS,
    NAME,
    RIGHT,
    STATE,
    TABLE,
    alignment,
    explanation,
    title,
)

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_NOTHING = Cell()


class LadderRole(IntEnum):
    """Data beside what is shown."""

    SORT = Qt.ItemDataRole.UserRole + 1
    FILE = Qt.ItemDataRole.UserRole + 2
    SECOND_LINE = Qt.ItemDataRole.UserRole + 3
    LETTER = Qt.ItemDataRole.UserRole + 4
    CELL = Qt.ItemDataRole.UserRole + 5
    CHOSEN = Qt.ItemDataRole.UserRole + 6
    STATE = Qt.ItemDataRole.UserRole + 7
    SHARE = Qt.ItemDataRole.UserRole + 8


class LadderModel(QAbstractTableModel):
    """Takes a later view over cell by cell, so that the selection and the sorting stay.

    Attributes:
        view: What is shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: LadderView | None = None
        self._files: tuple[str, ...] = ()
        self._cells: list[tuple[Cell, ...]] = []
        self._doing: dict[str, str] = {}
        self._plain = True

    def set_view(self, view: LadderView | None) -> None:
        """Show a ladder, or more of the same."""
        files = view.files if view is not None else ()
        cells = [cells_of(view, row) for row in view.rows] if view is not None else []
        before = self.view
        if files != self._files:
            self.beginResetModel()
            self.view, self._files, self._cells, self._doing = view, files, cells, {}
            self.endResetModel()
            return
        self.view = view
        chosen = _chosen(before), _chosen(view)
        for row, (old, new) in enumerate(zip(self._cells, cells, strict=True)):
            changed = [at for at in range(len(TABLE)) if old[at] != new[at]]
            if chosen[0] != chosen[1] and files[row] in chosen:
                changed = [NAME, *changed]
            self._cells[row] = new
            if changed:
                self._emit(row, min(changed), max(changed))

    @property
    def unwanted(self) -> frozenset[int]:
        """Columns that this ladder has no use for."""
        rows = self.view.rows if self.view is not None else ()
        return frozenset(at for at, column in enumerate(TABLE) if not is_wanted(column, rows))

    def set_plain(self, plain: bool) -> None:
        """Whether bars are shown: then their titles stand where they begin."""
        self._plain = plain
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(TABLE) - 1)

    def set_doing(self, doing: Mapping[str, str]) -> None:
        """Say what is measured now, by file."""
        if doing == self._doing:
            return
        touched = [file for file in self._files if self._doing.get(file) != doing.get(file)]
        self._doing = dict(doing)
        for file in touched:
            row = self._files.index(file)
            self._emit(row, NAME, STATE)

    def row_of(self, file: str) -> int:
        """The row of a file; -1 if it is not there."""
        return self._files.index(file) if file in self._files else -1

    def _emit(self, row: int, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(row, first), self.index(row, last))

    def _second(self, row: int, column: int) -> str:
        doing = self._doing.get(self._files[row])
        if doing and column == NAME:
            return doing
        return self._cells[row][column].second

    def _said(self, row: int, column: int) -> str:
        text, second = self._cells[row][column].text, self._second(row, column)
        words = f"{title(column)}: {text} {second}".strip()
        letter = self._letter(row)
        return f"{letter}, {words}" if column == NAME else words

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(TABLE)

    @plain_data()
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(TABLE):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title(section)
            case Qt.ItemDataRole.ToolTipRole:
                return explanation(section)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(NAME if self._plain and section in BARS else section)
            case _:
                return None

    @plain_data(LadderRole.SECOND_LINE)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._files):
            return None
        row, column = index.row(), index.column()
        cell = self._cells[row][column]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.text
            case Qt.ItemDataRole.ToolTipRole:
                return cell.tip or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._said(row, column)
            case LadderRole.SORT:
                return cell.order
            case _:
                return self._mark(row, column, role)

    def _mark(self, row: int, column: int, role: int) -> object:
        file = self._files[row]
        match role:
            case LadderRole.FILE:
                return file
            case LadderRole.SECOND_LINE:
                return self._second(row, column)
            case LadderRole.LETTER if column == NAME:
                return self._letter(row)
            case LadderRole.CELL:
                return self._cells[row][column]
            case LadderRole.CHOSEN:
                return column == NAME and file == _chosen(self.view)
            case LadderRole.STATE:
                return self._state(row)
            case LadderRole.SHARE if column in BARS:
                return self._share(row, column)
            case _:
                return None

    def _share(self, row: int, column: int) -> float | None:
        """How long a cell's bar is, beside the longest of its column; right answers of all."""
        figure = self._cells[row][column].order
        if not isinstance(figure, float | int):
            return None
        others = [cells[column].order for cells in self._cells]
        most = max((each for each in others if isinstance(each, float | int)), default=0.0)
        return figure / (1.0 if column == RIGHT else most or 1.0)

    def _letter(self, row: int) -> str:
        return self.view.rows[row].letter if self.view is not None else "?"

    def _state(self, row: int) -> object:
        if self.view is None:
            return None
        shown = self.view.rows[row]
        return "failed" if shown.has_failed else shown.state


def _chosen(view: LadderView | None) -> str | None:
    return view.answer.run if view is not None else None
