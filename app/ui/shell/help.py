"""F1: what the page is for, and its keys, beside the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.plain import words_of
from app.ui.kit.widgets.buttons import IconButton
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_row

if TYPE_CHECKING:
    from app.ui.kit.pages import Page

_WIDTH_PX = 360


class HelpPanel(QFrame):
    """Floats at the window's right edge; Esc, F1 or its button closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setProperty("role", "floating")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = label("", "title")
        self._close = IconButton("close", self.tr("Close help"), size_px=16, shortcut="F1")
        self._close.clicked.connect(self.hide)
        head = in_row((self._title, 1), self._close, spacing=None)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        in_column(head, (self._scroll, 1), on=self, margins=(16, 12, 12, 12))
        self.hide()

    def show_page(self, page: Page, general: Iterable[QAction]) -> None:
        """Explain a page.

        Args:
            page: Its help and its widget's actions are told.
            general: Actions that work on every page.
        """
        self._title.setText(page.title)
        self.setAccessibleName(self.tr("Help: {page}").format(page=page.title))
        self.setAccessibleDescription(" ".join(page.help.paragraphs))
        self._scroll.setWidget(self._content(page, general))
        self.place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Stand at the right edge of the window."""
        window = self._over
        width = min(_WIDTH_PX, window.width() - 32)
        self.setGeometry(window.width() - width - 12, 12, width, window.height() - 24)

    def _content(self, page: Page, general: Iterable[QAction]) -> QWidget:
        content = QWidget()
        content.setProperty("role", "plain")
        column = in_column(on=content, margins=(0, 0, 8, 0))
        for paragraph in page.help.paragraphs:
            column.addWidget(label(paragraph, wrap=True))
        own = [*page.help.keys, *_keyed(page.widget.actions())]
        self._add_keys(column, self.tr("Keys of this page"), own)
        self._add_keys(column, self.tr("Keys everywhere"), _keyed(general))
        column.addStretch(1)
        return content

    @staticmethod
    def _add_keys(column: QVBoxLayout, title: str, keys: list[tuple[str, str]]) -> None:
        if not keys:
            return
        column.addSpacing(8)
        column.addWidget(label(title, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 88)
        for row, (combination, what) in enumerate(keys):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(label(combination, "dim"), row, 0, top)
            grid.addWidget(label(what, wrap=True), row, 1, top)
        column.addLayout(grid)

    # Qt's own names from here on.

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
