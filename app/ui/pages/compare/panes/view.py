"""One pane: head, conversation, notice, figures, and a box that asks this model alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QColor, QPainter
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QWidget

from app.core.words.sentence import say
from app.lab.compare.panes import BUSY, PaneState
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID, candidate_edge, current_tokens
from app.ui.kit.widgets import EmptyState
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import told
from app.ui.pages.compare.panes.foot import PaneFoot
from app.ui.pages.compare.panes.header import PaneHeader
from app.ui.pages.compare.panes.menu import PaneCommand
from app.ui.pages.compare.panes.notice import PaneNotice
from app.ui.pages.compare.panes.own_box import OwnBox
from app.ui.pages.compare.turns.transcript import Transcript
from app.ui.pages.compare.turns.view import AnswerFacts
from app.ui.pages.compare.words import empty_words, state_words, stop_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from app.core.chats.chat import Turn
    from app.lab.compare.panes import Pane
    from app.lab.compare.session import Session

LEAST_PX = 224
EDGE_PX = 3
MARKS_BUDGET_NS = 6_000_000


class PaneView(QFrame):
    """Reads the session; asks for changes and changes nothing itself.

    What comes nine times a second only marks it; :meth:`tick` does the rest, less often.

    Signals:
        asked: The person asks this model alone.
        asked_all: The person wrote here and asks every model.
        edited: Another prompt in a turn's place is wanted.
        regenerate_requested: A turn's answer is wanted anew.
        earlier_answer_requested: A turn's answer before is wanted back.
        parting_requested: Where a turn's answer leaves the reference's is wanted in sight there.
        earlier_turn_requested: A turn as it was before it was edited is wanted back.
        command_requested: Something of the pane's menu or notice.
        menu_requested: The pane's menu is wanted at a global position.
        stop_requested: This pane shall stop.
        link_activated: The person clicked a link (QUrl).
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
    parting_requested = Signal(object, int)
    link_activated = Signal(QUrl)

    def __init__(
        self,
        session: Session,
        key: str,
        is_plain: Callable[[], bool] = lambda: False,
        parent: QWidget | None = None,
    ) -> None:
        """``is_plain`` says whether answers of the open chat begin as plain text."""
        super().__init__(parent)
        self.key = key
        self._session = session
        self._is_plain = is_plain
        self._letter = session.pane(key).letter
        self._dirty = False
        self._all_dirty = False
        self._shown_while_busy = False
        self._grown: Turn | None = None
        self._focused = False
        self._shape: tuple[object, ...] = ()
        self.setProperty("role", "surface")
        self.setMinimumWidth(LEAST_PX)
        self.setAccessibleName(self.tr("Pane {letter}").format(letter=self._letter))
        self.header = PaneHeader(self._letter)
        self.header.menu_requested.connect(lambda at: self.menu_requested.emit(key, at))
        self.header.stop_requested.connect(lambda: self.stop_requested.emit(key))
        self.transcript = Transcript(key, self._letter, self._facts_of)
        self.transcript.edited.connect(self.edited)
        self.transcript.regenerate_requested.connect(
            lambda turn: self.regenerate_requested.emit(turn, key)
        )
        self.transcript.earlier_answer_requested.connect(
            lambda turn: self.earlier_answer_requested.emit(turn, key)
        )
        self.transcript.earlier_turn_requested.connect(self.earlier_turn_requested)
        self.transcript.parting_requested.connect(self.parting_requested)
        self.transcript.link_activated.connect(self.link_activated)
        self._catch_up = QAction(self)
        set_tip(
            self._catch_up, self.tr("What the others were asked before, one question after another")
        )
        self._catch_up.triggered.connect(
            lambda: self.command_requested.emit(PaneCommand.CATCH_UP, key)
        )
        self.empty = EmptyState("chat", "", actions=(self._catch_up,))
        self.notice = PaneNotice()
        self.notice.command_requested.connect(
            lambda command: self.command_requested.emit(command, key)
        )
        self.foot = PaneFoot()
        self.own_box = OwnBox(self._letter)
        self.own_box.asked.connect(lambda text: self.asked.emit(key, text))
        self.own_box.asked_all.connect(lambda text: self.asked_all.emit(key, text))
        self._stack = QStackedWidget()
        # The notice below may take the room: the conversation scrolls, the notice does not.
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumHeight(GRID * 8)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.transcript)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        self._column = in_column(
            self.header,
            (self._stack, 1),
            on=self,
            margins=(1, EDGE_PX + 1, 1, GRID),
            spacing=GRID // 2,
        )
        for widget in (self.notice, self.foot):
            row = in_row(widget, margins=(GRID, 0, GRID, 0), spacing=None)
            self._column.addLayout(row)
        self._column.addWidget(self.own_box)

    # --- what the page tells it ---------------------------------------------------------

    @property
    def pane(self) -> Pane:
        """What it shows."""
        return self._session.pane(self.key)

    def refresh(self) -> None:
        """Everything, at once."""
        self._dirty = False
        self._all_dirty = False
        self._refresh_pane()
        self.set_turns()

    def set_turns(self) -> None:
        """Follow the list of turns."""
        turns = self._session.chat.turns_of(self.key)
        self.transcript.set_turns(turns)
        self._stack.setCurrentWidget(self.transcript if turns else self.empty)
        missed = len(self._session.missed(self.key))
        self._catch_up.setVisible(missed > 0)
        self._catch_up.setText(told(say("counted.earlier_questions", n=missed)))
        self._refresh_foot()

    def note_pane(self) -> None:
        """The pane changed; shown now if its state did, else at the next tick."""
        pane = self.pane
        if self._shape != self._shape_of(pane):
            self._grown = None
            self._refresh_pane()
            self._refresh_last_turn()
        else:
            self._dirty = True

    def note_answer(self, turn: Turn) -> None:
        """An answer grew or ended; its end is shown at once, the rest by :meth:`show_grown`."""
        answer = turn.answers.get(self.key)
        if answer is not None and answer.stop_reason is not None:
            self._grown = None
            self.transcript.refresh_turn(turn)
            self._refresh_pane()
        else:
            self._grown = turn
            self._dirty = True

    def show_grown(self) -> None:
        """Hand the text that has come to its view, about eight times a second."""
        turn, self._grown = self._grown, None
        view = self.transcript.view_of(turn) if turn is not None else None
        if turn is None or view is None or not self.isVisible():
            return
        if turn.answers[self.key].text and view.answer.text.isHidden():
            view.refresh(self._facts_of(turn))
        else:
            view.refresh_text()

    def note_all(self) -> None:
        """What stands beside every answer may have changed (the reference, being busy)."""
        self._all_dirty = True

    def tick(self) -> bool:
        """Show what was only marked; skipped while nobody sees it. Whether there was anything."""
        if not self.isVisible():
            return False
        shown = self._dirty or self._all_dirty
        # A quick answer begins and ends between two signals: what was shown meanwhile is put right.
        over = self._shown_while_busy and not self._session.busy
        if self._all_dirty or over:
            self._all_dirty = self._dirty = self._shown_while_busy = False
            self._refresh_pane()
            self.transcript.refresh()
        elif self._dirty:
            self._dirty = False
            self.header.show_live(self.pane)
            if self.pane.engine_wait is not None:
                self.empty.set_text(*empty_words(self.pane))
            self._refresh_foot()
            self._refresh_last_turn()
        return self.transcript.place_marks(MARKS_BUDGET_NS) or shown or over

    def set_own_box_shown(self, shown: bool) -> None:
        """With one pane the box that asks all is enough."""
        self.own_box.setVisible(shown)

    def set_focused(self, focused: bool) -> None:
        """Mark it as the pane that keys go to."""
        if focused != self._focused:
            self._focused = focused
            self.update()

    def focus(self) -> None:
        """Put the cursor in its own box, or into its text where there is no box."""
        target = self.own_box if self.own_box.isVisible() else self.transcript
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- showing ------------------------------------------------------------------------

    def _shape_of(self, pane: Pane) -> tuple[object, ...]:
        is_reference = self._session.chat.reference_key == self.key
        shape = (pane.state, pane.failure, id(pane.loaded), id(pane.model), pane.lacks_template)
        return (*shape, is_reference, id(pane.setup), pane.lacks_engine)

    def _refresh_pane(self) -> None:
        pane = self.pane
        self._shape = self._shape_of(pane)
        is_reference = self._session.chat.reference_key == self.key
        self.header.show_pane(pane, is_reference=is_reference)
        self.empty.set_text(*empty_words(pane))
        self.own_box.send_button.setEnabled(pane.state not in BUSY)
        self.notice.show_pane(pane, has_turns=self._last_turn() is not None)
        self._refresh_foot()

    def _refresh_last_turn(self) -> None:
        views = self.transcript.views()
        if views:
            self.transcript.refresh_turn(views[-1].turn)

    def _refresh_foot(self) -> None:
        last = self._last_turn()
        answers = (t.answers.get(self.key) for t in reversed(self._session.chat.turns))
        figures = next((a.figures for a in answers if a is not None and a.figures), None)
        live = last is not None and self._is_live(last)
        self.foot.setVisible(self.pane.state is not PaneState.FAILED)
        self.foot.show_figures(self.pane, figures, live=live)

    # --- facts about answers ------------------------------------------------------------

    def _is_live(self, turn: Turn) -> bool:
        """Whether a turn's answer is coming, or its turn will come."""
        answer = turn.answers.get(self.key)
        if answer is None or answer.stop_reason is not None:
            return False
        working = self.pane.state in BUSY or self.pane.state is PaneState.PREPARING
        return working and self._last_turn() is turn

    def _last_turn(self) -> Turn | None:
        history = self._session.chat.turns
        return next((turn for turn in reversed(history) if self.key in turn.answers), None)

    def _facts_of(self, turn: Turn) -> AnswerFacts:
        pane = self.pane
        busy = self._session.busy
        self._shown_while_busy |= busy
        answer = turn.answers[self.key]
        live = self._is_live(turn)
        context_tokens = pane.loaded.context_tokens if pane.loaded is not None else None
        sampling = self._session.sampling_of(pane.setup)
        return AnswerFacts(
            live=live,
            stopping=pane.state is PaneState.STOPPING,
            live_words=state_words(pane) if live else "",
            live_tokens=pane.live_tokens if live and pane.state is PaneState.GENERATING else None,
            stop_words=stop_words(answer, sampling, context_tokens),
            difference=self._session.first_difference(turn, self.key),
            is_last=self._last_turn() is turn,
            error_below=pane.failure is not None and answer.error == pane.failure.sentence,
            can_ask=not busy,
            plain=self._is_plain(),
            earlier=len(turn.earlier.get(self.key, ())),
        )

    # Qt's own names from here on.

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            # A splitter asks for no height by width: a long notice would be cut off.
            least = max(0, self._column.minimumHeightForWidth(self.width()))
            if least != self.minimumHeight():
                self.setMinimumHeight(least)
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(candidate_edge(self._letter, tokens)))
        painter.setClipRect(0, 0, self.width(), EDGE_PX)
        painter.drawRoundedRect(0, 0, self.width(), 12, 6, 6)
        if self._focused:
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
