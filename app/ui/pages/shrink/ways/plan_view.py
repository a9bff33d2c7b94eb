"""Shows the ways that there are to one need of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt

from app.ui.kit.views.tables import FlatTree, TreeRow
from app.ui.pages.shrink.ways.plan_model import WayColumn, WaysModel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

_SIGNS: dict[int, int] = {
    WayColumn.HOW: 40,
    WayColumn.SIZE: 11,
    WayColumn.MEMORY: 11,
    WayColumn.TIME: 16,
}
_HIDING = (WayColumn.TIME, WayColumn.SIZE)
_NAME_SIGNS = 22
_SHOWN_ROWS = 8


class WaysView(FlatTree):
    """A row a way with its box and its mark."""

    signs, hiding, least_signs = _SIGNS, _HIDING, _NAME_SIGNS

    def __init__(self, model: WaysModel, parent: QWidget | None = None) -> None:
        super().__init__(model, Qt.ItemDataRole.DisplayRole, TreeRow(), parent)
        self.setAccessibleName(self.tr("Ways to the same memory"))

    def share(self, sign_px: int, rest_px: int) -> None:
        name = sign_px * (_NAME_SIGNS + 4)
        self.setColumnWidth(WayColumn.WAY, name)
        how = self.columnWidth(WayColumn.HOW) + rest_px - name
        self.setColumnWidth(WayColumn.HOW, max(sign_px * 12, how))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return self.rows_high(80, _SHOWN_ROWS)

    def minimumSizeHint(self) -> QSize:
        return self.rows_high(30, 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.ticks(event, WayColumn.WAY):
            super().keyPressEvent(event)
