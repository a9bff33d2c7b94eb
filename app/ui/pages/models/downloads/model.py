"""The queue of downloads as a Qt model."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from app.lab.works.work import WorkState
from app.ui.kit.plain import plain_data
from app.ui.kit.views.rows import Index, Rows
from app.ui.pages.models.words import download_words

if TYPE_CHECKING:
    from app.ui.pages.models.downloads.queue_view import DownloadEntry


class DownloadRole(IntEnum):
    """Data of a row beside its title."""

    ENTRY = Qt.ItemDataRole.UserRole + 1
    WORDS = Qt.ItemDataRole.UserRole + 2


class DownloadsModel(Rows["DownloadEntry"]):
    """The queue as it is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(lambda entry: entry.key, parent)

    def entry(self, key: str) -> DownloadEntry | None:
        """A download as it is shown."""
        row = self.row_of(key)
        return self.rows[row] if row >= 0 else None

    @property
    def unfinished(self) -> int:
        """How many are not done."""
        return sum(entry.state is not WorkState.DONE for entry in self.rows)

    @property
    def finished(self) -> int:
        """How many are done."""
        return len(self.rows) - self.unfinished

    # Qt's own names from here on.

    @plain_data(DownloadRole.WORDS)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        entry = self.rows[index.row()]
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
