"""The mark at the word where an answer leaves another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.ui.kit.tokens import current_tokens, mix

if TYPE_CHECKING:
    from app.ui.kit.tokens import Tokens

_ARROW_PX = 7


class DifferenceMark:
    """A word that stands out in a view's document, with an arrow in the gutter beside its line."""

    def __init__(self) -> None:
        self._word: QTextCursor | None = None

    @property
    def position(self) -> int | None:
        """Where it stands in the document; None if it does not."""
        return self._word.selectionStart() if self._word is not None else None

    def forget(self) -> None:
        """The document is another one."""
        self._word = None

    def stand_at(self, view: QTextEdit, position: int | None) -> None:
        """Mark the word at a position of the document, or none; the view has no other marks."""
        if position is None and self._word is None:
            return  # nothing to take away: what changed is painted, not all of it
        self._word = None
        marks: list[QTextEdit.ExtraSelection] = []
        if position is not None:
            self._word = word = QTextCursor(view.document())
            word.setPosition(position)
            word.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = word, _look(current_tokens())
            marks.append(mark)
        view.setExtraSelections(marks)
        view.viewport().update()

    def paint(self, view: QTextEdit, painter: QPainter, tokens: Tokens) -> None:
        """Paint its arrow; ``painter`` is in the document's coordinates."""
        if self._word is None:
            return
        start = QTextCursor(self._word)
        start.setPosition(self._word.selectionStart())
        middle = view.cursorRect(start).center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        corners = QPointF(0, middle - 5), QPointF(_ARROW_PX, middle), QPointF(0, middle + 5)
        painter.drawPolygon(QPolygonF(corners))


def _look(tokens: Tokens) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    look.setUnderlineColor(QColor(tokens.accent))
    look.setBackground(QBrush(QColor(mix(tokens.surface, tokens.accent, 0.18))))
    return look
