"""A table of rows whose columns have titles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.kit.plain import plain_data

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class TitledTable(QAbstractTableModel):
    """What its kinds have in common; they say the rows, the titles and what cells hold.

    Attributes:
        figures: Columns of numbers: they stand at the right.
    """

    figures: frozenset[int] = frozenset()

    def titles(self) -> Sequence[str]:
        """Of the columns, from left to right; translated."""
        raise NotImplementedError

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Of a column's title and cells."""
        right = column in self.figures
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        return tuple(self.titles())  # views ask for their number all the time

    # Qt's own names from here on.

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self.count()

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._titles)

    @plain_data()
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None
