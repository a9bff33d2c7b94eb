"""The vote itself: two answers, four choices, and then who was who."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from app.base.states import Transitions
from app.core.votes.choices import Choice, Outcome
from app.core.votes.pairs import Role, VotePair
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.ladder.votes.answers import AnswersView

if TYPE_CHECKING:
    from app.lab.votes.orders import ShownPair
    from app.ui.pages.ladder.votes.candidate import VoteCandidate
    from app.ui.pictures.door import PictureDoor

_KEYS = {
    Choice.LEFT: ("1", "Left"),
    Choice.RIGHT: ("2", "Right"),
    Choice.TIE: ("3", "T"),
    Choice.BOTH_BAD: ("4", "B"),
}
_SHOWN_KEYS = {Choice.LEFT: "←", Choice.RIGHT: "→", Choice.TIE: "T", Choice.BOTH_BAD: "B"}
_BUTTON_PX = 5 * GRID
_PREFERS = {Outcome.BETTER: Role.CANDIDATE, Outcome.WORSE: Role.REFERENCE}


class VotingState(Enum):
    """Where the vote is."""

    EMPTY = auto()  # nothing to show
    BLIND = auto()  # to be voted on
    REVEALED = auto()


_NEXT = Transitions(
    VotingState,
    {
        VotingState.EMPTY: {VotingState.BLIND},
        VotingState.BLIND: {VotingState.REVEALED, VotingState.EMPTY},
        VotingState.REVEALED: {VotingState.BLIND, VotingState.EMPTY},
    },
)


class VotingView(QWidget):
    """Shows pairs and takes votes. Up and Down scroll; no key that scrolls is a vote.

    Signals:
        voted: The person chose (Choice) for the pair that is shown.
        next_wanted: The person has seen who was who.
        undo_wanted: The vote is to be taken back.
    """

    voted = Signal(object)
    next_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, door: PictureDoor | None = None) -> None:
        """``door`` is where the pictures of prompts come from."""
        super().__init__()
        self.state = VotingState.EMPTY
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Where text is large its buttons are wider than the narrowest window; all else has room.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Blind vote"))
        self.answers = AnswersView(door)
        self.buttons: dict[Choice, QPushButton] = {}
        self.actions_by_choice: dict[Choice, QAction] = {}
        self._feet = QStackedWidget()
        self._feet.addWidget(self._choices())
        self._feet.addWidget(self._revealed())
        # The same before the vote and after it, but where long names take more lines.
        self._usual_px = 3 * self.fontMetrics().lineSpacing() + GRID
        self._feet.setFixedHeight(self._usual_px)
        in_column((self.answers, 1), self._feet, on=self)
        self._follow()

    def _choices(self) -> QWidget:
        foot = QWidget()
        row = in_row(on=foot, margins=(0, 0, GRID // 2, 0))
        words = {
            Choice.LEFT: self.tr("Left is better"),
            Choice.TIE: self.tr("Equally good"),
            Choice.BOTH_BAD: self.tr("Both bad"),
            Choice.RIGHT: self.tr("Right is better"),
        }
        for choice, text in words.items():
            action = self._action(text, _KEYS[choice], lambda c=choice: self._vote(c))
            self.actions_by_choice[choice] = action
            button = push_button(f"{text}   {_SHOWN_KEYS[choice]}", run=action.trigger)
            button.setAccessibleName(text)
            set_tip(button, f"{text} ({', '.join(map(_key_name, _KEYS[choice]))})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            button.setMaximumHeight(_BUTTON_PX)
            self.buttons[choice] = button
            row.addWidget(button, 3 if choice in (Choice.LEFT, Choice.RIGHT) else 2)
        return foot

    def _revealed(self) -> QWidget:
        foot = QWidget()
        self.verdict = label(role="strong", wrap=True)
        self.tally = label(role="dim", wrap=True)
        self.undo_button = push_button(self.tr("Take this vote back"), "quiet")
        set_tip(
            self.undo_button,
            self.tr("It no longer counts. The pair is not shown again: its sides are known now."),
        )
        self.undo_button.clicked.connect(self.undo_wanted)
        self.next_action = self._action(
            self.tr("Next pair"), ("Return", "Enter", "N"), self.next_wanted.emit
        )
        self.next_button = push_button(self.tr("Next") + "   ⏎", "primary")
        self.next_button.setAccessibleName(self.tr("Next pair"))
        set_tip(self.next_button, self.tr("Next pair (Enter, N)"))
        self.next_button.clicked.connect(self.next_action.trigger)
        self.next_button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        self.next_button.setMaximumHeight(_BUTTON_PX)
        self.next_button.setMinimumWidth(14 * GRID)
        words = in_column(1, self.verdict, self.tally, 1, spacing=2)
        in_row(
            (words, 1), self.undo_button, self.next_button, on=foot, margins=(GRID, 0, GRID // 2, 0)
        )
        return foot

    def _action(self, text: str, keys: tuple[str, ...], run: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setAutoRepeat(False)  # a key held down is one vote
        action.triggered.connect(lambda _checked=False: run())
        self.addAction(action)
        return action

    # --- what the panel tells it ----------------------------------------------------------

    def show_pair(self, pair: ShownPair) -> None:
        """Show a pair, blind."""
        self._enter(VotingState.BLIND)
        self.say("", "")
        self.answers.show_pair(pair)
        # On none of the buttons: a key that was meant for the pair before must not vote.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(
        self,
        pair: VotePair,
        owners: dict[Role, VoteCandidate | None],
        verdict: str,
        tally: str,
    ) -> None:
        """Tell who was who, and what the votes say now."""
        self._enter(VotingState.REVEALED)
        sides = (Role.CANDIDATE, Role.REFERENCE)
        for card, role in zip(
            (self.answers.left, self.answers.right),
            sides if pair.candidate_left else sides[::-1],
            strict=True,
        ):
            answer = pair.answer(role)
            if answer is not None:
                card.reveal(
                    owners[role], pair.voted(role).name, answer, preferred=_prefers(pair) is role
                )
        self.say(verdict, tally)
        self.undo_button.show()
        self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, verdict: str, tally: str) -> None:
        """What stands below once the sides are known."""
        self.verdict.setText(verdict)
        self.tally.setText(tally)
        self._make_room()

    def _make_room(self) -> None:
        """For what stands below the answers, however long its names are."""
        beside = (self.undo_button.sizeHint(), self.next_button.sizeHint())
        width = self.width() - sum(each.width() for each in beside) - 4 * GRID
        lines = (each.heightForWidth(max(1, width)) for each in (self.verdict, self.tally))
        needed = sum(lines) + GRID if self.verdict.text() else 0
        self._feet.setFixedHeight(max(self._usual_px, needed))

    def set_last(self, last: bool) -> None:
        """Whether no further pair waits."""
        words = self.tr("Done") if last else self.tr("Next")
        self.next_button.setText(f"{words}   ⏎")

    def clear(self) -> None:
        """Show nothing any more."""
        if self.state is not VotingState.EMPTY:
            self._enter(VotingState.EMPTY)
            for card in (self.answers.left, self.answers.right):
                card.show_text("")

    def _vote(self, choice: Choice) -> None:
        if self.state is VotingState.BLIND:
            self.voted.emit(choice)

    def _enter(self, state: VotingState) -> None:
        self.state = _NEXT.step(self.state, state)
        self._follow()

    def _follow(self) -> None:
        for action in self.actions_by_choice.values():
            action.setEnabled(self.state is VotingState.BLIND)
        self.next_action.setEnabled(self.state is VotingState.REVEALED)
        self._feet.setCurrentIndex(1 if self.state is VotingState.REVEALED else 0)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.state is VotingState.BLIND:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()


def _prefers(pair: VotePair) -> Role | None:
    outcome = pair.outcome
    return None if outcome is None else _PREFERS.get(outcome)


def _key_name(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
