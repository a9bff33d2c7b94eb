"""Buttons that show themselves only when they may be wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QToolButton, QWidget

from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QPaintEvent

ICON_PX = 16
SIDE_PX = 29
"""What is laid out before such a button is made leaves a square of this size for it."""


class QuietButton(QToolButton):
    """Keeps its place and its turn in the tab order while it paints nothing.

    Painted when revealed (the pointer is over what it belongs to) or focused, so that a
    transcript stays calm and every button can still be reached by keys.
    """

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon(icon_name, Tone.DIM))
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFixedSize(SIDE_PX, SIDE_PX)
        set_tip(self, name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._revealed = False
        self._always = False

    def set_revealed(self, revealed: bool) -> None:
        """Paint it, or not."""
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()

    def set_always(self, always: bool) -> None:
        """Paint it whether it is revealed or not."""
        if always != self._always:
            self._always = always
            self.update()

    def is_painted(self) -> bool:
        """Whether a person sees it now."""
        return self._revealed or self._always or self.hasFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.is_painted():
            super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class EndButton(QPushButton):
    """Stands at the lower edge of a scroll area's viewport, in the middle."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(icon("chevron-down"), "", area)
        self._area = area
        self.setText(self.tr("Jump to the end"))
        self.hide()

    def show_if(self, wanted: bool) -> None:
        """Show or hide it, where it belongs now."""
        if wanted:
            self.place()
        if wanted != self.isVisibleTo(self._area):
            self.setVisible(wanted)

    def place(self) -> None:
        """Follow the size of the viewport."""
        size, port = self.sizeHint(), self._area.viewport().geometry()
        x = port.left() + (port.width() - size.width()) // 2
        y = port.bottom() - size.height() - GRID
        self.setGeometry(x, y, size.width(), size.height())
        self.raise_()
