"""A line of text with a dimmer end, which breaks where it has no room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.plain import set_spoken, set_tip, shown_text
from app.ui.kit.theme import current_tokens, tabular

_WHOLE = 16
"""An end of no more letters than these is not broken."""


class TwoToneLabel(QWidget):
    """What is said in the colour of text, and what belongs to it dimmed."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[tuple[str, bool]] = []
        self._text = ""
        self.setFont(tabular(self.font()))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """Both parts."""
        return self._text

    def set_texts(self, said: str, beside: str = "", tip: str = "") -> None:
        """Show something else; ``tip`` is what the pointer reads."""
        whole = " ".join(part for part in (said, beside) if part)
        set_tip(self, tip)
        if whole == self._text:
            return
        self._text = whole
        ends = shown_text(beside)
        parts = [ends] if len(ends) <= _WHOLE else ends.split(" ")
        self._words = [
            *((word, False) for word in shown_text(said).split(" ")),
            *((part, True) for part in parts if part),
        ]
        set_spoken(self, whole)
        self.updateGeometry()
        self.update()

    def _lines(self, width: int) -> list[list[tuple[str, bool]]]:
        metrics = QFontMetrics(self.font())
        space = metrics.horizontalAdvance(" ")
        lines: list[list[tuple[str, bool]]] = [[]]
        used = 0
        for word, dim in self._words:
            needed = metrics.horizontalAdvance(word)
            if lines[-1] and used + needed > width:
                lines.append([])
                used = 0
            lines[-1].append((word, dim))
            used += needed + space
        return lines

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._text) + 4, metrics.lineSpacing() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.averageCharWidth() * 12, metrics.lineSpacing() + 2)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._lines(width)
        return QFontMetrics(self.font()).lineSpacing() * len(lines) + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = current_tokens(), QPainter(self)
        metrics = painter.fontMetrics()
        space = metrics.horizontalAdvance(" ")
        lines = self._lines(self.width())
        top = max(1, (self.height() - metrics.lineSpacing() * len(lines)) // 2)
        for line in lines:
            left = 0
            for word, dim in line:
                painter.setPen(QColor(tokens.dim if dim else tokens.text))
                needed = metrics.horizontalAdvance(word)
                painter.drawText(
                    left, top, needed, metrics.height(), int(Qt.AlignmentFlag.AlignLeft), word
                )
                left += needed + space
            top += metrics.lineSpacing()
