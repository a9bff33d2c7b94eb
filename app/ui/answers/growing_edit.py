"""Plain text fields: one that takes no more than it can show, and one that grows with its text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from app.ui.answers.text_parts import fits

EDIT_WEIGHT = 12_000
"""A line of so many letters is laid out anew at each key."""


class BoundedEdit(QPlainTextEdit):
    """What is pasted or dropped beyond the bound is not put in, but told.

    Signals:
        too_long: A text that was to be put in.

    Attributes:
        takes_pictures: Asked first of what is pasted: whether it took pictures out of it.
    """

    too_long = Signal(str)
    most_weight = EDIT_WEIGHT
    takes_pictures: Callable[[QMimeData], bool] | None = None

    def takes(self, text: str, beside: str = "") -> bool:
        """Whether a text is light enough, together with what stands there already."""
        return fits(beside + text, 0, self.most_weight)

    # Qt's own names from here on.

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files are the window's: a model dropped here is opened, not written out as its path.
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.takes_pictures is not None and self.takes_pictures(source):
            return
        text = source.text()
        if self.takes(text, self.toPlainText()):
            super().insertFromMimeData(source)
        elif text:
            self.too_long.emit(text)


class GrowingEdit(BoundedEdit):
    """Signals that the person wants to send it: always at Ctrl+Enter, and at Enter if asked to.

    Signals:
        submitted: Enter (with ``enter_submits``; Shift+Enter makes a line).
        submitted_to_all: Ctrl+Enter.
        cancelled: Esc (with ``escape_cancels``; otherwise the window's own Esc works).
        left: The keyboard went elsewhere.

    Attributes:
        enter_submits: Whether Enter sends; else it makes a line.
    """

    submitted = Signal()
    submitted_to_all = Signal()
    cancelled = Signal()
    left = Signal()

    def __init__(
        self,
        *,
        most_lines: int,
        enter_submits: bool,
        escape_cancels: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._most_lines = most_lines
        self.enter_submits = enter_submits
        self._escape_cancels = escape_cancels
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def text(self) -> str:
        """What is written, without blank space around it."""
        return self.toPlainText().strip()

    def invite(self, words: str) -> None:
        """Say in an empty field what it is for. By itself Qt does not paint other words."""
        self.setPlaceholderText(words)
        self.viewport().update()

    def _fit(self) -> None:
        lines = max(1, int(self.document().size().height()))
        shown = min(lines, self._most_lines)
        margin = int(self.document().documentMargin()) * 2
        around = self.contentsMargins()  # frame and the style sheet's padding
        margin += around.top() + around.bottom()
        height = shown * self.fontMetrics().lineSpacing() + margin
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if lines > self._most_lines
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(160, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            escape = event.key() == Qt.Key.Key_Escape and self._escape_cancels
            if (enter and control) or escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._escape_cancels and event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if modifiers == Qt.KeyboardModifier.ControlModifier:
                self.submitted_to_all.emit()
                return
            if modifiers == Qt.KeyboardModifier.NoModifier and self.enter_submits:
                self.submitted.emit()
                return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
