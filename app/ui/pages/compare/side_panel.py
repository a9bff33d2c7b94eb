"""The panel at the right of the page: settings of the chat, or of one model."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton
from app.ui.kit.widgets.layouts import in_column, in_row

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
        self._title = ElidedLabel(mode=Qt.TextElideMode.ElideRight, strong=True)
        self.close_button = IconButton("close", self.tr("Close the settings"), size_px=14)
        self.close_button.clicked.connect(self.close_panel)
        head = in_row(
            (self._title, 1), self.close_button, margins=(GRID, 0, GRID // 2, 0), spacing=None
        )
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = in_row(self._scroll, margins=(GRID, 0, 0, 0), spacing=None)
        in_column(head, (body, 1), on=self, margins=(0, GRID, 0, 0), spacing=GRID // 2)
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
