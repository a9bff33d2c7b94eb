"""A column: one candidate's head, its answers, and what stands below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.lab.compare.panes import BUSY, Pane, PaneState
from app.ui.kit.widgets.layouts import in_column
from app.ui.pages.compare.panes.header import ColumnHeader
from app.ui.pages.compare.panes.naming import Naming
from app.ui.pages.compare.panes.notes import ColumnNotes
from app.ui.pages.compare.turns.answer_facts import AnswerFacts
from app.ui.pages.compare.words import about_words, state_words, stop_words

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.lab.compare.session import Session
    from app.ui.pages.compare.turns.answer_view import AnswerView
    from app.ui.pages.compare.turns.transcript import Transcript

MARKS_BUDGET_NS = 6_000_000


class Column(QObject):
    """Reads the session and shows one candidate of it; changes nothing.

    What comes nine times a second only marks it; :meth:`tick` does the rest, less often.

    Args:
        session: The open chat.
        transcript: The conversation that its answers stand in.
        key: Of its candidate.
        is_plain: Whether answers of the open chat begin as plain text.
        is_opened: Whether an answer is shown although the original's says the same.

    Attributes:
        transcript: The conversation that its answers stand in.
        header: Its head.
        notes: What stands below its last answer.
        slot: Where the notes are while they belong to no answer.
    """

    def __init__(
        self,
        session: Session,
        transcript: Transcript,
        key: str,
        is_plain: Callable[[], bool],
        is_opened: Callable[[Turn, str], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self._session = session
        self._is_plain = is_plain
        self._is_opened = is_opened
        self.transcript = transcript
        self._rows = transcript.rows
        self._dirty = self._all_dirty = False
        self._shown_while_busy = False
        self._grown: Turn | None = None
        self._shape: tuple[object, ...] = ()
        self.header = ColumnHeader(session.pane(key).letter)
        self.notes = ColumnNotes()
        self.slot = QWidget()
        self.slot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._room = in_column(self.notes, on=self.slot, spacing=0)
        self._holder: AnswerView | None = None

    # --- what it is told ------------------------------------------------------------------

    @property
    def pane(self) -> Pane:
        """What it shows."""
        return self._session.pane(self.key)

    @property
    def answers(self) -> list[AnswerView]:
        """Its answers that have widgets, from top to bottom."""
        found = (row.answer(self.key) for row in self._rows.views())
        return [answer for answer in found if answer is not None]

    def refresh(self) -> None:
        """Everything, at once."""
        self._dirty = self._all_dirty = False
        self._refresh_pane()
        self._rows.refresh_column(self.key)

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
            self._rows.refresh_answer(turn, self.key)
            self._refresh_pane()
        else:
            self._grown = turn
            self._dirty = True

    def note_all(self) -> None:
        """What stands beside every answer may have changed (the original, being busy)."""
        self._all_dirty = True

    def show_grown(self) -> None:
        """Hand the text that has come to its view, about eight times a second."""
        turn, self._grown = self._grown, None
        row = self._rows.view_of(turn) if turn is not None else None
        view = row.answer(self.key) if row is not None else None
        if turn is None or row is None or view is None or not self.transcript.isVisible():
            return
        if turn.answers[self.key].text and view.text.isHidden():
            row.refresh(self.key, self.facts_of(turn))
        else:
            row.refresh_text(self.key)

    def tick(self) -> bool:
        """Show what was only marked; skipped while nobody sees it. Whether there was anything."""
        if not self.transcript.isVisible():
            return False
        shown = self._dirty or self._all_dirty
        # A quick answer begins and ends between two signals: what was shown meanwhile is put right.
        over = self._shown_while_busy and not self._session.busy
        if self._all_dirty or over:
            self._all_dirty = self._dirty = self._shown_while_busy = False
            self.refresh()
        elif self._dirty:
            self._dirty = False
            self.header.show_live(self.pane)
            self._show_about()
            self._refresh_last_turn()
        return self._rows.place_marks(self.key, MARKS_BUDGET_NS) or shown or over

    def place_notes(self) -> None:
        """What went wrong stands at the answer that it went wrong with."""
        turns = self._session.chat.turns
        row = self._rows.view_of(turns[-1]) if turns else None
        answer = row.answer(self.key) if row is not None else None
        wanted = answer if self.notes.tells_failure else None
        if wanted is None:
            self.take_notes()
        elif wanted is not self._holder:
            self._holder = wanted
            wanted.hold(self.notes)

    def take_notes(self, row: QWidget | None = None) -> None:
        """Take the notes back from the answer that holds them, if that is in ``row``."""
        if self._holder is not None and (row is None or row.isAncestorOf(self._holder)):
            self._holder = None
            self._room.addWidget(self.notes)

    # --- showing --------------------------------------------------------------------------

    def _shape_of(self, pane: Pane) -> tuple[object, ...]:
        is_reference = self._session.chat.reference_key == self.key
        shape = (pane.state, pane.failure, id(pane.loaded), id(pane.model), pane.lacks_template)
        memory = (pane.needed_bytes, pane.estimated_bytes)
        return (*shape, *memory, is_reference, id(pane.setup), pane.lacks_engine)

    def _refresh_pane(self) -> None:
        pane = self.pane
        self._shape = self._shape_of(pane)
        self.header.show_pane(pane, self._naming())
        self.notes.show_pane(pane, has_turns=self.last_turn() is not None)
        self.notes.show_missed(len(self._session.missed(self.key)))
        self._show_about()
        self.place_notes()

    def _show_about(self) -> None:
        empty = not self._session.chat.turns
        words = about_words(self.pane, self._naming().gloss(self.pane)) if empty else ""
        self.notes.show_about(words)

    def _naming(self) -> Naming:
        return Naming(self._session.panes, self._session.chat.reference_key)

    def _refresh_last_turn(self) -> None:
        turn = self.last_turn()
        if turn is not None:
            self._rows.refresh_answer(turn, self.key)

    # --- facts about answers --------------------------------------------------------------

    def last_turn(self) -> Turn | None:
        """The newest turn that it was asked."""
        history = self._session.chat.turns
        return next((turn for turn in reversed(history) if self.key in turn.answers), None)

    def is_live(self, turn: Turn) -> bool:
        """Whether a turn's answer is coming, or its turn will come."""
        answer = turn.answers.get(self.key)
        if answer is None or answer.stop_reason is not None:
            return False
        working = self.pane.state in BUSY or self.pane.state is PaneState.PREPARING
        return working and self.last_turn() is turn

    def facts_of(self, turn: Turn) -> AnswerFacts:
        """What stands beside its answer to a turn at the moment."""
        session, pane = self._session, self.pane
        busy = session.busy
        self._shown_while_busy |= busy
        answer = turn.answers[self.key]
        live = self.is_live(turn)
        context_tokens = pane.loaded.context_tokens if pane.loaded is not None else None
        reference = session.chat.pane(session.chat.reference_key or "")
        compared = reference is not None and len(turn.answers.keys() & self._keys()) > 1
        compared = compared and reference is not None and reference.key in turn.answers
        original = compared and reference is not None and reference.key == self.key
        same = compared and reference is not None and session.says_the_same(turn, self.key)
        return AnswerFacts(
            live=live,
            stopping=pane.state is PaneState.STOPPING,
            live_words=state_words(pane) if live else "",
            live_tokens=pane.live_tokens if live and pane.state is PaneState.GENERATING else None,
            stop_words=stop_words(answer, session.sampling_of(pane.setup), context_tokens),
            compared=compared,
            original_words=self._naming().standing(pane) if original else "",
            same_as=reference.letter if same and reference is not None else "",
            opened=self._is_opened(turn, self.key),
            difference=session.first_difference(turn, self.key),
            is_last=self.last_turn() is turn,
            can_ask=not busy,
            plain=self._is_plain(),
            earlier=len(turn.earlier.get(self.key, ())),
        )

    def _keys(self) -> set[str]:
        return {pane.key for pane in self._session.panes}
