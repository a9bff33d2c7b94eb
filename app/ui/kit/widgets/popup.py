"""A panel that drops from a button and closes by a click elsewhere or Esc."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.kit.widgets.layouts import in_column, scroll_down

_MARGIN_PX = 4


class Popup(QFrame):
    """Shows a widget below (or above) another one, inside the screen.

    It lives as long as its owner and can be opened again.
    """

    def __init__(self, content: QWidget, owner: QWidget, *, width_px: int = 360) -> None:
        super().__init__(owner, Qt.WindowType.Popup)
        self._content = content
        self._width_px = width_px
        self.setProperty("role", "popup")
        self.setAccessibleName(content.accessibleName())
        self._scroll = QScrollArea()
        scroll_down(self._scroll)
        self._scroll.setWidget(content)
        content.setProperty("role", "plain")
        content.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        in_column(self._scroll, on=self, margins=(12, 12, 4, 12))

    def open_at(self, anchor: QWidget) -> None:
        """Open beside a button."""
        room = anchor.screen().availableGeometry()
        self._content.ensurePolished()
        width = min(self._width_px, room.width())
        inner = width - 32
        layout = self._content.layout()
        needed = layout.totalHeightForWidth(inner) if layout is not None else -1
        needed = max(needed, self._content.sizeHint().height())
        height = min(needed + 28, room.height() - 2 * _MARGIN_PX)
        below = anchor.mapToGlobal(QPoint(0, anchor.height() + _MARGIN_PX))
        above = anchor.mapToGlobal(QPoint(0, -height - _MARGIN_PX))
        top = below.y() if below.y() + height <= room.bottom() else max(room.top(), above.y())
        if top + height > room.bottom():
            top = room.bottom() - height
        # Over its own window where that is wide enough, else wherever the screen has room.
        right = min(room.right(), anchor.window().frameGeometry().right() - _MARGIN_PX)
        if right - width < max(room.left(), anchor.window().x()):
            right = room.right()
        left = max(min(below.x(), right - width), room.left())
        self.setGeometry(left, top, width, height)
        self.show()
        self._content.setFocus(Qt.FocusReason.PopupFocusReason)
        self.focusNextChild()
