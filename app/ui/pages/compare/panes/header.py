"""The head of a column: which candidate, how large, what it is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QWidget

from app.lab.compare.panes import BUSY, Pane, PaneState
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.tokens import candidate_edge, current_tokens
from app.ui.kit.widgets import ElidedLabel, IconButton, ProgressLine, StatusDot
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import speed
from app.ui.pages.compare.turns.quiet_button import QuietButton
from app.ui.pages.compare.words import dot_state, engine_wait, state_help, state_words

if TYPE_CHECKING:
    from app.ui.pages.compare.panes.naming import Naming

EDGE_PX = 3
BUTTON_PX = 22
_WITHOUT_SHARE = frozenset({PaneState.STOPPING, PaneState.READING, PaneState.LOADING})


class ColumnHeader(QFrame):
    """Two lines and a line of progress; dragging it sideways reorders the columns.

    Signals:
        activated: Its column is wanted.
        remove_requested: Its column shall go.
        menu_requested: Its menu is wanted at a global position.
        stop_requested: This candidate's answer shall stop.
        drag_moved, drag_ended: Being dragged; the pointer's global position.
    """

    activated = Signal()
    remove_requested = Signal()
    menu_requested = Signal(QPoint)
    stop_requested = Signal()
    drag_moved = Signal(QPoint)
    drag_ended = Signal(QPoint)

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter
        self._focused = False
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.dot = StatusDot(letter)
        self.name = ElidedLabel(mode=Qt.TextElideMode.ElideRight, least_characters=4, strong=True)
        right = Qt.TextElideMode.ElideRight
        self.role = ElidedLabel(small=True, mode=right, least_characters=3)
        self.state = ElidedLabel(small=True, dim=True, mode=right, least_characters=14)
        self.stop_button = IconButton(
            "stop", self.tr("Stop {letter}").format(letter=letter), size_px=14, parent=self
        )
        self.stop_button.clicked.connect(self.stop_requested)
        # Over the lines' ends, so that names have all of the room until they are wanted.
        self.menu_button = _OverButton(
            "more", self.tr("More about {letter}").format(letter=letter), self
        )
        self.menu_button.clicked.connect(self._request_menu)
        self.close_button = _OverButton(
            "close", self.tr("Remove {letter}").format(letter=letter), self
        )
        self.close_button.clicked.connect(self.remove_requested)
        for button in (self.menu_button, self.close_button, self.stop_button):
            button.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.progress = ProgressLine(self.tr("Progress of {letter}").format(letter=letter))
        self.progress.set_colour(candidate_edge(letter, current_tokens()))
        lines = in_column(self.name, in_row(self.role, (self.state, 1), spacing=GRID), spacing=2)
        whole = in_row(self.dot, (lines, 1), spacing=GRID)
        margins = (GRID, EDGE_PX + 3, GRID // 2, 2)
        in_column(whole, self.progress, on=self, margins=margins, spacing=2)
        self.stop_button.hide()

    def show_pane(self, pane: Pane, naming: Naming) -> None:
        """Follow the candidate's state and what belongs to it."""
        self.dot.set_state(dot_state(pane))
        self.name.set_text(naming.name(pane), naming.help(pane))
        self.role.set_text(naming.facts(pane), naming.help(pane))
        self.role.setVisible(bool(self.role.text))
        self.stop_button.setVisible(pane.state in BUSY)
        self.stop_button.setEnabled(pane.state is not PaneState.STOPPING)
        self.show_live(pane)
        words = (self.name.text, self.role.text, state_words(pane))
        spoken = ", ".join(word for word in words if word)
        told = self.tr("{letter}: {words}").format(letter=self._letter, words=spoken)
        set_spoken(self, told)

    def show_live(self, pane: Pane) -> None:
        """Follow what changes within a state: progress and speed."""
        words = state_words(pane)
        if pane.state is PaneState.GENERATING and pane.live_tokens_per_second is not None:
            words = str(speed(pane.live_tokens_per_second))
        self.state.set_text(words, state_help(pane))
        if (wait := engine_wait(pane)) is not None and not wait.failed:
            self.progress.set_share(wait.share)
        elif pane.progress is not None:
            self.progress.set_share(pane.progress)
        elif pane.state in _WITHOUT_SHARE:
            self.progress.set_share(None)
        else:
            self.progress.clear()

    def set_focused(self, focused: bool) -> None:
        """Mark it as the column that commands go to."""
        if focused != self._focused:
            self._focused = focused
            self.update()

    def stops(self) -> list[QWidget]:
        """What the keyboard comes to, in the order of reading."""
        return [self, self.menu_button, self.close_button, self.stop_button]

    def _request_menu(self) -> None:
        self.menu_requested.emit(self.mapToGlobal(self.rect().bottomLeft()))

    def _reveal(self, shown: bool) -> None:
        for button in (self.menu_button, self.close_button):
            button.set_revealed(shown)

    def _place_buttons(self) -> None:
        right, top = self.width() - BUTTON_PX - GRID // 2, EDGE_PX + 2
        self.close_button.move(right, top)
        self.menu_button.move(right - BUTTON_PX, top)
        self.stop_button.move(right, self.height() - BUTTON_PX - 4)

    # Qt's own names from here on.

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._reveal(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._reveal(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._reveal(True)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._reveal(self.underMouse())
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.activated.emit()
            case Qt.Key.Key_Menu:
                self._request_menu()
            case Qt.Key.Key_Delete:
                self.remove_requested.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        here = event.globalPosition().toPoint()
        far = (here - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._dragging:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self.drag_moved.emit(here)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pressed_at = None
        self.unsetCursor()
        if self._dragging:
            self._dragging = False
            self.drag_ended.emit(event.globalPosition().toPoint())
        else:
            self.activated.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "progress"):
            self.progress.set_colour(candidate_edge(self._letter, current_tokens()))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(2, 0, -2, 0)
        if self._focused or self.hasFocus() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(box, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(candidate_edge(self._letter, tokens)))
        painter.setClipRect(0, 0, self.width(), EDGE_PX)
        painter.drawRoundedRect(box.x(), 0, box.width(), 12, 5, 5)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 5, 5)


class _OverButton(QuietButton):
    """Lies over what else stands there."""

    def sizeHint(self) -> QSize:
        return QSize(BUTTON_PX, BUTTON_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.is_painted():
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor(current_tokens().hover))
            painter.end()
        super().paintEvent(event)
