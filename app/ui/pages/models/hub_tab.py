"""The Hub tab: the search beside a repository, or one of them where there is no room for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

# In letters: what the two need to say all they have to say.
_SEARCH_SIGNS, _LEAST_SEARCH_SIGNS, _REPOSITORY_SIGNS = 52, 44, 76
_MOST_SHARE = 0.45


class HubTab(QSplitter):
    """Remembers how wide the person wants the search, however narrow the window was meanwhile.

    Signals:
        narrowed: Whether only one of the two is shown from now on.
    """

    narrowed = Signal(bool)

    def __init__(self, search: QWidget, repository: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._search, self._repository = search, repository
        self._wanted_px = 0
        self._is_open = False
        self._is_narrow = False
        for each in (search, repository):
            self.addWidget(each)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(1, 1)
        self.splitterMoved.connect(self._on_moved)
        self._arrange()

    def open_repository(self, is_open: bool) -> None:
        """In a narrow window the repository takes the place of the search, or gives it back."""
        self._is_open = is_open
        self._arrange()

    def kept(self) -> list[int]:
        """The widths that the person wants."""
        left = self._left_px()
        return [left, max(1, self.width() - left)]

    def restore(self, sizes: Sequence[int]) -> None:
        """Bring back what :meth:`kept` gave."""
        self._wanted_px = sizes[0]
        self._arrange()

    def _left_px(self) -> int:
        return self._wanted_px or self._signs_px(_SEARCH_SIGNS)

    def _signs_px(self, signs: int) -> int:
        return self.fontMetrics().averageCharWidth() * signs

    def _arrange(self) -> None:
        least = self._signs_px(_LEAST_SEARCH_SIGNS)
        is_narrow = self.width() < least + self._signs_px(_REPOSITORY_SIGNS)
        self._search.setMinimumWidth(0 if is_narrow else least)
        self._search.setVisible(not is_narrow or not self._is_open)
        self._repository.setVisible(not is_narrow or self._is_open)
        if not is_narrow:
            left = max(least, min(self._left_px(), round(self.width() * _MOST_SHARE)))
            self.setSizes([left, self.width() - self.handleWidth() - left])
        if is_narrow is not self._is_narrow:
            self._is_narrow = is_narrow
            self.narrowed.emit(is_narrow)

    def _on_moved(self, position_px: int, _handle: int) -> None:
        self._wanted_px = position_px

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        # Either of the two is enough.
        hints = [each.minimumSizeHint() for each in (self._search, self._repository)]
        return hints[0].expandedTo(hints[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._arrange()
