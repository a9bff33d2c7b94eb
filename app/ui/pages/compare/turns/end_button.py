"""The button that floats over a conversation while its end is out of sight."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QPushButton

from app.ui.kit.icons import icon
from app.ui.kit.theme import GRID


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
