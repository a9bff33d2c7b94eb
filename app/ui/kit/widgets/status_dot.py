"""A candidate's mark: its letter, its colour, and a shape for its state."""

from __future__ import annotations

from enum import Enum
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.candidates.candidate import COLOURS
from app.ui.kit.plain import set_tip
from app.ui.kit.tokens import Tokens, candidate_edge, contrast, current_tokens
from app.ui.kit.words.text import translate

_ICON_SCALE = 2


class DotState(Enum):
    """What the shape at the mark's corner says."""

    IDLE = "idle"  # no mark
    ASLEEP = "asleep"  # a ring
    WAITING = "waiting"  # three dots
    WORKING = "working"  # a triangle: goes forward
    READY = "ready"  # a filled disc
    FAILED = "failed"  # a square with a cross

    def word(self) -> str:
        """The state in the person's language."""
        return {
            DotState.IDLE: translate("DotState", "idle"),
            DotState.ASLEEP: translate("DotState", "not loaded"),
            DotState.WAITING: translate("DotState", "waiting"),
            DotState.WORKING: translate("DotState", "working"),
            DotState.READY: translate("DotState", "ready"),
            DotState.FAILED: translate("DotState", "failed"),
        }[self]


class StatusDot(QWidget):
    """A rounded square in the candidate's colour with its letter, and a small mark of its state.

    The letter says which, the shape says how: neither needs colour to be told apart.

    Attributes:
        letter: The candidate's letter.
        state: The state that is shown.
    """

    def __init__(self, letter: str, state: DotState = DotState.IDLE, *, side_px: int = 22) -> None:
        super().__init__()
        self.letter = letter
        self.state = state
        self._side_px = side_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()

    def set_letter(self, letter: str) -> None:
        """Mark another candidate."""
        if letter != self.letter:
            self.letter = letter
            self._say()

    def set_state(self, state: DotState) -> None:
        """Show another state."""
        if state is not self.state:
            self.state = state
            self._say()

    def _say(self) -> None:
        idle = self.state is DotState.IDLE
        self.setAccessibleName(self.letter if idle else f"{self.letter}: {self.state.word()}")
        set_tip(self, self.accessibleName())
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(self._side_px + 4, self._side_px + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_tokens()
        paint_letter(painter, QRectF(1, 2, self._side_px, self._side_px), self.letter, tokens)
        mark = self._side_px * 0.4
        corner = QRectF(1 + self._side_px - mark * 0.62, 2 + self._side_px - mark * 0.7, mark, mark)
        _paint_state(painter, corner, self.state, tokens)


def paint_letter(painter: QPainter, rect: QRectF, letter: str, tokens: Tokens) -> None:
    """A candidate's letter on its colour; also for lists and plots' legends."""
    fill = COLOURS.get(letter, tokens.dim)
    edge = candidate_edge(letter, tokens) if letter in COLOURS else tokens.dim
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    ink = max(("#FFFFFF", "#101418"), key=lambda candidate: contrast(candidate, fill))
    font = QFont(painter.font())
    font.setPixelSize(max(9, round(rect.height() * 0.6)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), letter)


@cache
def letter_icon(letter: str, side_px: int, tokens: Tokens) -> QIcon:
    """A candidate's letter for lists to choose from."""
    pixmap = QPixmap(side_px * _ICON_SCALE, side_px * _ICON_SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_letter(painter, QRectF(pixmap.rect()), letter, tokens)
    painter.end()
    return QIcon(pixmap)


def _paint_state(painter: QPainter, rect: QRectF, state: DotState, tokens: Tokens) -> None:
    if state is DotState.IDLE:
        return
    painter.setPen(QPen(QColor(tokens.surface), 1.5))
    painter.setBrush(QColor(tokens.surface))
    painter.drawEllipse(rect.adjusted(-1.5, -1.5, 1.5, 1.5))
    painter.setPen(Qt.PenStyle.NoPen)
    centre = rect.center()
    half = rect.width() / 2
    match state:
        case DotState.READY:
            painter.setBrush(QColor(tokens.ready))
            painter.drawEllipse(rect)
        case DotState.WORKING:
            painter.setBrush(QColor(tokens.working))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(centre.x() - half * 0.8, centre.y() - half),
                        QPointF(centre.x() + half, centre.y()),
                        QPointF(centre.x() - half * 0.8, centre.y() + half),
                    ]
                )
            )
        case DotState.WAITING:
            painter.setBrush(QColor(tokens.dim))
            for offset in (-0.7, 0.0, 0.7):
                dot = QPointF(centre.x() + offset * half, centre.y())
                painter.drawEllipse(dot, half * 0.24, half * 0.24)
        case DotState.ASLEEP:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.dim), 1.5))
            painter.drawEllipse(rect.adjusted(1, 1, -1, -1))
        case DotState.FAILED:
            painter.setBrush(QColor(tokens.failed))
            painter.drawRect(rect)
            painter.setPen(QPen(QColor(tokens.surface), 1.4))
            cross = rect.adjusted(half * 0.5, half * 0.5, -half * 0.5, -half * 0.5)
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.topRight(), cross.bottomLeft())
        case DotState.IDLE:
            pass
