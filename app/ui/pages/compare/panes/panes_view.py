"""The panes side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSplitter, QWidget

from app.ui.pages.compare.panes.view import LEAST_PX, PaneView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QShowEvent

    from app.core.chats.chat import Chat, Turn
    from app.lab.compare.session import Session

FIRST_SIGHT_TURNS = 2
"""What the window shows first is made at once: there is no picture yet that could stand still."""
TICK_MS = 400
"""What changes without a new state is shown this often in each pane: figures are to be read."""
TEXT_MS = 120
"""Text that comes is shown this often in each pane."""
_ROUNDS_TO_REST = 4


class PanesView(QScrollArea):
    """One to six panes of equal width; scrolls sideways when they do not fit.

    Widgets of a pane cost some 20 ms. When another chat is opened its panes and turns are made one
    in each turn of the event loop, and until they fill their places the picture from before stands
    still: nobody sees panes half made, and nothing else has to wait.

    Signals:
        As those of :class:`PaneView`.
    """

    asked = Signal(str, str)
    asked_all = Signal(str, str)
    edited = Signal(object, str)
    regenerate_requested = Signal(object, str)
    earlier_answer_requested = Signal(object, str)
    earlier_turn_requested = Signal(object)
    command_requested = Signal(object, str)
    menu_requested = Signal(str, QPoint)
    stop_requested = Signal(str)
    link_activated = Signal(QUrl)
    focused_changed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._views: dict[str, PaneView] = {}
        self._order: list[str] = []
        self._chat: Chat | None = None
        self._due: list[str] = []
        self._places: dict[str, QWidget] = {}
        self._leaving: list[PaneView] = []
        self._still = False
        self._seen = False
        self._focused_key: str | None = None
        self._was_busy = False
        self._tick_place = 0
        self._text_place = 0
        self._fill_place = 0
        self._idle_ticks = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.is_plain: Callable[[int], bool] = lambda _chat_id: False
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self.setWidget(self._splitter)
        # One pane at a time, so that no moment of the event loop pays for all of them.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._text_timer = QTimer(self)
        self._text_timer.timeout.connect(self._show_grown)
        self._fill_timer = QTimer(self)
        self._fill_timer.setObjectName("fill")
        self._fill_timer.setInterval(0)
        self._fill_timer.timeout.connect(self._fill_one)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    @property
    def at_rest(self) -> bool:
        """Whether all that is in sight is made and laid out."""
        return not self._fill_timer.isActive() and all(
            view.transcript.at_rest for view in self._views.values()
        )

    # --- what the page tells it ---------------------------------------------------------

    def set_panes(self) -> None:
        """Follow the session's panes and their order."""
        wanted = [pane.key for pane in self._session.panes]
        others = set(wanted) != set(self._order)
        another_chat = self._session.chat is not self._chat
        self._chat = self._session.chat
        self._order = wanted
        for key in set(self._views) - set(wanted):
            view = self._views.pop(key)
            view.hide()
            self._leaving.append(view)
        self._due = [key for key in wanted if another_chat or key not in self._views]
        self._arrange()
        for key in wanted:
            if key not in self._due:
                self._prepare(key)
        if self._focused_key not in wanted:
            self._focused_key = None
        self._set_intervals()
        if others:
            self._splitter.setSizes([1000] * len(wanted))
        if self._seen:
            self._stand_still(bool(self._due))
        else:
            due, self._due = self._due, []
            for key in due:
                self._prepare(key, at_once_turns=FIRST_SIGHT_TURNS)
        self._fill_timer.start()
        self._wake()

    def note_turns(self, key: str) -> None:
        """Turns of one pane came, went or were replaced."""
        self._wake()
        view = self._living(key)
        if view is not None:
            view.set_turns()

    def note_pane(self, key: str) -> None:
        """One pane changed."""
        self._wake()
        view = self._living(key)
        if view is not None:
            view.note_pane()
        busy = self._session.busy
        if busy != self._was_busy:
            self._was_busy = busy
            self.note_all()

    def note_answer(self, turn: Turn, key: str) -> None:
        """An answer grew or ended."""
        self._wake()
        view = self._living(key)
        if view is not None:
            view.note_answer(turn)
        if key == self._session.chat.reference_key:
            for other_key, other in self._views.items():
                if other_key != key:
                    other.note_all()

    def note_all(self) -> None:
        """What stands beside every answer may have changed."""
        self._wake()
        for view in self._views.values():
            view.note_all()

    def view(self, key: str) -> PaneView:
        """The pane of one candidate; made now, with its newest turn, if it was not yet."""
        if key in self._due:
            self._due.remove(key)
            self._prepare(key, at_once_turns=1)
        return self._views[key]

    def views(self) -> list[PaneView]:
        """All panes in their order; made now if they were not yet."""
        self._drop_closed()
        return [self.view(key) for key in self._order if key in self._views or key in self._due]

    @property
    def focused_key(self) -> str | None:
        """The pane that had the keyboard last, if it is still there."""
        return self._focused_key

    def focus_pane(self, key: str) -> None:
        """Give a pane the keyboard and bring it into sight."""
        if key in self._order:
            view = self.view(key)
            self.ensureWidgetVisible(view, 0, 0)
            view.focus()
            self._set_focused(key)

    # --- within -------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Every pane in its place; where one is still to be made, something empty is."""
        for key in [key for key in self._places if key not in self._order]:
            self._places.pop(key).deleteLater()
        for place, key in enumerate(self._order):
            widget = self._views.get(key) or self._places.get(key)
            if widget is None:
                widget = self._places[key] = QWidget()
                widget.setMinimumWidth(LEAST_PX)
            if self._splitter.indexOf(widget) != place:
                self._splitter.insertWidget(place, widget)

    def _prepare(self, key: str, *, at_once_turns: int = 0) -> None:
        """Make a pane in its place, or have it show what there is now."""
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = self._make(key)
            for _ in range(at_once_turns):
                view.transcript.fill_one()
            empty = self._places.pop(key)
            self._splitter.replaceWidget(self._splitter.indexOf(empty), view)
            empty.deleteLater()
        else:
            view.refresh()
        view.set_own_box_shown(len(self._order) > 1)

    def _stand_still(self, still: bool) -> None:
        """Keep the picture as it is, or show what there is now."""
        self._still = still
        self.setUpdatesEnabled(not still)

    def _make(self, key: str) -> PaneView:
        view = PaneView(self._session, key, lambda: self.is_plain(self._session.chat.id))
        view.asked.connect(self.asked)
        view.asked_all.connect(self.asked_all)
        view.edited.connect(self.edited)
        view.regenerate_requested.connect(self.regenerate_requested)
        view.earlier_answer_requested.connect(self.earlier_answer_requested)
        view.earlier_turn_requested.connect(self.earlier_turn_requested)
        view.parting_requested.connect(self._show_parting)
        view.command_requested.connect(self.command_requested)
        view.menu_requested.connect(self.menu_requested)
        view.stop_requested.connect(self.stop_requested)
        view.link_activated.connect(self.link_activated)
        view.transcript.fill_wanted.connect(self._fill_timer.start)
        return view

    def _show_parting(self, turn: Turn, offset: int) -> None:
        """Two answers are compared where they part: the reference's is brought there too."""
        reference = self._living(self._session.chat.reference_key or "")
        shown = reference.transcript.view_of(turn) if reference is not None else None
        if shown is not None:
            shown.answer.show_place(offset)

    def _set_intervals(self) -> None:
        panes = max(1, len(self._order))
        self._timer.setInterval(TICK_MS // panes)
        self._text_timer.setInterval(TEXT_MS // panes)

    def _wake(self) -> None:
        """Something happens: show it as it comes, until nothing more does."""
        self._idle_ticks = 0
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()
            self._text_timer.start()

    def _tick(self) -> None:
        self._tick_place += 1
        view = self._view_in_turn(self._tick_place)
        shown = view is not None and view.tick()
        resting = not (shown or self._session.busy or self._fill_timer.isActive())
        self._idle_ticks = self._idle_ticks + 1 if resting else 0
        if self._idle_ticks > _ROUNDS_TO_REST * len(self._order):
            self._timer.stop()
            self._text_timer.stop()

    def _show_grown(self) -> None:
        self._text_place += 1
        view = self._view_in_turn(self._text_place)
        if view is not None:
            view.show_grown()

    def _fill_one(self) -> None:
        """One thing that is still to be done: a pane, or a turn's widgets, or an old pane's end."""
        self._drop_closed()
        if self._due:
            self._prepare(self._due.pop(0))
        elif not self._fill_next():
            if self._still:
                self._stand_still(False)
            elif self._leaving:
                self._leaving.pop().deleteLater()
            else:
                self._fill_timer.stop()
                self._wake()
                self._seen = self.isVisible()

    def _drop_closed(self) -> None:
        """Make no pane that the session closed a moment ago; :meth:`set_panes` will be called."""
        chat = self._session.chat
        self._due = [key for key in self._due if chat.pane(key) is not None]

    def _fill_next(self) -> bool:
        """Make widgets of one turn, the panes taking turns; False if none is to be made now."""
        for _ in self._order:
            self._fill_place += 1
            view = self._view_in_turn(self._fill_place)
            # While the picture stands still only what will be in sight is made.
            if view is None or (self._still and view.transcript.covered):
                continue
            if view.transcript.fill_one():
                return True
        return False

    def _view_in_turn(self, place: int) -> PaneView | None:
        return self._living(self._order[place % len(self._order)]) if self._order else None

    def _living(self, key: str) -> PaneView | None:
        """A pane's view, unless it is still to be made or the session closed it a moment ago."""
        living = key not in self._due and self._session.chat.pane(key) is not None
        return self._views.get(key) if living else None

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        for key, view in self._views.items():
            if view.isAncestorOf(now):
                self._set_focused(key)

    def _set_focused(self, key: str) -> None:
        if key == self._focused_key:
            return
        self._focused_key = key
        for other_key, view in self._views.items():
            view.set_focused(other_key == key and len(self._views) > 1)
        self.focused_changed.emit(key)

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
