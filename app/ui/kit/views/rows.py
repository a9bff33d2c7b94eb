"""A list as a Qt model that follows another list row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


class Rows(QAbstractListModel, Generic[T]):
    """Rows come, go, move and change one by one, so that the selection stays.

    Args:
        key_of: What tells one row from another while what it shows may change.
        parent: Its owner.
    """

    def __init__(self, key_of: Callable[[T], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key_of = key_of
        self.rows: list[T] = []

    def take(self, wanted: Sequence[T]) -> None:
        """Show these."""
        keys = {self._key_of(each) for each in wanted}
        for row in range(len(self.rows) - 1, -1, -1):
            if self._key_of(self.rows[row]) not in keys:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.rows[row]
                self.endRemoveRows()
        if not self.rows and wanted:
            self.beginInsertRows(QModelIndex(), 0, len(wanted) - 1)
            self.rows = list(wanted)
            self.endInsertRows()
        for row, each in enumerate(wanted):
            self._place(row, each)

    def row_of(self, key: object) -> int:
        """Where the one with this key is; -1 if it is not there."""
        return next((row for row, each in enumerate(self.rows) if self._key_of(each) == key), -1)

    def note(self, row: int) -> None:
        """What a row shows has changed."""
        self.dataChanged.emit(self.index(row), self.index(row))

    def _place(self, row: int, wanted: T) -> None:
        key = self._key_of(wanted)
        if row >= len(self.rows) or self._key_of(self.rows[row]) != key:
            there = self.row_of(key)
            if there < 0:
                self.beginInsertRows(QModelIndex(), row, row)
                self.rows.insert(row, wanted)
                self.endInsertRows()
                return
            self.beginMoveRows(QModelIndex(), there, there, QModelIndex(), row)
            self.rows.insert(row, self.rows.pop(there))
            self.endMoveRows()
        if self.rows[row] != wanted:
            self.rows[row] = wanted
            self.note(row)

    # Qt's own names from here on.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)
