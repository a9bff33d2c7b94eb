"""A pane's conversation: the turns in the window, and where the scroll bar stands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column, scroll_down
from app.ui.pages.compare.turns.end_button import EndButton
from app.ui.pages.compare.turns.view import TurnView
from app.ui.pages.compare.turns.window import FEW_TURNS, MORE_TURNS, MOST_TURNS, TurnWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from app.core.chats.chat import Turn
    from app.ui.pages.compare.turns.view import AnswerFacts

NEAR_PX = 4
MANY_SCREENS = 3
"""Turns that fill the view this many times over are enough on either side of what is read."""


class Transcript(QScrollArea):
    """Shows a window of the pane's turns; the newest ones first, the others as time allows.

    It stays at the end while text comes, unless the person has scrolled away from there; then
    what they read stays where it is, whatever grows above or below.

    Signals:
        edited: Another prompt in a turn's place is wanted.
        regenerate_requested: A turn's answer is wanted anew.
        earlier_answer_requested: A turn's answer before is wanted back.
        parting_requested: Where a turn's answer leaves the reference's is wanted in sight there.
        earlier_turn_requested: A turn as it was before it was edited is wanted back.
        link_activated: The person clicked a link (QUrl).
        fill_wanted: Turns in the window have no widgets yet: call :meth:`fill_one` when idle.
    """

    fill_wanted = Signal()
    edited = Signal(object, str)
    regenerate_requested = Signal(object)
    earlier_answer_requested = Signal(object)
    earlier_turn_requested = Signal(object)
    parting_requested = Signal(object, int)
    link_activated = Signal(QUrl)

    def __init__(
        self,
        key: str,
        letter: str,
        facts_of: Callable[[Turn], AnswerFacts],
        parent: QWidget | None = None,
    ) -> None:
        """``facts_of`` says what stands beside a turn's answer at the moment."""
        super().__init__(parent)
        self._key = key
        self._facts_of = facts_of
        self._turns: list[Turn] = []
        self._window = TurnWindow()
        self._views: list[TurnView] = []
        self._stick = True
        self._placing = False
        self._filling = False
        self._anchor: tuple[QWidget, int] | None = None
        scroll_down(self)
        self._answer_name = self.tr("Answer of {letter}").format(letter=letter)
        self.setAccessibleName(self.tr("Conversation with {letter}").format(letter=letter))
        self._content = QWidget()
        self._content.setProperty("role", "plain")
        self._column = in_column(on=self._content, margins=None)
        self.earlier_button = push_button(self.tr("Show earlier turns"), "link")
        self.earlier_button.clicked.connect(self.show_earlier)
        self.later_button = push_button(self.tr("Show later turns"), "link", run=self.show_later)
        self._column.addWidget(self.earlier_button)
        self._column.addWidget(self.later_button)
        self._column.addStretch(1)
        self.setWidget(self._content)
        self._keep_width()
        self.end_button = EndButton(self)
        self.end_button.clicked.connect(self.jump_to_end)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._on_range_changed)
        bar.valueChanged.connect(self._on_value_changed)
        self._refresh_buttons()

    # --- what the pane tells it ---------------------------------------------------------

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
            self._stick = True
        self._reconcile()

    def refresh(self) -> None:
        """Everything of the turns that are shown."""
        for view in self._views:
            view.refresh(self._facts_of(view.turn))

    def refresh_turn(self, turn: Turn) -> None:
        """Everything of one turn, if it is shown."""
        view = self.view_of(turn)
        if view is not None:
            view.refresh(self._facts_of(turn))

    def place_marks(self, budget_ns: int) -> bool:
        """Mark first differences, newest first, for about this long; whether any were marked."""
        until_ns = time.monotonic_ns() + budget_ns
        marked = False
        for view in reversed(self._views):
            if view.answer.place_mark():
                marked = True
                if time.monotonic_ns() >= until_ns:
                    break
        return marked

    def view_of(self, turn: Turn) -> TurnView | None:
        """The widgets of a turn, if it has any now."""
        return next((view for view in reversed(self._views) if view.turn is turn), None)

    def views(self) -> list[TurnView]:
        """The turns that have widgets, oldest first."""
        return list(self._views)

    @property
    def covered(self) -> bool:
        """Whether what comes later changes nothing in sight: the view is full, or all is made."""
        return not self._filling or self.verticalScrollBar().maximum() > 0

    @property
    def at_rest(self) -> bool:
        """Whether its turns are made and their answers laid out."""
        return not self._filling and all(view.answer.laid_out for view in self._views)

    @property
    def follows_end(self) -> bool:
        """Whether it stays at the end while text comes."""
        return self._stick

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
        self._stick = True
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
            self._views.remove(view)
            self._column.removeWidget(view)
            if self._anchor is not None and self._anchor[0] is view:
                self._anchor = (self._views[-1], GRID) if self._views else None
            view.hide()
            view.deleteLater()
        for view in self._views:
            view.refresh(self._facts_of(view.turn))
        # Before it is seen there is time: a pane and its first turn are made one after the other.
        if wanted and self.window().isVisible() and self.view_of(wanted[-1]) is None:
            self._make_missing()
        self._filling = len(self._views) < len(wanted)
        if self._filling:
            self.fill_wanted.emit()
        self._refresh_buttons()

    def fill_one(self) -> bool:
        """Make the widgets of one turn that has none; False if there was nothing to make."""
        if not self._filling:
            return False
        self._make_missing()
        self._filling = len(self._views) < self._window.end - self._window.start
        if not self._filling and not self._stick:
            self._bring_more(self.verticalScrollBar().value())
        return True

    def _most(self, stay: Sequence[TurnView]) -> int:
        """How many turns may have widgets when more come on the other side of these."""
        height_px = sum(view.height() for view in stay)
        long = height_px >= MANY_SCREENS * self.viewport().height()
        return FEW_TURNS if long and len(stay) >= FEW_TURNS - MORE_TURNS else MOST_TURNS

    def _make_missing(self) -> None:
        """Make the view of the last turn in the window that has none."""
        wanted = self._turns[self._window.start : self._window.end]
        have = {id(view.turn): position for position, view in enumerate(self._views)}
        place = len(self._views)
        for turn in reversed(wanted):
            position = have.get(id(turn))
            if position is not None:
                place = position
                continue
            view = TurnView(turn, self._key, self._answer_name, self._content)
            view.edited.connect(self.edited)
            view.regenerate_requested.connect(self.regenerate_requested)
            view.earlier_answer_requested.connect(self.earlier_answer_requested)
            view.earlier_turn_requested.connect(self.earlier_turn_requested)
            view.place_requested.connect(self.scroll_to)
            view.parting_requested.connect(self.parting_requested)
            view.link_activated.connect(self.link_activated)
            self._views.insert(place, view)
            # In its place before it has a text: each change of palette or font renders it anew.
            self._column.insertWidget(place + 1, view)
            view.show()
            view.refresh(self._facts_of(turn))
            return

    def _refresh_buttons(self) -> None:
        self.earlier_button.setVisible(self._window.earlier > 0)
        self.later_button.setVisible(self._window.later > 0)
        self._refresh_end_button()

    def _refresh_end_button(self) -> None:
        bar = self.verticalScrollBar()
        in_sight = self._stick or bar.value() >= bar.maximum() - NEAR_PX
        at_end = in_sight and self._window.at_last
        self.end_button.show_if(bool(self._turns) and not at_end)

    # --- the scroll bar -----------------------------------------------------------------

    def _leave_end(self) -> None:
        self._stick = False
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
        if self._stick and self._window.at_last:
            bar.setValue(bar.maximum())
        elif self._anchor is not None:
            widget, offset = self._anchor
            bar.setValue(widget.y() - offset)
        self._placing = False

    def _keep_width(self) -> None:
        """Leave room for the scroll bar while there is none, so that its coming moves no text."""
        bar = self.verticalScrollBar()
        room = 0 if bar.maximum() > 0 else bar.sizeHint().width()
        self._column.setContentsMargins(GRID, GRID, GRID + room, GRID)

    def _on_range_changed(self) -> None:
        self._keep_width()
        self._place()
        self._refresh_end_button()

    def _on_value_changed(self, value: int) -> None:
        if self._placing:
            return
        bar = self.verticalScrollBar()
        self._stick = self._window.at_last and value >= bar.maximum() - NEAR_PX
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
        self._place()
        self.end_button.place()
