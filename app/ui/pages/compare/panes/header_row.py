"""The heads of all columns in their order, and the button that adds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import current_tokens
from app.ui.kit.widgets import IconButton
from app.ui.kit.widgets.layouts import in_row

if TYPE_CHECKING:
    from app.ui.pages.compare.panes.header import ColumnHeader

ADD_PX = 32


class HeaderRow(QWidget):
    """Goes sideways with the columns below it.

    Signals:
        add_requested: A model shall be opened.
        move_requested: A candidate (its key) shall stand at an index.
    """

    add_requested = Signal()
    move_requested = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._headers: dict[str, ColumnHeader] = {}
        self._begin_px, self._width_px = 0, 0
        self._port = QWidget(self)
        self._strip = QWidget(self._port)
        self._row = in_row(on=self._strip, spacing=0)
        self._marker = _DropMarker(self._strip)
        self.add_button = IconButton("add", self.tr("Add a model"), parent=self)
        self.add_button.clicked.connect(self.add_requested)

    def set_headers(self, headers: Mapping[str, ColumnHeader]) -> None:
        """Show these, by their keys, in this order; others are taken out."""
        for key in [key for key in self._headers if key not in headers]:
            header = self._headers.pop(key)
            self._row.removeWidget(header)
            header.hide()
            header.deleteLater()
        for position, (key, header) in enumerate(headers.items()):
            if key not in self._headers:
                header.drag_moved.connect(lambda at, key=key: self._on_drag_moved(key, at))
                header.drag_ended.connect(lambda at, key=key: self._on_drag_ended(key, at))
            self._row.insertWidget(position, header, 1)
        self._headers = dict(headers)
        room = len(headers) < MAX_CANDIDATES
        self.add_button.setEnabled(room)
        set_tip(
            self.add_button,
            self.tr("Open a model beside the others (Ctrl+T), or drop a file here")
            if room
            else self.tr("Six models are the most; remove one to add another"),
        )
        self._fit()

    def set_sight(self, begin_px: int, width_px: int) -> None:
        """Follow the columns: where what is seen of them begins, and their width in all."""
        if (begin_px, width_px) != (self._begin_px, self._width_px):
            self._begin_px, self._width_px = begin_px, width_px
            self._arrange()

    def headers(self) -> list[ColumnHeader]:
        """From left to right."""
        return list(self._headers.values())

    def _fit(self) -> None:
        """Be as high as the heads want to be."""
        heights = [header.sizeHint().height() for header in self._headers.values()]
        self.setFixedHeight(max(heights, default=0))
        self._arrange()

    def _arrange(self) -> None:
        self._port.setGeometry(0, 0, self.width() - ADD_PX, self.height())
        self._strip.setGeometry(-self._begin_px, 0, max(1, self._width_px), self.height())
        # At the end of the columns, or of the room for them.
        end = min(self._width_px - self._begin_px, self._port.width())
        side = self.add_button.sizeHint().width()
        top = (self.height() - self.add_button.sizeHint().height()) // 2
        self.add_button.setGeometry(end + 1, top, side, self.add_button.sizeHint().height())

    # --- dragging -----------------------------------------------------------------------

    def _index_at(self, key: str, position: QPoint) -> int:
        """Where a header dropped at a global position would stand among the others."""
        x = self._strip.mapFromGlobal(position).x()
        others = [header for other, header in self._headers.items() if other != key]
        return sum(header.geometry().center().x() < x for header in others)

    def _on_drag_moved(self, key: str, position: QPoint) -> None:
        index = self._index_at(key, position)
        others = [header for other, header in self._headers.items() if other != key]
        if index < len(others):
            x = others[index].geometry().left()
        else:
            x = others[-1].geometry().right() if others else 0
        self._marker.setGeometry(QRect(max(0, x - 1), 0, 3, self.height()))
        self._marker.show()
        self._marker.raise_()

    def _on_drag_ended(self, key: str, position: QPoint) -> None:
        self._marker.hide()
        index = self._index_at(key, position)
        if index != list(self._headers).index(key):
            self.move_requested.emit(key, index)

    # Qt's own names from here on.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            # The heads hear of it after this.
            QTimer.singleShot(0, self, self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


class _DropMarker(QWidget):
    """The line where a dragged header would land."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_tokens().accent))
