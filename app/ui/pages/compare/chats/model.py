"""The list of chats as a Qt model, newest first."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.store.chats import ChatSummary

Index = QModelIndex | QPersistentModelIndex


class ChatRole(IntEnum):
    """Data of a row beside its title."""

    ID = Qt.ItemDataRole.UserRole + 1
    CHANGED_NS = Qt.ItemDataRole.UserRole + 2
    TURNS = Qt.ItemDataRole.UserRole + 3


class ChatListModel(QAbstractListModel):
    """Mirrors the store's summaries with narrow change signals.

    Signals:
        renamed: The person gave a chat (its id) another title; the model changes when the
            session lists it anew.
    """

    renamed = Signal(int, str)

    def __init__(self, untitled: str, parent: QObject | None = None) -> None:
        """``untitled`` stands where a chat has no title yet."""
        super().__init__(parent)
        self._untitled = untitled
        self._chats: list[ChatSummary] = []

    def set_chats(self, chats: Sequence[ChatSummary]) -> None:
        """Take over a list (newest first): rows move, come and go, the selection stays."""
        wanted = {chat.id for chat in chats}
        for row in range(len(self._chats) - 1, -1, -1):
            if self._chats[row].id not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._chats[row]
                self.endRemoveRows()
        if not self._chats and chats:
            self.beginInsertRows(QModelIndex(), 0, len(chats) - 1)
            self._chats = list(chats)
            self.endInsertRows()
            return
        for row, chat in enumerate(chats):
            self._place(row, chat)

    def _place(self, row: int, chat: ChatSummary) -> None:
        if row >= len(self._chats) or self._chats[row].id != chat.id:
            there = self.row_of(chat.id)
            if there < 0:
                self.beginInsertRows(QModelIndex(), row, row)
                self._chats.insert(row, chat)
                self.endInsertRows()
                return
            self.beginMoveRows(QModelIndex(), there, there, QModelIndex(), row)
            self._chats.insert(row, self._chats.pop(there))
            self.endMoveRows()
        if self._chats[row] != chat:
            self._chats[row] = chat
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def row_of(self, chat_id: int) -> int:
        """The row of a chat, -1 if it is not listed."""
        return next((row for row, chat in enumerate(self._chats) if chat.id == chat_id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._chats)

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._chats):
            return None
        chat = self._chats[index.row()]
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
        chat = self._chats[index.row()]
        if not title or title == chat.title:
            return False
        self.renamed.emit(chat.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags
