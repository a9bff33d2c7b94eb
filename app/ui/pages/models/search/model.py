"""What a search has found so far, as a Qt model that fetches more when the view asks."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.ui.kit.plain import plain_data
from app.ui.pages.models.words import popularity, repository_facts

if TYPE_CHECKING:
    from app.hub.repositories import FoundRepository

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class FoundRole(IntEnum):
    """Data of a row beside its name."""

    REPOSITORY = Qt.ItemDataRole.UserRole + 1
    DOWNLOADS = Qt.ItemDataRole.UserRole + 2
    LIKES = Qt.ItemDataRole.UserRole + 3
    FACTS = Qt.ItemDataRole.UserRole + 4


class SearchModel(QAbstractListModel):
    """Repositories in the Hub's order; a repository stands once, however the pages overlap.

    Signals:
        more_wanted: The view has come to the end and there is more.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: list[FoundRepository] = []
        self._known: set[str] = set()
        self._has_more = False

    def clear(self) -> None:
        """Begin anew."""
        self._has_more = False
        if self._found:
            self.beginRemoveRows(QModelIndex(), 0, len(self._found) - 1)
            self._found = []
            self._known = set()
            self.endRemoveRows()

    def add_page(self, page: Sequence[FoundRepository]) -> None:
        """Add what came next."""
        fresh = {found.repo_id: found for found in page if found.repo_id not in self._known}
        if fresh:
            first = len(self._found)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._found.extend(fresh.values())
            self._known.update(fresh)
            self.endInsertRows()

    def set_has_more(self, has_more: bool) -> None:
        """Whether another page can be asked for."""
        self._has_more = has_more

    def known(self) -> frozenset[str]:
        """The names of all that are listed."""
        return frozenset(self._known)

    def row_of(self, repo_id: str) -> int:
        """The row of a repository, -1 if it is not listed."""
        return next((row for row, each in enumerate(self._found) if each.repo_id == repo_id), -1)

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._found)

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: Index = _NOWHERE) -> None:
        if self.canFetchMore(parent):
            self._has_more = False  # until the page has come
            self.more_wanted.emit()

    @plain_data(FoundRole.FACTS)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._found):
            return None
        found = self._found[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return found.repo_id
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return "\n".join([found.repo_id, repository_facts(found), popularity(found)])
            case FoundRole.REPOSITORY:
                return found
            case FoundRole.DOWNLOADS:
                return found.downloads
            case FoundRole.LIKES:
                return found.likes
            case FoundRole.FACTS:
                return repository_facts(found)
            case _:
                return None
