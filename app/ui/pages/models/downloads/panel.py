"""The panel of downloads below both tabs, and how much room it gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.ui.kit.question import Question
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size
from app.ui.pages.models.downloads.model import DownloadRole, DownloadsModel
from app.ui.pages.models.downloads.row import DownloadRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from app.ui.pages.models.downloads.queue_view import QueueView

_MOST_SHARE = 0.3


class DownloadsPanel(QWidget):
    """A row a download, driven by the model alone.

    Signals:
        compare_wanted: A finished download's path, in a list.
        rows_changed: Another height may be needed, see :meth:`rows_px`.
        closed: The person folds the panel away.
    """

    compare_wanted = Signal(list)
    rows_changed = Signal()
    closed = Signal()

    def __init__(self, downloads: QueueView) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Downloads"))
        self._downloads = downloads
        self._rows: list[DownloadRow] = []
        self.question = Question()
        self.model = DownloadsModel(self)
        self.empty = label(
            self.tr("No downloads. Tick versions of a model and press Download."),
            "dim",
            wrap=True,
        )
        self.forget_button = push_button(self.tr("Clear finished"), "quiet")
        self.forget_button.clicked.connect(downloads.forget_ended)
        self.close_button = IconButton("close", self.tr("Fold the downloads away"), size_px=14)
        self.close_button.clicked.connect(self.closed)
        self._lay_out()
        self.model.rowsInserted.connect(self._on_inserted)
        self.model.rowsRemoved.connect(self._on_removed)
        self.model.rowsMoved.connect(self._on_moved)
        self.model.dataChanged.connect(self._on_data_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the queue as it is now."""
        self.model.take(self._downloads.entries())
        self.forget_button.setVisible(self.model.finished > 0)
        self.empty.setVisible(not self._rows)
        self.scroll_area.setVisible(bool(self._rows))

    def rows_px(self) -> int:
        """How high it must be to show all its rows."""
        if not self._rows:
            return self._column.sizeHint().height()
        around, below = self._column.contentsMargins(), self._list.sizeHint().height()
        head = self._head.sizeHint().height() + self._column.spacing()
        asked = 0
        if not self.question.isHidden():
            asked = self.question.sizeHint().height() + self._column.spacing()
        return around.top() + head + asked + below + around.bottom()

    def rows(self) -> list[DownloadRow]:
        """The rows from top to bottom."""
        return list(self._rows)

    def row(self, key: str) -> DownloadRow:
        """The row of a download."""
        return self._rows[self.model.row_of(key)]

    def _lay_out(self) -> None:
        self._head = in_row(
            (label(self.tr("Downloads"), "strong"), 1),
            self.forget_button,
            self.close_button,
            spacing=None,
        )
        holder = QWidget()
        holder.setProperty("role", "plain")
        self._list = in_column(spacing=GRID // 2)
        in_column(self._list, 1, on=holder, spacing=None)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setWidget(holder)
        holder.setAutoFillBackground(False)
        self.scroll_area.viewport().setAutoFillBackground(False)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addLayout(self._head)
        column.addWidget(self.question)
        column.addWidget(self.empty)
        column.addWidget(self.scroll_area, 1)
        column.addStretch()  # below the sentence that there are none

    # --- what the model says ------------------------------------------------------------

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            widget = DownloadRow(self.model.index(row).data(DownloadRole.ENTRY))
            widget.pause_wanted.connect(self._downloads.pause)
            widget.resume_wanted.connect(self._downloads.resume)
            widget.cancel_wanted.connect(self._on_stop)
            widget.forget_wanted.connect(self._downloads.forget)
            widget.compare_wanted.connect(self._on_compare)
            widget.move_wanted.connect(self._on_move)
            self._rows.insert(row, widget)
            self._list.insertWidget(row, widget)
            widget.show()  # it counts for the room that is wanted
        self._tell_places()

    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(last, first - 1, -1):
            widget = self._rows.pop(row)
            self._list.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._tell_places()

    def _on_moved(
        self, _from: QModelIndex, first: int, _last: int, _to: QModelIndex, place: int
    ) -> None:
        target = place - 1 if place > first else place
        focused = self.window().focusWidget()
        widget = self._rows.pop(first)
        self._rows.insert(target, widget)
        self._list.removeWidget(widget)
        self._list.insertWidget(target, widget)
        if focused is not None and widget.isAncestorOf(focused):
            focused.setFocus()
        self._tell_places()

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self._rows[row].show_entry(self.model.index(row).data(DownloadRole.ENTRY))
        self._tell_places()

    def _tell_places(self) -> None:
        unfinished = self.model.unfinished
        for place, row in enumerate(self._rows):
            row.set_place(place if place < unfinished else -1, unfinished)

    # --- what the person does -----------------------------------------------------------

    def _on_compare(self, key: str) -> None:
        entry = self.model.entry(key)
        if entry is not None and entry.path is not None:
            self.compare_wanted.emit([entry.path])

    def _on_stop(self, key: str) -> None:
        """What has come is removed when a download is stopped: that is asked about first."""
        entry = self.model.entry(key)
        if entry is None or not entry.done_bytes:
            self._downloads.cancel(key)
            return
        self.question.ask(
            self.tr("Stop {title} and remove the {size} that have come?").format(
                title=entry.title, size=byte_size(entry.done_bytes)
            ),
            self.tr("Stop"),
            lambda: self._on_stop_confirmed(key),
        )
        self.rows_changed.emit()

    def _on_stop_confirmed(self, key: str) -> None:
        entry = self.model.entry(key)
        if entry is not None and entry.path is None:
            self._downloads.cancel(entry.key)

    def _on_move(self, key: str, step: int) -> None:
        target = self.model.row_of(key) + step
        if 0 <= target < self.model.unfinished:
            self._downloads.move(key, target)


class DownloadsRoom(QSplitter):
    """Follows the rows until the person moves the edge."""

    def __init__(self, above: QWidget, downloads: DownloadsPanel) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._downloads = downloads
        self._wanted_px = 0
        for each in (above, downloads):
            self.addWidget(each)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, 1)
        self.splitterMoved.connect(self._on_moved)
        downloads.rows_changed.connect(self.fit)

    def show_downloads(self, shown: bool) -> None:
        """Unfold the downloads, or fold them away."""
        self._downloads.setVisible(shown)
        self.fit()

    def fit(self) -> None:
        """There are more rows or fewer."""
        if not self._downloads.isHidden():
            most = round(self.height() * _MOST_SHARE)
            px = self._wanted_px or min(self._downloads.rows_px(), most)
            self.setSizes([self.height() - self.handleWidth() - px, px])

    def kept(self) -> list[int]:
        """What the person wants; 0 where the rows are followed."""
        return [self.height(), self._wanted_px]

    def restore(self, sizes: Sequence[int]) -> None:
        """Bring back what :meth:`kept` gave."""
        self._wanted_px = sizes[1]
        self.fit()

    def _on_moved(self, position_px: int, _handle: int) -> None:
        self._wanted_px = self.height() - self.handleWidth() - position_px

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
