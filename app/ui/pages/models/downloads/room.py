"""The page above its downloads: these get as much room as their rows need, within reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.ui.pages.models.downloads.panel import DownloadsPanel

_MOST_SHARE = 0.3


class DownloadsRoom(QSplitter):
    """Follows the rows until the person moves the edge."""

    def __init__(
        self, above: QWidget, downloads: DownloadsPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
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
