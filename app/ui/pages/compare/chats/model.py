"""The list of chats as a Qt model, newest first, and how a row of it is painted."""

from __future__ import annotations

import time
from enum import IntEnum

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.store.chats import ChatSummary
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, current_tokens, small_font
from app.ui.kit.views.rows import Index, Rows
from app.ui.kit.words.format import moment
from app.ui.kit.words.text import translate
from app.ui.pages.compare.words import turns_words


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


class ChatRowDelegate(QStyledItemDelegate):
    """Two lines a row; renaming happens on the first of them."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        title = option.text
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        tokens = current_tokens()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        colour = tokens.selection_text if selected else tokens.text
        painter.setPen(QColor(colour))
        painter.setFont(option.font)
        box = self._title_box(option)
        shown = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(QColor(colour if selected else tokens.dim))
        painter.setFont(small_font(option.font))
        painter.drawText(
            box.translated(0, box.height()), Qt.AlignmentFlag.AlignVCenter, _details(index)
        )
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() * 2 + GRID + GRID // 2)

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

    @staticmethod
    def _title_box(option: QStyleOptionViewItem) -> QRect:
        line = option.fontMetrics.height() + 1
        inner = option.rect.adjusted(GRID, 0, -GRID, 0)
        top = inner.top() + (inner.height() - 2 * line) // 2
        return QRect(inner.left(), top, inner.width(), line)


def _details(index: Index) -> str:
    turns = turns_words(index.data(ChatRole.TURNS))
    changed_ns = index.data(ChatRole.CHANGED_NS)
    return f"{turns} · {moment(changed_ns, time.time_ns())}" if changed_ns else turns
