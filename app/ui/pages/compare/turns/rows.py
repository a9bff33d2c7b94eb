"""The turns of a conversation that are shown, a row each, and what stands around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.turns.view import TurnRow

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.ui.pages.compare.turns.answer_facts import AnswerFacts
    from app.ui.pages.compare.turns.wishes import TurnWishes
    from app.ui.pictures.door import PictureDoor

LEAST_COLUMN_PX = 156
LEAST_CHARACTERS = 23
READABLE_CHARACTERS = 104
_ABOVE = 2
"""So many widgets stand above the first turn."""


class TurnRows(QWidget):
    """Makes the rows of some turns, the newest first, one widget at a time; drops all others.

    Args:
        facts_of: What stands beside a candidate's answer to a turn at the moment.
        wishes: What is wanted of the turns is told there.
        head: Stands above the turns.
        foot: Stands below the newest one.
        door: Where the turns' pictures come from; None shows none.

    Attributes:
        filling: Whether something has no widgets yet.

    Signals:
        fill_wanted: Something has no widgets yet: call :meth:`fill_one` when idle.
        filled: All of it has.
        row_leaving: A row goes: what was put into it is to be taken out now.
    """

    fill_wanted = Signal()
    filled = Signal()
    row_leaving = Signal(object)

    def __init__(
        self,
        facts_of: Callable[[Turn, str], AnswerFacts],
        wishes: TurnWishes,
        head: QWidget,
        foot: QWidget,
        door: PictureDoor | None = None,
    ) -> None:
        super().__init__()
        self._facts_of = facts_of
        self._wishes = wishes
        self._foot = foot
        self._door = door
        self._letters: dict[str, str] = {}
        self._turns: list[Turn] = []
        self._views: list[TurnRow] = []
        self._out_of_sight = (0, 0)
        self.filling = False
        self.setProperty("role", "plain")
        self._head = in_row((head, 1), spacing=0)
        self.earlier_button = push_button(self.tr("Show earlier turns"), "link")
        self.later_button = push_button(self.tr("Show later turns"), "link")
        above = (self.earlier_button, self._head)
        self._column = in_column(*above, self.later_button, foot, 1, on=self, margins=None)

    @property
    def columns(self) -> int:
        """How many answers stand beside each other."""
        return len(self._letters)

    def views(self) -> list[TurnRow]:
        """The turns that have widgets, oldest first."""
        return list(self._views)

    def view_of(self, turn: Turn) -> TurnRow | None:
        """The widgets of a turn, if it has any now."""
        return next((view for view in reversed(self._views) if view.turn is turn), None)

    @property
    def at_rest(self) -> bool:
        """Whether all is made and laid out."""
        answers = (answer for view in self._views for answer in view.answers())
        return not self.filling and all(answer.laid_out for answer in answers)

    # --- what is shown --------------------------------------------------------------------

    def set_columns(self, columns: Mapping[str, str]) -> None:
        """Follow the candidates: their letters by their keys, from left to right."""
        self._letters = dict(columns)
        for view in self._views:
            view.set_columns(columns)
        self._look_for_missing()

    def drop_others(self, turns: Sequence[Turn]) -> None:
        """Show these turns; rows of others go."""
        self._turns = list(turns)
        ids = {id(turn) for turn in turns}
        for view in [view for view in self._views if id(view.turn) not in ids]:
            self.row_leaving.emit(view)
            self._views.remove(view)
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()

    def begin(self, *, at_last: bool) -> None:
        """Make the newest row, if that is seen at once, and ask for time to make the others.

        Args:
            at_last: Whether the newest turn of the chat is among them.
        """
        newest = self._turns[-1] if self._turns else None
        if newest is not None and self.window().isVisible() and self.view_of(newest) is None:
            self._make_row(newest, len(self._views))
            # What was just asked has no text yet, and costs little.
            if not any(answer.text for answer in newest.answers.values()):
                while self._views[-1].missing:
                    self._make_answer(self._views[-1])
        self._foot.setVisible(at_last)
        self._look_for_missing()

    def refresh_column(self, key: str) -> None:
        """Everything of a candidate's answers that are shown."""
        for view in self._views:
            if view.answer(key) is not None:
                view.refresh(key, self._facts_of(view.turn, key))

    def refresh_answer(self, turn: Turn, key: str) -> None:
        """Everything of one answer, if it is shown."""
        view = self.view_of(turn)
        if view is not None and view.answer(key) is not None:
            view.refresh(key, self._facts_of(turn, key))

    def place_marks(self, key: str, budget_ns: int) -> bool:
        """Mark a candidate's first differences, newest first, for about this long.

        Returns:
            Whether any were marked.
        """
        until_ns = time.monotonic_ns() + budget_ns
        marked = False
        for view in reversed(self._views):
            answer = view.answer(key)
            if answer is not None and answer.place_mark():
                marked = True
                if time.monotonic_ns() >= until_ns:
                    break
        return marked

    def order_tabs(self) -> None:
        """Keys go from top to bottom and from left to right, whatever came into being first."""
        stops = [stop for view in self._views for stop in view.stops()]
        for before, behind in pairwise([self.earlier_button, *stops]):
            QWidget.setTabOrder(before, behind)

    # --- widgets, one at a time -------------------------------------------------------------

    def fill_one(self) -> bool:
        """Make the widgets of one answer or message; False if there was nothing to make."""
        if not self.filling:
            return False
        self._make_missing()
        self._look_for_missing()
        if not self.filling:
            self.filled.emit()
        return True

    def _look_for_missing(self) -> None:
        """See whether widgets are missing, and have them made."""
        lacks = len(self._views) < len(self._turns)
        self.filling = lacks or any(view.missing for view in self._views)
        if self.filling:
            self.fill_wanted.emit()

    def _make_missing(self) -> None:
        """Make what is missing of the last turn that is not complete."""
        have = {id(view.turn): position for position, view in enumerate(self._views)}
        place = len(self._views)
        for turn in reversed(self._turns):
            position = have.get(id(turn))
            if position is None:
                self._make_row(turn, place)
                return
            place = position
            if self._views[place].missing:
                self._make_answer(self._views[place])
                return

    def _make_row(self, turn: Turn, place: int) -> None:
        view = TurnRow(turn, self._letters, self._wishes, self._door, self)
        self._views.insert(place, view)
        self._column.insertWidget(place + _ABOVE, view)
        view.keep_in_sight(*self._out_of_sight)
        view.show()

    def _make_answer(self, view: TurnRow) -> None:
        key = view.missing[0]
        name = self.tr("Answer of {letter}").format(letter=self._letters[key])
        view.make_answer(key, name, self._facts_of(view.turn, key))

    # --- their widths -----------------------------------------------------------------------

    @property
    def least_column_px(self) -> int:
        """No column is narrower than this: a word of the longest kind at any size of text."""
        return max(LEAST_COLUMN_PX, self.fontMetrics().averageCharWidth() * LEAST_CHARACTERS)

    def column_edges(self, key: str) -> tuple[int, int]:
        """Where a candidate's column begins and ends, in pixels."""
        left, right = self.margins_px
        share = (self.width() - left - right) / max(1, self.columns)
        place = list(self._letters).index(key)
        return round(left + share * place), round(left + share * (place + 1))

    @property
    def margins_px(self) -> tuple[int, int]:
        """What is left free at the left and at the right."""
        margins = self._column.contentsMargins()
        return margins.left(), margins.right()

    def keep_width(self, port_px: int, free_px: int) -> None:
        """Follow the width of the viewport, of which ``free_px`` at the right stay free."""
        columns, side = max(1, self.columns), GRID
        if columns == 1:
            readable = self.fontMetrics().averageCharWidth() * READABLE_CHARACTERS
            side = max(GRID, (port_px - free_px - readable) // 2)
        self._column.setContentsMargins(side, GRID, side + free_px, GRID)
        self.setMinimumWidth(columns * self.least_column_px + 2 * GRID + free_px)

    def keep_in_sight(self, left_px: int, right_px: int) -> None:
        """Messages stay in sight where so much of the columns is not."""
        self._out_of_sight = (left_px, right_px)
        self._head.setContentsMargins(left_px, 0, right_px, 0)
        for view in self._views:
            view.keep_in_sight(left_px, right_px)
