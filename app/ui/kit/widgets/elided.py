"""A label for names of any length."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.core.text.clean import clean_line
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import small_font
from app.ui.kit.tokens import current_tokens


class ElidedLabel(QFrame):
    """One line of plain text, shortened in the middle where room lacks; the tool tip has it whole.

    The middle goes first because model files differ at their ends.

    Attributes:
        text: The whole text.
    """

    def __init__(
        self,
        text: str = "",
        *,
        dim: bool = False,
        small: bool = False,
        strong: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        least_characters: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.text = ""
        self._tool_tip = ""
        self._dim = dim
        self._small = small
        self._mode = mode
        self._least_characters = least_characters
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        font = self.font()
        font.setBold(strong)
        self.setFont(font)
        self.set_text(text)

    def set_text(self, text: str, tool_tip: str = "") -> None:
        """Show a text; ``tool_tip`` (a path, say) replaces the text in the tool tip."""
        line = clean_line(" ".join(text.split()))
        if line == self.text and tool_tip == self._tool_tip:
            return
        self.text = line
        self._tool_tip = tool_tip
        self.setAccessibleName(line)
        set_tip(self, tool_tip or line)
        self.updateGeometry()
        self.update()

    def shown_text(self) -> str:
        """The text as it is shown at the present width."""
        return self._metrics().elidedText(self.text, self._mode, self.contentsRect().width())

    def _shown_font(self) -> QFont:
        return small_font(self.font()) if self._small else self.font()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._shown_font())

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        metrics = self._metrics()
        return QSize(metrics.horizontalAdvance(self.text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = self._metrics()
        least = metrics.averageCharWidth() * self._least_characters
        return QSize(min(least, self.sizeHint().width()), metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setFont(self._shown_font())
        painter.setPen(tokens.dim if self._dim else tokens.text)
        alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.contentsRect(), int(alignment), self.shown_text())
