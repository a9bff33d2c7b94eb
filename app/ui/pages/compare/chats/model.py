"""The list of chats as a Qt model, newest first."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QObject, Qt, Signal

from app.store.chats import ChatSummary
from app.ui.kit.plain import plain_data
from app.ui.kit.views.rows import Index, Rows


class ChatRole(IntEnum):
    """Data of a row beside its title."""

    ID = Qt.ItemDataRole.UserRole + 1
    CHANGED_NS = Qt.ItemDataRole.UserRole + 2
    TURNS = Qt.ItemDataRole.UserRole + 3


class ChatListModel(Rows[ChatSummary]):
    """The store's summaries, newest first.

    Signals:
        renamed: The person gave a chat (its id) another title; the model changes when the
            session lists it anew.
    """

    renamed = Signal(int, str)

    def __init__(self, untitled: str, parent: QObject | None = None) -> None:
        """``untitled`` stands where a chat has no title yet."""
        super().__init__(lambda chat: chat.id, parent)
        self._untitled = untitled

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        chat = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return chat.title or self._untitled
            case Qt.ItemDataRole.EditRole:
                return chat.title
            case ChatRole.ID:
                return chat.id
            case ChatRole.CHANGED_NS:
                return chat.changed_ns
            case ChatRole.TURNS:
                return chat.turns
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        title = " ".join(str(value).split())
        chat = self.rows[index.row()]
        if not title or title == chat.title:
            return False
        self.renamed.emit(chat.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags
