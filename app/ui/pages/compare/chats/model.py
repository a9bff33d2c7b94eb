"""The list of chats as a Qt model, newest first, and how a row of it is painted."""

from __future__ import annotations

import time
from enum import IntEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from app.core.text.clean import clean_line
from app.store.chats import ChatSummary
from app.ui.entries.painting import Lines, TwoLines
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import current_tokens
from app.ui.kit.views.rows import Index, Rows
from app.ui.kit.words.format import moment
from app.ui.kit.words.text import translate
from app.ui.pages.compare.words import turns_words


class ChatRole(IntEnum):
    """Data of a row beside its title."""

    ID = Qt.ItemDataRole.UserRole + 1
    CHANGED_NS = Qt.ItemDataRole.UserRole + 2
    TURNS = Qt.ItemDataRole.UserRole + 3
    PINNED = Qt.ItemDataRole.UserRole + 4
    FOLDER = Qt.ItemDataRole.UserRole + 5


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

    @plain_data(ChatRole.FOLDER)
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
            case ChatRole.PINNED:
                return chat.pinned
            case ChatRole.FOLDER:
                return chat.folder
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


class ChatRowDelegate(TwoLines):
    """Two lines a row; renaming happens on the first of them."""

    def lines(self, index: Index) -> Lines:
        title = index.data(Qt.ItemDataRole.DisplayRole)
        turns = turns_words(index.data(ChatRole.TURNS))
        changed_ns, folder = index.data(ChatRole.CHANGED_NS), index.data(ChatRole.FOLDER)
        when = moment(changed_ns, time.time_ns()) if changed_ns else ""
        where = f"▸ {folder}" if folder else ""
        below = " · ".join(part for part in (turns, when, where) if part)
        return Lines(title, clean_line(below), pinned=bool(index.data(ChatRole.PINNED)))

    # Qt's own names from here on.

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(translate("ChatRowDelegate", "Title of the chat"))
        editor.setMaxLength(200)
        palette = editor.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(current_tokens().surface))
        editor.setPalette(palette)
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        height = editor.sizeHint().height()
        top = option.rect.top() + (option.rect.height() - height) // 2
        editor.setGeometry(option.rect.left(), top, option.rect.width(), height)
