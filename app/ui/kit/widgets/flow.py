"""A layout that wraps its widgets into lines."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets beside each other, on the next line where the width ends.

    Args:
        parent: The widget that it fills.
        spacing_px: Between widgets, and between lines.
        fills: Whether each line shares out what is left of its width.
        grows: One that takes alone what is left of its line, and may be as narrow as it can.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        spacing_px: int = 8,
        fills: bool = False,
        grows: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fills, self._grows = fills, grows
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self.setContentsMargins(QMargins())
        self.setSpacing(spacing_px)

    def clear(self) -> None:
        """Remove every widget and let it go."""
        while self._items:
            item = self.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    # Qt's own names from here on.

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        # Asked for many times by every layout around this one.
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        area = rect.marginsRemoved(self.contentsMargins())
        y = area.y()
        for line in self._lines(area.width()):
            heights = [item.sizeHint().height() for item in line]
            widths = [self._wanted_px(item) for item in line]
            growing = [self._fills or self._is_growing(item) for item in line]
            spare = area.width() - sum(widths) - self.spacing() * (len(line) - 1)
            each = max(0, spare) // max(1, sum(growing))
            x = area.x()
            for item, wanted, grows, height in zip(line, widths, growing, heights, strict=True):
                width = min(wanted + each * grows, area.width())
                if move:
                    top = y + (max(heights) - height) // 2
                    item.setGeometry(QRect(QPoint(x, top), QSize(width, height)))
                x += width + self.spacing()
            y += max(heights) + self.spacing()
        bottom = max(area.y(), y - self.spacing())
        return bottom - rect.y() + self.contentsMargins().bottom()

    def _lines(self, width_px: int) -> list[list[QLayoutItem]]:
        """What is visible, in lines of this width; a line has one widget at least."""
        lines: list[list[QLayoutItem]] = []
        room = 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            needed = self._wanted_px(item)
            if not lines or needed > room:
                lines.append([])
                room = width_px
            lines[-1].append(item)
            room -= needed + self.spacing()
        return lines

    def _wanted_px(self, item: QLayoutItem) -> int:
        return (item.minimumSize() if self._is_growing(item) else item.sizeHint()).width()

    def _is_growing(self, item: QLayoutItem) -> bool:
        return self._grows is not None and item.widget() is self._grows


def in_lines(*widgets: QWidget, grows: QWidget | None = None) -> QWidget:
    """Widgets from left to right, on further lines where the width ends; one of them may grow."""
    whole = QWidget()
    flow = FlowLayout(whole, grows=grows)
    for widget in widgets:
        flow.addWidget(widget)
    return whole
