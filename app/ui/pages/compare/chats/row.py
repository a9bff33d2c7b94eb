"""Paints one row of the list of chats: its title and, dimmed, its length and its date."""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit.theme import GRID, current_tokens, small_font
from app.ui.kit.words.format import moment
from app.ui.kit.words.text import translate
from app.ui.pages.compare.chats.model import ChatRole, Index
from app.ui.pages.compare.words import turns_words


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
