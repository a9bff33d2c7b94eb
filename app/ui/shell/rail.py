"""The navigation rail: a button a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.widgets.layouts import in_column

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_WIDTH_PX, _MOST_WIDTH_PX = 76, 116
_BESIDE_TITLE_PX = 24
_ICON_PX = 22


class Rail(QFrame):
    """The pages' buttons from top to bottom; some stand at the bottom.

    Signals:
        chosen: The person chose a page, by its id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(_WIDTH_PX)
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = in_column(on=self, margins=(6, 8, 6, 8), spacing=4)
        self._top = in_column(spacing=None)
        self._bottom = in_column(spacing=None)
        for part in (self._top, self._bottom):
            part.setSpacing(4)
        column.addLayout(self._top)
        column.addStretch(1)
        column.addLayout(self._bottom)

    def add(self, page_id: str, title: str, icon_name: str, *, bottom: bool = False) -> None:
        """Add a page's button."""
        button = QToolButton()
        button.setProperty("role", "rail")
        button.setText(title)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setCheckable(True)
        button.setAccessibleName(title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.chosen.emit(page_id))
        self._group.addButton(button)
        self._buttons[page_id] = button
        (self._bottom if bottom else self._top).addWidget(button)
        button.ensurePolished()
        needed = button.fontMetrics().horizontalAdvance(title) + _BESIDE_TITLE_PX
        self.setFixedWidth(min(max(needed, self.minimumWidth()), _MOST_WIDTH_PX))

    def set_current(self, page_id: str) -> None:
        """Show which page is open."""
        self._buttons[page_id].setChecked(True)

    def button(self, page_id: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[page_id]

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        buttons = list(self._buttons.values())
        focused = next((b for b in buttons if b.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        following = buttons[(buttons.index(focused) + step) % len(buttons)]
        following.setFocus(Qt.FocusReason.TabFocusReason)
