"""Model files, and addresses of the Hub, dragged onto the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.core.hub.links import Link, link_to
from app.ui.kit.tokens import current_tokens


def model_paths(data: QMimeData) -> list[Path]:
    """The model files among what is dragged."""
    local = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in local if path.suffix.lower() == ".gguf"]


def dropped_link(data: QMimeData) -> Link | None:
    """The link that leads where an address does which is dragged, as from a browser."""
    words = [bytes(url.toEncoded().data()).decode() for url in data.urls() if not url.isLocalFile()]
    words += [data.text()] if data.hasText() and not data.hasUrls() else []
    return next((link for word in words if (link := link_to(word))), None)


class DropHint(QWidget):
    """Covers a part of the window while something is dragged over it that would land there."""

    def __init__(self, parent: QWidget, words: str) -> None:
        super().__init__(parent)
        self._over, self._words = parent, words
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show it over the whole parent."""
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()

    # Qt's own names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.ground)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        inset = min(16, self.height() // 12)
        frame = self.rect().adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, 12, 12)
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRect(frame), int(Qt.AlignmentFlag.AlignCenter), self._words)
