"""The list of ladders beside what is shown of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import split

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from app.ui.pages.ladder.list.ladder_list import LadderList
    from app.ui.settings.kept_settings import KeptSettings

LIST_PX = GRID * 26
_SIZES = "ladder.columns"
_NARROW_LETTERS = 115
"""Below, the list gives its room to the answer, until it is asked for."""


class ListBeside:
    """Whether the list is there, and how wide; remembered.

    Args:
        ladders: The list.
        shown: What stands beside it.
        action: Shows the list, or not.
        kept: Where it keeps what the person chose.

    Attributes:
        columns: Both, with an edge between them that can be moved.
    """

    def __init__(
        self, ladders: LadderList, shown: QWidget, action: QAction, kept: KeptSettings
    ) -> None:
        self.columns = split(ladders, shown, grows=1, sizes=(LIST_PX, 10_000))
        self._ladders = ladders
        self._action = action
        self._kept = kept
        self._narrow = False
        action.setChecked(kept.now.ladder_list_visible)
        ladders.setVisible(kept.now.ladder_list_visible)
        sizes = kept.now.splitter_sizes.get(_SIZES, [])
        if len(sizes) == self.columns.count():
            self.columns.setSizes(sizes)
        action.toggled.connect(self._show)

    def follow_width(self, page: QWidget) -> None:
        """See whether there is room for both."""
        narrow = page.width() < _NARROW_LETTERS * page.fontMetrics().averageCharWidth()
        if narrow is not self._narrow:
            self._narrow = narrow
            self._ladders.setVisible(self._action.isChecked() and not narrow)

    def sizes(self) -> Mapping[str, list[int]]:
        """The widths, by the name under which they are kept."""
        return {_SIZES: self.columns.sizes()}

    def _show(self, shown: bool) -> None:
        self._ladders.setVisible(shown)
        self._kept.change(ladder_list_visible=shown)
