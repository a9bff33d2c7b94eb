"""Where a conversation is read, while rows come, go and grow around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.theme import GRID

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollBar, QWidget

    from app.ui.pages.compare.turns.rows import TurnRows

NEAR_PX = 4


class ReadingPlace:
    """Keeps what is read where it is: the end, the newest turn's beginning, or any other place.

    While the end is followed and answers stand beside each other the newest message stands on top
    if its answers are higher than the window: they are read from their beginnings.

    Args:
        bar: Scrolls the rows.
        rows: What is read.

    Attributes:
        follows_end: Whether it stays at the end while text comes.
    """

    def __init__(self, bar: QScrollBar, rows: TurnRows) -> None:
        self._bar = bar
        self._rows = rows
        self.follows_end = True
        self._to_end = False
        self._placing = False
        self._anchor: tuple[QWidget, int] | None = None

    def begin_at_newest(self) -> None:
        """Another chat, or another question: its answers are read from their beginnings."""
        self.follows_end, self._to_end = True, False

    def go_to_end(self) -> None:
        """The newest text is wanted in sight, from now on."""
        self.follows_end = self._to_end = True
        self._anchor = None

    def leave_end(self) -> None:
        """What is read now stays in sight, whatever comes."""
        self.follows_end = False
        self._remember()

    def follow_rows(self) -> None:
        """Rows went: if it was one of them that was read, the last one is read now."""
        rows = self._rows.views()
        if self._anchor is not None and self._anchor[0] not in rows:
            self._anchor = (rows[-1], GRID) if rows else None

    def note_moved(self, value: int, *, at_last: bool) -> bool:
        """The bar moved; ``at_last``: the newest turn is among the rows.

        Returns:
            Whether a person moved it.
        """
        if self._placing:
            return False
        at_end = value >= self._bar.maximum() - NEAR_PX
        at_newest = abs(value - self._top_of_newest()) <= NEAR_PX
        self.follows_end = at_last and (at_end or at_newest)
        self._to_end = at_end and not at_newest
        self._remember()
        return True

    def keep(self, *, at_last: bool) -> None:
        """Bring the bar to where it is read; sizes have changed."""
        self._placing = True
        if self.follows_end and at_last:
            self._bar.setValue(self._bar.maximum() if self._to_end else self._top_of_newest())
        elif self._anchor is not None:
            row, offset = self._anchor
            self._bar.setValue(row.y() - offset)
        self._placing = False

    def _remember(self) -> None:
        top = self._bar.value()
        read = (row for row in self._rows.views() if row.y() + row.height() > top)
        row = next(read, None)
        self._anchor = (row, row.y() - top) if row is not None else None

    def _top_of_newest(self) -> int:
        most, rows = self._bar.maximum(), self._rows.views()
        if self._rows.columns == 1 or not rows:
            return most
        return min(most, max(0, rows[-1].y() - GRID))
