"""The panel at the right of the page: settings of the chat, or of one model."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton

LEAST_PX = 280


class SidePanel(QFrame):
    """Shows one widget at a time below a title; hidden until it has one.

    Signals:
        closed: The person closed it; it is hidden already.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(LEAST_PX)
        self._title = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        self.close_button = IconButton("close", self.tr("Close the settings"), size_px=14)
        self.close_button.clicked.connect(self.close_panel)
        head = QHBoxLayout()
        head.setContentsMargins(GRID, 0, GRID // 2, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        body = QHBoxLayout()
        body.setContentsMargins(GRID, 0, 0, 0)
        body.addWidget(self._scroll)
        column.addLayout(body, 1)
        self.subject: str | None = None
        self.hide()

    def show_widget(self, subject: str, title: str, widget: QWidget) -> None:
        """Show a widget, given to the panel; ``subject`` says what it is about (a key, or "")."""
        self.subject = subject
        self._title.set_text(title)
        set_spoken(self, title)
        widget.setProperty("role", "plain")
        self._scroll.setWidget(widget)
        self.show()

    def content(self) -> QWidget | None:
        """The widget that is shown."""
        return self._scroll.widget() if self.subject is not None else None

    def close_panel(self) -> None:
        """Hide it and let its widget go."""
        self.subject = None
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        self.hide()
        self.closed.emit()
