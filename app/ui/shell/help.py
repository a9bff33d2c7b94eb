"""F1: what the page is for with its keys, and the words that people read, beside the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.ui.kit.plain import words_of
from app.ui.kit.widgets.buttons import IconButton
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_grid, in_row, scroll_down
from app.ui.shell.words_view import WordsView

if TYPE_CHECKING:
    from app.ui.kit.pages import Page

_WIDTH_PX = 380
_PAGE, _WORDS = range(2)


class HelpPanel(QFrame):
    """Floats at the window's right edge; Esc, F1 or its button closes it.

    Signals:
        shown: Whether it is seen from now on.

    Attributes:
        words: The words, on the second of its tabs.
    """

    shown = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._before: QWidget | None = None
        self.setProperty("role", "floating")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tabs = QTabBar()
        self._tabs.setAccessibleName(self.tr("Help"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.addTab(self.tr("This page"))
        self._tabs.addTab(self.tr("The words"))
        self._close = IconButton("close", self.tr("Close help"), size_px=16, shortcut="F1")
        self._close.clicked.connect(self.hide)
        head = in_row(self._tabs, 1, self._close, spacing=None)
        self._scroll = QScrollArea()
        scroll_down(self._scroll)
        self.words = WordsView()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self.words)
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        in_column(head, (self._stack, 1), on=self, margins=(12, 8, 12, 12))
        self.hide()

    def show_page(self, page: Page, general: Iterable[QAction]) -> None:
        """Explain a page.

        Args:
            page: Its help and its widget's actions are told.
            general: Actions that work on every page.
        """
        self._take_page(page, general)
        self._open(_PAGE)

    def show_word(self, page: Page, general: Iterable[QAction], key: str) -> None:
        """Show a word of the glossary, or all with an empty key; the page is told beside it."""
        self._take_page(page, general)
        self.words.show_word(key)
        self._open(_WORDS)

    def _take_page(self, page: Page, general: Iterable[QAction]) -> None:
        self.setAccessibleName(self.tr("Help: {page}").format(page=page.title))
        self.setAccessibleDescription(" ".join(page.help.paragraphs))
        self._scroll.setWidget(self._content(page, general))

    def _open(self, tab: int) -> None:
        self._tabs.setCurrentIndex(tab)
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        (self if tab == _PAGE else self.words).setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Stand at the right edge of the window."""
        window = self._over
        width = min(_WIDTH_PX, window.width() - 32)
        self.setGeometry(window.width() - width - 12, 12, width, window.height() - 24)

    def _content(self, page: Page, general: Iterable[QAction]) -> QWidget:
        content = QWidget()
        content.setProperty("role", "plain")
        column = in_column(label(page.title, "title"), on=content, margins=(4, 4, 8, 0))
        for paragraph in page.help.paragraphs:
            column.addWidget(label(paragraph, wrap=True))
        own = [*page.help.keys, *_keyed(page.widget.actions())]
        self._add_keys(column, self.tr("Keys of this page"), own)
        self._add_keys(column, self.tr("Keys everywhere"), _keyed(general))
        column.addStretch(1)
        return content

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is None or focused is self or self.isAncestorOf(focused)

    @staticmethod
    def _add_keys(column: QVBoxLayout, title: str, keys: list[tuple[str, str]]) -> None:
        if not keys:
            return
        column.addSpacing(8)
        column.addWidget(label(title, "strong"))
        grid = in_grid(across=16, down=4, grows=1)
        grid.setColumnMinimumWidth(0, 88)
        for row, (combination, what) in enumerate(keys):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(label(combination, "dim"), row, 0, top)
            grid.addWidget(label(what, wrap=True), row, 1, top)
        column.addLayout(grid)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible() and self._has_focus():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        # Esc would otherwise stop the models that are answering.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


def _keyed(actions: Iterable[QAction]) -> list[tuple[str, str]]:
    """Keys and names of the actions that have keys."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (action.shortcut().toString(native), words_of(action.text()).removesuffix("…"))
        for action in actions
        if not action.shortcut().isEmpty() and action.isVisible()
    ]
