"""The queue of downloads as a Qt model."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.lab.works.work import WorkState
from app.ui.kit.plain import plain_data
from app.ui.pages.models.words import download_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ui.pages.models.downloads.entry import DownloadEntry

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class DownloadRole(IntEnum):
    """Data of a row beside its title."""

    ENTRY = Qt.ItemDataRole.UserRole + 1
    WORDS = Qt.ItemDataRole.UserRole + 2


class DownloadsModel(QAbstractListModel):
    """Mirrors the queue with narrow change signals."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[DownloadEntry] = []

    def set_entries(self, entries: Sequence[DownloadEntry]) -> None:
        """Take over the queue as it is now."""
        wanted = {entry.key for entry in entries}
        for row in range(len(self._entries) - 1, -1, -1):
            if self._entries[row].key not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._entries[row]
                self.endRemoveRows()
        for row, entry in enumerate(entries):
            self._place(row, entry)

    def row_of(self, key: str) -> int:
        """The row of a download, -1 if it is not there."""
        return next((row for row, entry in enumerate(self._entries) if entry.key == key), -1)

    def entry(self, key: str) -> DownloadEntry | None:
        """A download as it is shown."""
        row = self.row_of(key)
        return self._entries[row] if row >= 0 else None

    @property
    def unfinished(self) -> int:
        """How many are not done."""
        return sum(entry.state is not WorkState.DONE for entry in self._entries)

    @property
    def finished(self) -> int:
        """How many are done."""
        return len(self._entries) - self.unfinished

    def _place(self, row: int, entry: DownloadEntry) -> None:
        there = self.row_of(entry.key)
        if there < 0:
            self.beginInsertRows(QModelIndex(), row, row)
            self._entries.insert(row, entry)
            self.endInsertRows()
            return
        if there != row:
            self.beginMoveRows(QModelIndex(), there, there, QModelIndex(), row)
            self._entries.insert(row, self._entries.pop(there))
            self.endMoveRows()
        if self._entries[row] != entry:
            self._entries[row] = entry
            index = self.index(row)
            self.dataChanged.emit(index, index)

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    @plain_data(DownloadRole.WORDS)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.ToolTipRole:
                return f"{entry.repo_id}\n{entry.title}"
            case DownloadRole.ENTRY:
                return entry
            case DownloadRole.WORDS:
                return download_words(entry)
            case _:
                return None
