"""The conversation: a row a turn over all columns, and where the scroll bars stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import scroll_down
from app.ui.pages.compare.turns.quiet_button import EndButton
from app.ui.pages.compare.turns.reading_place import NEAR_PX, ReadingPlace
from app.ui.pages.compare.turns.window import FEW_TURNS, MORE_TURNS, MOST_TURNS, TurnWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.core.chats.chat import Turn
    from app.ui.pages.compare.turns.rows import TurnRows
    from app.ui.pages.compare.turns.view import TurnRow

MANY_SCREENS = 3
"""Turns that fill the view this many times over are enough on either side of what is read."""


class Transcript(QScrollArea):
    """Shows a window of the chat's turns, and brings more where the person scrolls to its ends.

    Args:
        rows: Makes the rows of the turns.

    Attributes:
        rows: The turns in the window.

    Signals:
        sight_changed: What can be seen of the columns: where it begins, and their width in all.
    """

    sight_changed = Signal(int, int)

    def __init__(self, rows: TurnRows) -> None:
        super().__init__()
        self.rows = rows
        self.views = rows.views
        self._turns: list[Turn] = []
        self._window = TurnWindow()
        self._place = ReadingPlace(self.verticalScrollBar(), rows)
        scroll_down(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName(self.tr("Conversation"))
        self.setWidget(rows)
        self.setCornerWidget(QWidget())  # else a square without a style
        self._keep_width()
        self.end_button = EndButton(self)
        self.end_button.clicked.connect(self.jump_to_end)
        self.earlier_button, self.later_button = rows.earlier_button, rows.later_button
        self.earlier_button.clicked.connect(self.show_earlier)
        self.later_button.clicked.connect(self.show_later)
        rows.filled.connect(self._on_filled)
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
        self.rows.set_columns(columns)
        self._keep_width()

    def show_column(self, key: str) -> None:
        """Bring a candidate's column into sight."""
        QApplication.sendPostedEvents(self.rows, QEvent.Type.LayoutRequest.value)
        bar = self.horizontalScrollBar()
        begin, end = self.rows.column_edges(key)
        if end > bar.value() + self.viewport().width():
            bar.setValue(end - self.viewport().width() + GRID)
        elif begin < bar.value():
            bar.setValue(begin - GRID)

    def set_turns(self, turns: Sequence[Turn]) -> None:
        """Show these turns; rows of turns that stay are kept."""
        same_chat = bool(self._turns) and bool(turns) and self._turns[0] is turns[0]
        grew = len(turns) > len(self._turns)
        self._turns = list(turns)
        self._window = self._window.with_total(len(turns))
        if not same_chat or (grew and not self._window.at_last):
            self._window = TurnWindow.at_end(len(turns))
        if grew or not same_chat:
            self._place.begin_at_newest()
        self._show_window()

    @property
    def covered(self) -> bool:
        """Whether what comes later changes nothing in sight: the view is full, or all is made."""
        if not self.rows.filling:
            return True
        bar, views = self.verticalScrollBar(), self.views()
        whole = [not view.missing for view in views]
        first = whole.index(True) if True in whole else len(whole)
        if bar.maximum() == 0 or not all(whole[first:]) or first == len(whole):
            return False
        return first == 0 or views[first].y() <= bar.value()

    @property
    def follows_end(self) -> bool:
        """Whether it stays at the end while text comes."""
        return self._place.follows_end

    # --- moving -------------------------------------------------------------------------

    def show_earlier(self) -> None:
        """Bring more turns in above; what is read now stays where it is."""
        if self._window.earlier:
            self._leave_end()
            self._window = self._window.with_earlier(self._most(self.views()[:MORE_TURNS]))
            self._show_window()

    def show_later(self) -> None:
        """Bring more turns in below."""
        if self._window.later:
            self._leave_end()
            self._window = self._window.with_later(self._most(self.views()[-MORE_TURNS:]))
            self._show_window()

    def jump_to_end(self) -> None:
        """Show the newest text and stay there."""
        if not self._window.at_last:
            self._window = TurnWindow.at_end(len(self._turns))
        self._place.go_to_end()
        self._show_window()
        self._place.keep(at_last=self._window.at_last)

    def scroll_to(self, widget: QWidget, y: int = 0) -> None:
        """Bring a place in a widget of a turn into sight, a third from the top."""
        self._leave_end()
        top = widget.mapTo(self.rows, widget.rect().topLeft()).y() + y
        self.verticalScrollBar().setValue(max(0, top - self.viewport().height() // 3))

    def _leave_end(self) -> None:
        self._place.leave_end()
        self._refresh_end_button()

    def _show_window(self) -> None:
        """Have the turns of the window shown, and no others."""
        self.rows.drop_others(self._turns[self._window.start : self._window.end])
        self._place.follow_rows()
        self.rows.begin(at_last=self._window.at_last)
        self._refresh_buttons()

    def _most(self, stay: Sequence[TurnRow]) -> int:
        """How many turns may have widgets when more come on the other side of these."""
        height_px = sum(view.height() for view in stay)
        long = height_px >= MANY_SCREENS * self.viewport().height()
        return FEW_TURNS if long and len(stay) >= FEW_TURNS - MORE_TURNS else MOST_TURNS

    def _bring_more(self, value: int) -> None:
        """Show more turns where the person has scrolled to an end of those that are shown."""
        most = self.verticalScrollBar().maximum()
        if value <= NEAR_PX and most > 0 and self._window.earlier:
            self.show_earlier()
        elif value >= most - NEAR_PX and self._window.later:
            self.show_later()

    def _on_filled(self) -> None:
        if not self.follows_end:
            self._bring_more(self.verticalScrollBar().value())

    # --- the buttons, the bars ------------------------------------------------------------

    def _refresh_buttons(self) -> None:
        self.earlier_button.setVisible(self._window.earlier > 0)
        self.later_button.setVisible(self._window.later > 0)
        self._refresh_end_button()

    def _refresh_end_button(self) -> None:
        bar = self.verticalScrollBar()
        in_sight = self.follows_end or bar.value() >= bar.maximum() - NEAR_PX
        at_end = in_sight and self._window.at_last
        self.end_button.show_if(bool(self._turns) and not at_end)

    def _keep_width(self) -> None:
        """Leave room for the scroll bar while there is none, so that its coming moves no text."""
        bar = self.verticalScrollBar()
        room = 0 if bar.maximum() > 0 else bar.sizeHint().width()
        self.rows.keep_width(self.viewport().width(), room)
        self._tell_sight()

    def _tell_sight(self) -> None:
        across = self.horizontalScrollBar()
        self.rows.keep_in_sight(across.value(), across.maximum() - across.value())
        left, right = self.rows.margins_px
        width = max(self.viewport().width(), self.rows.minimumWidth())
        begin = across.value() if self.rows.columns != 1 else 0
        self.sight_changed.emit(begin - left, width - left - right)

    def _on_range_changed(self) -> None:
        self._keep_width()
        self._place.keep(at_last=self._window.at_last)
        self._refresh_end_button()

    def _on_value_changed(self, value: int) -> None:
        if not self._place.note_moved(value, at_last=self._window.at_last):
            return
        self._refresh_end_button()
        if not self.rows.filling:
            self._bring_more(value)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_width()
        self._place.keep(at_last=self._window.at_last)
        self.end_button.place()
