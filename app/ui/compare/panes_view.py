"""The panes side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSplitter, QWidget

from app.ui.compare.pane_view import PaneView

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from app.core.chat import Turn
    from app.lab.session import Session

TICK_MS = 330
"""What changes without a new state is shown this often in each pane: figures are to be read."""
TEXT_MS = 100
"""Text that comes is shown this often in each pane."""


class PanesView(QScrollArea):
    """One to six panes of equal width; scrolls sideways when they do not fit.

    Signals:
        As those of :class:`PaneView`.
    """

    asked = Signal(str, str)
    asked_all = Signal(str, str)
    edited = Signal(object, str)
    regenerate_requested = Signal(object, str)
    command_requested = Signal(object, str)
    menu_requested = Signal(str, QPoint)
    stop_requested = Signal(str)
    template_chosen = Signal(str, str)
    link_activated = Signal(QUrl)
    focused_changed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._views: dict[str, PaneView] = {}
        self._order: list[str] = []
        self._focused_key: str | None = None
        self._was_busy = False
        self._tick_place = 0
        self._text_place = 0
        self._fill_place = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self.setWidget(self._splitter)
        # One pane at a time, so that no moment of the event loop pays for all of them.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._text_timer = QTimer(self)
        self._text_timer.timeout.connect(self._show_grown)
        self._fill_timer = QTimer(self)
        self._fill_timer.setInterval(0)
        self._fill_timer.timeout.connect(self._fill_one)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    # --- what the page tells it ---------------------------------------------------------

    def set_panes(self) -> None:
        """Follow the session's panes and their order."""
        wanted = [pane.candidate.key for pane in self._session.panes]
        others = set(wanted) != set(self._order)
        for key in set(self._views) - set(wanted):
            view = self._views.pop(key)
            view.hide()
            view.setParent(None)
            view.deleteLater()
        for place, key in enumerate(wanted):
            view = self._views.get(key)
            if view is None:
                view = self._views[key] = self._make(key)
            else:
                view.refresh()
            if self._splitter.indexOf(view) != place:
                self._splitter.insertWidget(place, view)
            view.set_own_box_shown(len(wanted) > 1)
        self._order = wanted
        if self._focused_key not in self._views:
            self._focused_key = None
        self._set_intervals()
        if others:
            self._splitter.setSizes([1000] * len(wanted))

    def note_turns(self, key: str) -> None:
        """Turns of one pane came, went or were replaced."""
        view = self._living(key)
        if view is not None:
            view.set_turns()

    def note_pane(self, key: str) -> None:
        """One pane changed."""
        view = self._living(key)
        if view is not None:
            view.note_pane()
        busy = self._session.busy
        if busy != self._was_busy:
            self._was_busy = busy
            self.note_all()

    def note_answer(self, turn: Turn, key: str) -> None:
        """An answer grew or ended."""
        view = self._living(key)
        if view is not None:
            view.note_answer(turn)
        if key == self._session.chat.reference_key:
            for other_key, other in self._views.items():
                if other_key != key:
                    other.note_all()

    def note_all(self) -> None:
        """What stands beside every answer may have changed."""
        for view in self._views.values():
            view.note_all()

    def view(self, key: str) -> PaneView:
        """The pane of one candidate."""
        return self._views[key]

    def views(self) -> list[PaneView]:
        """All panes in their order."""
        return [self._views[key] for key in self._order]

    @property
    def focused_key(self) -> str | None:
        """The pane that had the keyboard last, if it is still there."""
        return self._focused_key

    def focus_pane(self, key: str) -> None:
        """Give a pane the keyboard and bring it into sight."""
        view = self._views.get(key)
        if view is not None:
            self.ensureWidgetVisible(view, 0, 0)
            view.focus()
            self._set_focused(key)

    # --- within -------------------------------------------------------------------------

    def _make(self, key: str) -> PaneView:
        view = PaneView(self._session, key)
        view.asked.connect(self.asked)
        view.asked_all.connect(self.asked_all)
        view.edited.connect(self.edited)
        view.regenerate_requested.connect(self.regenerate_requested)
        view.command_requested.connect(self.command_requested)
        view.menu_requested.connect(self.menu_requested)
        view.stop_requested.connect(self.stop_requested)
        view.template_chosen.connect(self.template_chosen)
        view.link_activated.connect(self.link_activated)
        view.transcript.fill_wanted.connect(self._fill_timer.start)
        if view.transcript.fills:
            self._fill_timer.start()
        return view

    def _set_intervals(self) -> None:
        panes = max(1, len(self._order))
        self._timer.setInterval(TICK_MS // panes)
        self._text_timer.setInterval(TEXT_MS // panes)

    def _tick(self) -> None:
        self._tick_place += 1
        view = self._view_in_turn(self._tick_place)
        if view is not None:
            view.tick()

    def _show_grown(self) -> None:
        self._text_place += 1
        view = self._view_in_turn(self._text_place)
        if view is not None:
            view.show_grown()

    def _fill_one(self) -> None:
        """Older turns get their widgets one at a time, the panes taking turns."""
        for _ in self._order:
            self._fill_place += 1
            view = self._view_in_turn(self._fill_place)
            if view is not None and view.transcript.fill_one():
                return
        self._fill_timer.stop()

    def _view_in_turn(self, place: int) -> PaneView | None:
        return self._living(self._order[place % len(self._order)]) if self._order else None

    def _living(self, key: str) -> PaneView | None:
        """A pane's view, unless the session closed the pane a moment ago."""
        return self._views.get(key) if self._session.chat.candidate(key) is not None else None

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
        self._timer.start()
        self._text_timer.start()
        self._fill_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._text_timer.stop()
        self._fill_timer.stop()
