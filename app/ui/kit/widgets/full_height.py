"""A pane that is never lower than what is in it needs at the width that it has."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget


class FullHeight(QWidget):
    """For splitters and what scrolls, which ask for a least size and never for a height at a width.

    So no line of a flow and no wrapped words are squeezed out where there is little height: the
    other pane gives way, or what is around scrolls.
    """

    # Qt's own names from here on.

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            layout, least = self.layout(), 0
            if layout is not None and layout.hasHeightForWidth():
                least = layout.totalMinimumHeightForWidth(self.width())
            self.setMinimumHeight(least)
        return handled
