"""Tables whose rows are points of a picture, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from app.ui.kit.views.tables import FlatTree, TreeRow
from app.ui.kit.views.titled import TitledTable
from app.ui.kit.words.offered import offer_words

if TYPE_CHECKING:
    from app.ui.kit.views.titled import Index

SORT_ROLE = Qt.ItemDataRole.UserRole


class NamedTable(TitledTable):
    """Says which row is whose."""

    def name_at(self, row: int) -> str:
        """Of what stands there."""
        raise NotImplementedError

    def row_of(self, name: str) -> int | None:
        """Where it stands; None where it does not."""
        return next((row for row in range(self.count()) if self.name_at(row) == name), None)


class NamedView(FlatTree):
    """Sorts by a click on a title.

    Signals:
        picked: The person chose a row, by its name.

    Args:
        table: What is shown.
        offered: Words of the glossary by column.
    """

    picked = Signal(str)

    def __init__(self, table: NamedTable, offered: dict[int, str]) -> None:
        super().__init__(table, Qt.ItemDataRole.DisplayRole, TreeRow())
        self._named = table
        self._quiet = False
        self.proxy.setSortRole(SORT_ROLE)
        self.setSortingEnabled(True)
        offer_words(self.header(), offered)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.selectionModel().currentRowChanged.connect(self._tell)

    @property
    def chosen(self) -> str | None:
        """The name of the chosen row."""
        return self._name_of(self.currentIndex())

    def choose(self, name: str) -> None:
        """Select a row without telling anybody."""
        row = self._named.row_of(name)
        if row is not None:
            self._quiet = True
            self.setCurrentIndex(self.proxy.mapFromSource(self._named.index(row, 0)))
            self._quiet = False

    def _name_of(self, index: Index) -> str | None:
        return self._named.name_at(self.proxy.mapToSource(index).row()) if index.isValid() else None

    def _tell(self, current: Index) -> None:
        name = self._name_of(current)
        if name is not None and not self._quiet:
            self.picked.emit(name)
