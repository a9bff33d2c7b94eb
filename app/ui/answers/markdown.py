"""Shows an answer: Markdown that grows, as high as its text, links only by asking first."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from app.core.text.clean import settled_text
from app.ui.answers.code.copies import CodeCopies
from app.ui.answers.copying import copy_menu, copy_text
from app.ui.answers.document import AnswerDocument
from app.ui.answers.mark import DifferenceMark
from app.ui.answers.paint import paint_boxes
from app.ui.answers.shown_parts import ShownParts
from app.ui.answers.style import CODE_PADDING_PX, GUTTER_PX, is_code
from app.ui.answers.tables import fit_tables
from app.ui.kit.one_at_a_time import one_at_a_time
from app.ui.kit.plain import set_tip
from app.ui.kit.tokens import current_tokens
from app.ui.kit.wishes import ask_to_open

FASTEST_MS = 120
"""Renders of growing text are at least this far apart: 8 a second."""
MOST_BUSY = 0.02
"""Rendering takes at most this share of the time, which the engine lacks: long paragraphs are
rendered less often."""
_SCROLLS = {
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End),
}


class MarkdownView(QTextBrowser):
    """An answer's text. Grows with its content: put it into a scroll area. Main thread.

    Attributes:
        parts: Its text, and what is shown of it.

    Signals:
        rendered: The text on the screen is the newest; the height may have changed.
        focused: It got the keyboard.
        part_changed: Another part of a long text is shown, or in another way.

    Args:
        name: What this is, for screen readers ("Answer of B").
        parent: Its owner.
    """

    focused = Signal()
    rendered = Signal()
    part_changed = Signal()

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer = AnswerDocument(self)
        self.parts = ShownParts(self)
        self.parts.changed.connect(self._show_part)
        self._told: tuple[object, ...] = ()
        self._stale = False
        self._offset: int | None = None
        self._mark = DifferenceMark()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._render)
        self._next_ns = 0
        self._copy_words = self.tr("Copy this code")
        self._rendering = False
        self.setDocument(self._answer)
        self._answer.setDefaultFont(self.font())
        # A widget hears of palette and font whenever its parents get a style: mostly the same ones.
        self._look = self._look_now()
        self.setAccessibleName(name or self.tr("Answer"))
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._copies = CodeCopies()
        # A table that is too wide scrolls; whatever else there is wraps.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabStopDistance(4 * self.fontMetrics().averageCharWidth())
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(lambda url: ask_to_open(self, url))
        self.highlighted.connect(self._on_hover)
        self._answer.documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    # -------------------------------------------------------------------------------- the text

    def set_markdown(self, text: str) -> None:
        """Show a text that has ended; rendered now, or when it becomes visible."""
        if self.parts.take(text, ended=True):
            self._stale = True
            self._timer.stop()
            self._render_if_seen()

    def stream_markdown(self, text: str) -> None:
        """Show a text that still grows: the whole of it so far. Cheap; rendered at most 8 Hz."""
        if self.parts.take(text, ended=False):
            self._stale = True
            self._schedule()

    def mark_source_offset(self, offset: int | None) -> None:
        """Mark the word at a character offset of the source as the first difference, or nothing."""
        if offset == self._offset:
            return
        self._offset = offset
        if not self._stale:
            self._place_mark()

    @property
    def marked_position(self) -> int | None:
        """Where the mark stands in the document; None if there is none."""
        return self._mark.position

    def plain_text(self) -> str:
        """The text as it reads, without Markdown's signs; a long one as it is written."""
        if self.parts.whole and self.laid_out:
            return self._answer.toPlainText()
        return self.parts.source

    @property
    def laid_out(self) -> bool:
        """Whether all of the part is there, and not only its first slices."""
        return self._answer.complete and not self._stale

    # ------------------------------------------------------------------------------- rendering

    def _show_part(self) -> None:
        self._mark.forget()
        self._stale = True
        self._render_if_seen()

    def _schedule(self) -> None:
        if not self._timer.isActive() and self.isVisible():
            wait_ns = self._next_ns - time.monotonic_ns()
            self._timer.start(max(0, -(-wait_ns // 1_000_000)))

    def _render_if_seen(self) -> None:
        # Also before the first show, so that the height is known when it is laid out.
        if self.isVisible() or not self._answer.source:
            self._render()

    def _render(self) -> None:
        if not self._stale:
            return
        began_ns = time.monotonic_ns()
        self._stale = False
        parts, part = self.parts, self.parts.part
        source, formatted = settled_text(parts.shown), parts.formatted
        ended = parts.ended or part.end < len(parts.source)
        self._lay_out(
            lambda: self._answer.show_source(
                source, ended=ended, formatted=formatted, carry=part.carry
            )
        )
        cost_ns = time.monotonic_ns() - began_ns
        pause_ns = max(FASTEST_MS * 1_000_000, round(cost_ns / MOST_BUSY))
        self._next_ns = began_ns + pause_ns
        self._tell_part()

    def _render_more(self) -> None:
        """The next slice of a text that is too much for one moment."""
        if not self._stale and not self._answer.complete:
            self._lay_out(self._answer.advance)

    def _lay_out(self, show: Callable[[], None]) -> None:
        chosen = self._selection()
        self._rendering = True
        try:
            show()
            self._fit_tables()
        finally:
            self._rendering = False
        self._fit()
        self._restore(chosen)
        self._place_mark()
        if not self._answer.complete:
            one_at_a_time().add(self, self._render_more)
        self.rendered.emit()

    def _tell_part(self) -> None:
        told = (self.parts.part, len(self.parts.source), self.parts.formatted)
        if told != self._told:
            self._told = told
            self.part_changed.emit()

    def _selection(self) -> tuple[int, int] | None:
        cursor = self.textCursor()
        return (cursor.anchor(), cursor.position()) if cursor.hasSelection() else None

    def _restore(self, chosen: tuple[int, int] | None) -> None:
        if chosen is None:
            return
        last = self._answer.characterCount() - 1
        cursor = QTextCursor(self._answer)
        cursor.setPosition(min(chosen[0], last))
        cursor.setPosition(min(chosen[1], last), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _fit(self, *_size: object) -> None:
        if self._rendering:
            return  # once, when all of it stands
        height = 0
        if self._answer.source:
            # Qt leaves the last block's lower margin out: a code block's box would be cut.
            below = CODE_PADDING_PX + 1 if is_code(self._answer.lastBlock()) else 0
            height = round(self._answer.size().height() + below + 0.5)
            if self._answer.size().width() > self.viewport().width() + 1:
                height += self.horizontalScrollBar().sizeHint().height()
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def _fit_tables(self) -> bool:
        self._copies.forget()
        return fit_tables(self._answer, self.viewport().width() - GUTTER_PX)

    def _look_now(self) -> tuple[object, ...]:
        """What the document's look depends on."""
        return (self.font().toString(), current_tokens())

    def _restyle(self) -> None:
        if self._look == self._look_now():
            return
        self._look = self._look_now()
        self._answer.setDefaultFont(self.font())
        if not self._answer.source:
            return
        self._lay_out(self._answer.restyle)

    def _place_mark(self) -> None:
        offset, part = self._offset, self.parts.part
        if offset is None or not part.start <= offset <= part.end:
            self._mark.stand_at(self, None)
        else:
            self._mark.stand_at(self, self._answer.position_of(offset - part.start))

    # ------------------------------------------------------------------------------- what is done

    def _on_hover(self, url: QUrl) -> None:
        set_tip(self.viewport(), url.toDisplayString() if url.isValid() else "")

    def _copied_at(self, event: QMouseEvent, *, take: bool = False) -> str | None:
        """The code whose copy button lies under the pointer."""
        across = QPoint(self.horizontalScrollBar().value(), 0)
        return self._copies.text_at(event.position().toPoint() + across, take=take)

    # Qt's own names from here on.

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return self._answer.loadResource(kind, name)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_answer") and self.isVisible():
            self._restyle()  # a change of colours alone waits until it is seen

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._restyle()
        self._render()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._fit_tables():
            self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over, port, words = self._copied_at(event) is not None, self.viewport(), self._copy_words
        if not over:
            super().mouseMoveEvent(event)
        if over != (port.toolTip() == words):
            set_tip(port, words if over else "")
            shape = Qt.CursorShape
            port.setCursor(shape.PointingHandCursor if over else shape.IBeamCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        code = self._copied_at(event, take=True) if left else None
        if code is None:
            super().mousePressEvent(event)
        else:
            copy_text(code)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._copied_at(event) is None:
            super().mouseReleaseEvent(event)
        else:
            event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways and self.horizontalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()  # the scroll area around it scrolls

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SCROLLS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        copy_menu(self, event.pos()).popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        self._restyle()
        tokens = current_tokens()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across, width = self.horizontalScrollBar().value(), self.viewport().width()
        painter.translate(-across, 0)
        seen = event.rect().translated(across, 0)
        painted = paint_boxes(painter, self._answer, seen, width, tokens)
        self._copies.paint(painter, painted, seen)
        self._mark.paint(self, painter, tokens)
        painter.end()
        super().paintEvent(event)


def warm_up() -> None:
    """Load fonts, which cost some 50 ms at the first answer; call when idle."""
    document = AnswerDocument()
    document.show_source("# a **b** *c* `d`\n\n```python\nx = 1\n```\n\n- e\n")
    document.setTextWidth(200)
    document.size()
