"""Candidates as columns, turns as rows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.panes.column import Column
from app.ui.pages.compare.panes.header_row import ADD_PX, HeaderRow
from app.ui.pages.compare.panes.menu import PaneCommand
from app.ui.pages.compare.turns.rows import TurnRows
from app.ui.pages.compare.turns.transcript import Transcript
from app.ui.pages.compare.turns.wishes import TurnWishes

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from app.core.chats.chat import Chat, Turn
    from app.lab.compare.session import Session
    from app.ui.pages.compare.turns.answer_facts import AnswerFacts
    from app.ui.pictures.door import PictureDoor

FIRST_SIGHT_STEPS = 12
"""What the window shows first is made at once: there is no picture yet that could stand still."""
TICK_MS = 400
"""What changes without a new state is shown this often in each column: figures are to be read."""
TEXT_MS = 120
"""Text that comes is shown this often in each column."""
_ROUNDS_TO_REST = 4


class RowsView(QWidget):
    """One to six columns of equal width over one scroll area.

    Widgets of an answer cost some milliseconds. When another chat is opened they are made one in
    each turn of the event loop, and until they fill their places the picture from before stands
    still: nobody sees rows half made, and nothing else has to wait.

    Attributes:
        focused_key: The column that commands go to: the one that had the keyboard or was chosen
            last.
        wishes: What is wanted of turns and answers.

    Signals:
        command_requested: Something to be done with a candidate (``PaneCommand``, its key).
        menu_requested: A candidate's menu is wanted at a global position.
        stop_requested: A candidate shall stop.
        focused_changed: Another column is the one that commands go to.
    """

    command_requested = Signal(object, str)
    menu_requested = Signal(str, QPoint)
    stop_requested = Signal(str)
    focused_changed = Signal(str)

    def __init__(self, session: Session, welcome: QWidget, door: PictureDoor | None = None) -> None:
        """``welcome`` stands above the turns; ``door`` is where their pictures come from."""
        super().__init__()
        self._session = session
        self._columns: dict[str, Column] = {}
        self._chat: Chat | None = None
        self._opened: set[tuple[int, str]] = set()
        self._still = self._seen = self._was_busy = False
        self.focused_key: str | None = None
        self._tick_place = self._text_place = self._idle_ticks = 0
        self.follows: QWidget | None = None
        self.is_plain: Callable[[int], bool] = lambda _chat_id: False
        self.headers = HeaderRow()
        self._notes = QWidget()
        self._notes_row = in_row(on=self._notes, spacing=0)
        self.wishes = wishes = TurnWishes(self)
        self.rows = TurnRows(self._facts_of, wishes, welcome, self._notes, door)
        self.transcript = Transcript(self.rows)
        self.transcript.sight_changed.connect(self.headers.set_sight)
        body = in_row(self.transcript, margins=(0, 0, ADD_PX - self._bar_px(), 0))
        in_column(self.headers, (body, 1), on=self, spacing=GRID // 2)
        self._wire()

    def _wire(self) -> None:
        self.wishes.place_requested.connect(self.transcript.scroll_to)
        self.wishes.parting_requested.connect(self._show_parting)
        self.wishes.opened.connect(self._open)
        # One column at a time, so that no moment of the event loop pays for all of them.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._text_timer = QTimer(self)
        self._text_timer.timeout.connect(self._show_grown)
        self._fill_timer = QTimer(self)
        self._fill_timer.setObjectName("fill")
        self._fill_timer.setInterval(0)
        self._fill_timer.timeout.connect(self._fill_one)
        self.rows.fill_wanted.connect(self._fill_timer.start)
        self.rows.filled.connect(self._place_notes)
        self.rows.row_leaving.connect(self._take_notes)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    @property
    def at_rest(self) -> bool:
        """Whether all that is in sight is made and laid out."""
        return not self._fill_timer.isActive() and self.rows.at_rest

    # --- what the page tells it ---------------------------------------------------------

    def set_panes(self) -> None:
        """Follow the session's candidates and their order."""
        wanted = [pane.key for pane in self._session.panes]
        before, another_chat = list(self._columns), self._session.chat is not self._chat
        self._chat = self._session.chat
        for key in set(self._columns) - set(wanted):
            column = self._columns.pop(key)
            column.take_notes()
            column.slot.hide()
            column.slot.deleteLater()
            column.deleteLater()
        columns = {key: self._columns.get(key) or self._make(key) for key in wanted}
        self._columns = columns
        self.headers.set_headers({key: column.header for key, column in columns.items()})
        for position, column in enumerate(columns.values()):
            self._notes_row.insertWidget(position, column.slot, 1)
        self.transcript.set_columns({key: c.pane.letter for key, c in columns.items()})
        if self.focused_key not in wanted:
            self._set_focused(None)
        self._set_intervals()
        if another_chat and self._seen:
            self._stand_still(True)
        self.set_turns()
        for column in columns.values():
            column.refresh()
        if not self._seen:
            for _ in range(FIRST_SIGHT_STEPS):
                self.rows.fill_one()
        self._order_tabs()
        added = [key for key in wanted if key not in before]
        if added and before and not another_chat:
            self.transcript.show_column(added[-1])
        self._fill_timer.start()
        self._wake()

    def set_turns(self) -> None:
        """Follow the list of turns; what stands in the columns is told by :meth:`note_turns`."""
        self._wake()
        self.transcript.set_turns(self._session.chat.turns)

    def note_turns(self, key: str) -> None:
        """Answers of one candidate came, went or were replaced."""
        self._wake()
        column = self._living(key)
        if column is not None:
            column.refresh()

    def note_pane(self, key: str) -> None:
        """One candidate changed."""
        self._wake()
        column = self._living(key)
        if column is not None:
            column.note_pane()
        busy = self._session.busy
        if busy != self._was_busy:
            self._was_busy = busy
            self.note_all()

    def note_answer(self, turn: Turn, key: str) -> None:
        """An answer grew or ended."""
        self._wake()
        column = self._living(key)
        if column is not None:
            column.note_answer(turn)
        if key == self._session.chat.reference_key:
            for other_key, other in self._columns.items():
                if other_key != key:
                    other.note_all()

    def note_all(self) -> None:
        """What stands beside every answer may have changed."""
        self._wake()
        for column in self._columns.values():
            column.note_all()

    def view(self, key: str) -> Column:
        """The column of one candidate."""
        return self._columns[key]

    def views(self) -> list[Column]:
        """All columns, from left to right."""
        chat = self._session.chat
        return [column for key, column in self._columns.items() if chat.pane(key) is not None]

    def focus_pane(self, key: str) -> None:
        """Choose a column and bring it into sight."""
        if key in self._columns:
            self.transcript.show_column(key)
            self._set_focused(key)

    # --- within -------------------------------------------------------------------------

    def _make(self, key: str) -> Column:
        column = Column(
            self._session,
            self.transcript,
            key,
            lambda: self.is_plain(self._session.chat.id),
            lambda turn, key: (turn.id, key) in self._opened,
            self,
        )
        header, notes = column.header, column.notes
        header.activated.connect(lambda: self.focus_pane(key))
        header.remove_requested.connect(
            lambda: self.command_requested.emit(PaneCommand.REMOVE, key)
        )
        header.menu_requested.connect(lambda at: self.menu_requested.emit(key, at))
        header.stop_requested.connect(lambda: self.stop_requested.emit(key))
        notes.command_requested.connect(lambda what: self.command_requested.emit(what, key))
        notes.catch_up_requested.connect(
            lambda: self.command_requested.emit(PaneCommand.CATCH_UP, key)
        )
        return column

    def _facts_of(self, turn: Turn, key: str) -> AnswerFacts:
        return self._columns[key].facts_of(turn)

    def _open(self, turn: Turn, key: str, wanted: bool) -> None:
        (self._opened.add if wanted else self._opened.discard)((turn.id, key))
        self.rows.refresh_answer(turn, key)

    def _show_parting(self, turn: Turn, offset: int) -> None:
        """Two answers are compared where they part: the original's is brought there too."""
        row = self.rows.view_of(turn)
        original = row.answer(self._session.chat.reference_key or "") if row is not None else None
        if original is not None:
            original.show_place(offset)

    def _place_notes(self) -> None:
        for column in self.views():
            column.place_notes()

    def _take_notes(self, row: QWidget) -> None:
        for column in self._columns.values():
            column.take_notes(row)

    def _bar_px(self) -> int:
        return self.transcript.verticalScrollBar().sizeHint().width()

    def _order_tabs(self) -> None:
        """From the line above to the heads, from those to the conversation."""
        stops = [stop for column in self._columns.values() for stop in column.header.stops()]
        first = [self.follows] if self.follows is not None else []
        chain = [*first, *stops, self.headers.add_button, self.rows.earlier_button]
        for before, behind in pairwise(chain):
            QWidget.setTabOrder(before, behind)

    def _stand_still(self, still: bool) -> None:
        """Keep the picture as it is, or show what there is now."""
        self._still = still
        self.setUpdatesEnabled(not still)

    def _set_intervals(self) -> None:
        columns = max(1, len(self._columns))
        self._timer.setInterval(TICK_MS // columns)
        self._text_timer.setInterval(TEXT_MS // columns)

    def _wake(self) -> None:
        """Something happens: show it as it comes, until nothing more does."""
        self._idle_ticks = 0
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()
            self._text_timer.start()

    def _tick(self) -> None:
        self._tick_place += 1
        column = self._column_in_turn(self._tick_place)
        shown = column is not None and column.tick()
        resting = not (shown or self._session.busy or self._fill_timer.isActive())
        self._idle_ticks = self._idle_ticks + 1 if resting else 0
        if self._idle_ticks > _ROUNDS_TO_REST * len(self._columns):
            self._timer.stop()
            self._text_timer.stop()
            # By now all is there that the keyboard may come to.
            self.rows.order_tabs()

    def _show_grown(self) -> None:
        self._text_place += 1
        column = self._column_in_turn(self._text_place)
        if column is not None:
            column.show_grown()

    def fill_one(self) -> bool:
        """Make a row or an answer in it; False if nothing is to be made now."""
        chat = self._session.chat
        if any(chat.pane(key) is None for key in self._columns):
            return False  # closed a moment ago: set_panes will be called
        # While the picture stands still only what will be in sight is made.
        waits = self._still and self.transcript.covered
        return not waits and self.rows.fill_one()

    def _fill_one(self) -> None:
        if self.fill_one():
            return
        if self._still:
            self._stand_still(False)
        else:
            self._fill_timer.stop()
            self._wake()
            self._seen = self.isVisible()

    def _column_in_turn(self, place: int) -> Column | None:
        keys = list(self._columns)
        return self._living(keys[place % len(keys)]) if keys else None

    def _living(self, key: str) -> Column | None:
        """A candidate's column, unless the session closed it a moment ago."""
        return self._columns.get(key) if self._session.chat.pane(key) is not None else None

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        for key, column in self._columns.items():
            parts = (column.header, column.notes, *column.answers)
            if any(part is now or part.isAncestorOf(now) for part in parts):
                self._set_focused(key)

    def _set_focused(self, key: str | None) -> None:
        if key == self.focused_key:
            return
        self.focused_key = key
        for other_key, column in self._columns.items():
            column.header.set_focused(other_key == key and len(self._columns) > 1)
        self.focused_changed.emit(key or "")

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_intervals()
        self._wake()
        self._fill_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._text_timer.stop()
        self._fill_timer.stop()
        self._stand_still(False)
        self._seen = False
