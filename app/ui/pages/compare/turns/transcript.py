"""The conversation: a row a turn over all columns, and where the scroll bars stand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column, in_row, scroll_down
from app.ui.pages.compare.turns.quiet_button import EndButton
from app.ui.pages.compare.turns.view import TurnRow
from app.ui.pages.compare.turns.window import FEW_TURNS, MORE_TURNS, MOST_TURNS, TurnWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.core.chats.chat import Turn
    from app.ui.pages.compare.turns.answer_facts import AnswerFacts
    from app.ui.pictures.door import PictureDoor

NEAR_PX = 4
LEAST_COLUMN_PX = 156
LEAST_CHARACTERS = 23
READABLE_CHARACTERS = 104
_ABOVE = 2
"""So many widgets stand above the first turn."""
MANY_SCREENS = 3
"""Turns that fill the view this many times over are enough on either side of what is read."""


class Transcript(QScrollArea):
    """Shows a window of the chat's turns; the newest ones first, the others as time allows.

    While text comes it stays at the end, or where the newest message stands on top if its answers
    are higher than the window: beside each other they are read from their beginnings. Where the
    person has scrolled elsewhere, what they read stays where it is, whatever grows.

    Attributes:
        follows_end: Whether it stays at the end while text comes.

    Signals:
        edited: Another prompt in a turn's place is wanted, with these pictures.
        regenerate_requested: A candidate's answer to a turn is wanted anew (its key).
        earlier_answer_requested: A candidate's answer before is wanted back.
        parting_requested: Where an answer leaves the original's is wanted in sight there.
        earlier_turn_requested: A turn as it was before it was edited is wanted back.
        opened: A folded answer is wanted, or folded again.
        fill_wanted: Something in the window has no widgets yet: call :meth:`fill_one` when idle.
        filled: All of it has.
        row_leaving: A row goes: what was put into it is to be taken out now.
        sight_changed: What can be seen of the columns: where it begins, and their width in all.
    """

    fill_wanted = Signal()
    filled = Signal()
    row_leaving = Signal(object)
    sight_changed = Signal(int, int)
    edited = Signal(object, str, object)
    regenerate_requested = Signal(object, str)
    earlier_answer_requested = Signal(object, str)
    earlier_turn_requested = Signal(object)
    opened = Signal(object, str, bool)
    parting_requested = Signal(object, int)

    def __init__(
        self,
        facts_of: Callable[[Turn, str], AnswerFacts],
        head: QWidget,
        foot: QWidget,
        door: PictureDoor | None = None,
    ) -> None:
        """Make an empty one.

        Args:
            facts_of: What stands beside a candidate's answer to a turn at the moment.
            head: Stands above the turns.
            foot: Stands below the newest one.
            door: Where the turns' pictures come from; None shows none.
        """
        super().__init__()
        self._facts_of = facts_of
        self._door = door
        self._columns: dict[str, str] = {}
        self._turns: list[Turn] = []
        self._window = TurnWindow()
        self._views: list[TurnRow] = []
        self.follows_end = True
        self._to_end = False
        self._placing = False
        self._filling = False
        self._anchor: tuple[QWidget, int] | None = None
        scroll_down(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName(self.tr("Conversation"))
        self._content = QWidget()
        self._content.setProperty("role", "plain")
        self._column = in_column(on=self._content, margins=None)
        self.earlier_button = push_button(self.tr("Show earlier turns"), "link")
        self.earlier_button.clicked.connect(self.show_earlier)
        self.later_button = push_button(self.tr("Show later turns"), "link", run=self.show_later)
        self._foot = foot
        self._head = in_row((head, 1), spacing=0)
        self._column.addWidget(self.earlier_button)
        self._column.addLayout(self._head)
        self._column.addWidget(self.later_button)
        self._column.addWidget(foot)
        self._column.addStretch(1)
        self.setWidget(self._content)
        self.setCornerWidget(QWidget())  # else a square without a style
        self._keep_width()
        self.end_button = EndButton(self)
        self.end_button.clicked.connect(self.jump_to_end)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._on_range_changed)
        bar.valueChanged.connect(self._on_value_changed)
        across = self.horizontalScrollBar()
        across.rangeChanged.connect(self._tell_sight)
        across.valueChanged.connect(self._tell_sight)
        self._refresh_buttons()

    # --- what the page tells it ---------------------------------------------------------

    def set_columns(self, columns: Mapping[str, str]) -> None:
        """Follow the candidates: their letters by their keys, from left to right."""
        self._columns = dict(columns)
        for view in self._views:
            view.set_columns(columns)
        self._keep_width()
        self._look_for_missing()

    @property
    def least_column_px(self) -> int:
        """No column is narrower than this: a word of the longest kind at any size of text."""
        return max(LEAST_COLUMN_PX, self.fontMetrics().averageCharWidth() * LEAST_CHARACTERS)

    def column_edges(self, key: str) -> tuple[int, int]:
        """Where a candidate's column begins and ends in the content, in pixels."""
        margins = self._column.contentsMargins()
        width = self._content.width() - margins.left() - margins.right()
        share, place = width / max(1, len(self._columns)), list(self._columns).index(key)
        return round(margins.left() + share * place), round(margins.left() + share * (place + 1))

    def show_column(self, key: str) -> None:
        """Bring a candidate's column into sight."""
        QApplication.sendPostedEvents(self._content, QEvent.Type.LayoutRequest.value)
        bar = self.horizontalScrollBar()
        begin, end = self.column_edges(key)
        if end > bar.value() + self.viewport().width():
            bar.setValue(end - self.viewport().width() + GRID)
        elif begin < bar.value():
            bar.setValue(begin - GRID)

    def set_turns(self, turns: Sequence[Turn]) -> None:
        """Show these turns; views of turns that stay are kept."""
        same_chat = bool(self._turns) and bool(turns) and self._turns[0] is turns[0]
        grew = len(turns) > len(self._turns)
        self._turns = list(turns)
        if same_chat:
            self._window = self._window.with_total(len(turns))
            if grew and not self._window.at_last:
                self._window = TurnWindow.at_end(len(turns))
        else:
            self._window = TurnWindow.at_end(len(turns))
        if grew or not same_chat:
            self.follows_end, self._to_end = True, False
        self._reconcile()

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

    def view_of(self, turn: Turn) -> TurnRow | None:
        """The widgets of a turn, if it has any now."""
        return next((view for view in reversed(self._views) if view.turn is turn), None)

    def views(self) -> list[TurnRow]:
        """The turns that have widgets, oldest first."""
        return list(self._views)

    @property
    def covered(self) -> bool:
        """Whether what comes later changes nothing in sight: the view is full, or all is made."""
        if not self._filling:
            return True
        bar = self.verticalScrollBar()
        whole = [not view.missing for view in self._views]
        first = whole.index(True) if True in whole else len(whole)
        if bar.maximum() == 0 or not all(whole[first:]) or first == len(whole):
            return False
        return first == 0 or self._views[first].y() <= bar.value()

    @property
    def at_rest(self) -> bool:
        """Whether its turns are made and their answers laid out."""
        answers = (answer for view in self._views for answer in view.answers())
        return not self._filling and all(answer.laid_out for answer in answers)

    # --- moving -------------------------------------------------------------------------

    def show_earlier(self) -> None:
        """Bring more turns in above; what is read now stays where it is."""
        if self._window.earlier:
            self._leave_end()
            self._window = self._window.with_earlier(self._most(self._views[:MORE_TURNS]))
            self._reconcile()

    def show_later(self) -> None:
        """Bring more turns in below."""
        if self._window.later:
            self._leave_end()
            self._window = self._window.with_later(self._most(self._views[-MORE_TURNS:]))
            self._reconcile()

    def jump_to_end(self) -> None:
        """Show the newest text and stay there."""
        if not self._window.at_last:
            self._window = TurnWindow.at_end(len(self._turns))
        self.follows_end = self._to_end = True
        self._anchor = None
        self._reconcile()
        self._place()

    def scroll_to(self, widget: QWidget, y: int = 0) -> None:
        """Bring a place in a widget of a turn into sight, a third from the top."""
        self._leave_end()
        top = widget.mapTo(self._content, widget.rect().topLeft()).y() + y
        self.verticalScrollBar().setValue(max(0, top - self.viewport().height() // 3))

    # --- views --------------------------------------------------------------------------

    def _reconcile(self) -> None:
        """Drop the views that left the window, make the newest; the others come one at a time."""
        wanted = self._turns[self._window.start : self._window.end]
        ids = {id(turn) for turn in wanted}
        for view in [view for view in self._views if id(view.turn) not in ids]:
            self.row_leaving.emit(view)
            self._views.remove(view)
            self._column.removeWidget(view)
            if self._anchor is not None and self._anchor[0] is view:
                self._anchor = (self._views[-1], GRID) if self._views else None
            view.hide()
            view.deleteLater()
        if wanted and self.window().isVisible() and self.view_of(wanted[-1]) is None:
            self._make_row(wanted[-1], len(self._views))
            # What was just asked has no text yet, and costs little.
            if not any(answer.text for answer in wanted[-1].answers.values()):
                while self._views[-1].missing:
                    self._make_answer(self._views[-1])
        self._foot.setVisible(self._window.at_last)
        self._look_for_missing()
        self._refresh_buttons()

    def _look_for_missing(self) -> None:
        """See whether widgets are missing, and have them made."""
        lacks = len(self._views) < self._window.end - self._window.start
        self._filling = lacks or any(view.missing for view in self._views)
        if self._filling:
            self.fill_wanted.emit()

    def fill_one(self) -> bool:
        """Make the widgets of one answer or message; False if there was nothing to make."""
        if not self._filling:
            return False
        self._make_missing()
        self._look_for_missing()
        if not self._filling:
            self.filled.emit()
            if not self.follows_end:
                self._bring_more(self.verticalScrollBar().value())
        return True

    def _most(self, stay: Sequence[TurnRow]) -> int:
        """How many turns may have widgets when more come on the other side of these."""
        height_px = sum(view.height() for view in stay)
        long = height_px >= MANY_SCREENS * self.viewport().height()
        return FEW_TURNS if long and len(stay) >= FEW_TURNS - MORE_TURNS else MOST_TURNS

    def _make_missing(self) -> None:
        """Make what is missing of the last turn in the window that is not complete."""
        have = {id(view.turn): position for position, view in enumerate(self._views)}
        place = len(self._views)
        for turn in reversed(self._turns[self._window.start : self._window.end]):
            position = have.get(id(turn))
            if position is None:
                self._make_row(turn, place)
                return
            place = position
            if self._views[place].missing:
                self._make_answer(self._views[place])
                return

    def _make_row(self, turn: Turn, place: int) -> None:
        view = TurnRow(turn, self._columns, self._door, self._content)
        view.edited.connect(self.edited)
        view.regenerate_requested.connect(self.regenerate_requested)
        view.earlier_answer_requested.connect(self.earlier_answer_requested)
        view.earlier_turn_requested.connect(self.earlier_turn_requested)
        view.opened.connect(self.opened)
        view.place_requested.connect(self.scroll_to)
        view.parting_requested.connect(self.parting_requested)
        self._views.insert(place, view)
        self._column.insertWidget(place + _ABOVE, view)
        view.keep_in_sight(*self._question_sight())
        view.show()

    def _make_answer(self, view: TurnRow) -> None:
        key = view.missing[0]
        name = self.tr("Answer of {letter}").format(letter=self._columns[key])
        view.make_answer(key, name, self._facts_of(view.turn, key))

    def order_tabs(self) -> None:
        """Keys go from top to bottom and from left to right, whatever came into being first."""
        stops = [stop for view in self._views for stop in view.stops()]
        for before, behind in pairwise([self.earlier_button, *stops]):
            QWidget.setTabOrder(before, behind)

    def _refresh_buttons(self) -> None:
        self.earlier_button.setVisible(self._window.earlier > 0)
        self.later_button.setVisible(self._window.later > 0)
        self._refresh_end_button()

    def _refresh_end_button(self) -> None:
        bar = self.verticalScrollBar()
        in_sight = self.follows_end or bar.value() >= bar.maximum() - NEAR_PX
        at_end = in_sight and self._window.at_last
        self.end_button.show_if(bool(self._turns) and not at_end)

    # --- the scroll bar -----------------------------------------------------------------

    def _leave_end(self) -> None:
        self.follows_end = False
        self._remember_place()
        self._refresh_end_button()

    def _remember_place(self) -> None:
        top = self.verticalScrollBar().value()
        for view in self._views:
            if view.y() + view.height() > top:
                self._anchor = (view, view.y() - top)
                return
        self._anchor = None

    def _place(self) -> None:
        bar = self.verticalScrollBar()
        self._placing = True
        if self.follows_end and self._window.at_last:
            bar.setValue(self._newest_place())
        elif self._anchor is not None:
            widget, offset = self._anchor
            bar.setValue(widget.y() - offset)
        self._placing = False

    def _newest_place(self) -> int:
        """Where the scroll bar stands while the newest turn is followed."""
        return self.verticalScrollBar().maximum() if self._to_end else self._top_of_newest()

    def _top_of_newest(self) -> int:
        most = self.verticalScrollBar().maximum()
        if len(self._columns) == 1 or not self._views:
            return most
        return min(most, max(0, self._views[-1].y() - GRID))

    def _keep_width(self) -> None:
        """Leave room for the scroll bar while there is none, so that its coming moves no text."""
        bar, columns = self.verticalScrollBar(), max(1, len(self._columns))
        room = 0 if bar.maximum() > 0 else bar.sizeHint().width()
        side = GRID
        if columns == 1:
            readable = self.fontMetrics().averageCharWidth() * READABLE_CHARACTERS
            side = max(GRID, (self.viewport().width() - room - readable) // 2)
        self._column.setContentsMargins(side, GRID, side + room, GRID)
        self._content.setMinimumWidth(columns * self.least_column_px + 2 * GRID + room)
        self._tell_sight()

    def _question_sight(self) -> tuple[int, int]:
        """What of a message's room is out of sight at the left and at the right, in pixels."""
        bar = self.horizontalScrollBar()
        return bar.value(), bar.maximum() - bar.value()

    def _tell_sight(self) -> None:
        left, right = self._question_sight()
        self._head.setContentsMargins(left, 0, right, 0)
        for view in self._views:
            view.keep_in_sight(left, right)
        margins = self._column.contentsMargins()
        width = max(self.viewport().width(), self._content.minimumWidth())
        if len(self._columns) == 1:
            self.sight_changed.emit(-margins.left(), width - margins.left() - margins.right())
        else:
            begin = self.horizontalScrollBar().value() - margins.left()
            self.sight_changed.emit(begin, width - margins.left() - margins.right())

    def _on_range_changed(self) -> None:
        self._keep_width()
        self._place()
        self._refresh_end_button()

    def _on_value_changed(self, value: int) -> None:
        if self._placing:
            return
        bar = self.verticalScrollBar()
        at_end = value >= bar.maximum() - NEAR_PX
        at_newest = abs(value - self._top_of_newest()) <= NEAR_PX
        self.follows_end = self._window.at_last and (at_end or at_newest)
        self._to_end = at_end and not at_newest
        self._remember_place()
        self._refresh_end_button()
        if not self._filling:
            self._bring_more(value)

    def _bring_more(self, value: int) -> None:
        """Show more turns where the person has scrolled to an end of those that are shown."""
        most = self.verticalScrollBar().maximum()
        if value <= NEAR_PX and most > 0 and self._window.earlier:
            self.show_earlier()
        elif value >= most - NEAR_PX and self._window.later:
            self.show_later()

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_width()
        self._place()
        self.end_button.place()
