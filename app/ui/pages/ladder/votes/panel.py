"""The panel of blind votes: ask, vote, see who was who, and what the votes say."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.base.states import Transitions
from app.core.errors import PersonError
from app.core.votes.pairs import Role, VotePair
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import EmptyState, Severity
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import sentence
from app.ui.pages.ladder.votes.orders import Orders
from app.ui.pages.ladder.votes.overview import Overview
from app.ui.pages.ladder.votes.strip import VotesStrip
from app.ui.pages.ladder.votes.voting import VotingState, VotingView
from app.ui.pages.ladder.votes.words import reveal_words

if TYPE_CHECKING:
    from app.core.statistics.anytime import WinRate
    from app.core.votes.choices import Choice
    from app.ui.pages.ladder.votes.backend import VotesBackend
    from app.ui.pages.ladder.votes.candidate import VoteCandidate


class Stage(Enum):
    """What the panel shows."""

    NOTHING = 0  # fewer than two versions
    OVERVIEW = 1
    WAITING = 2  # for the first pair
    VOTING = 3


_NEXT = Transitions(
    Stage,
    {
        Stage.NOTHING: {Stage.OVERVIEW},
        Stage.OVERVIEW: {Stage.NOTHING, Stage.WAITING, Stage.VOTING},
        Stage.WAITING: {Stage.NOTHING, Stage.OVERVIEW, Stage.VOTING},
        Stage.VOTING: {Stage.NOTHING, Stage.OVERVIEW, Stage.WAITING},
    },
)


class VotesPanel(QWidget):
    """Votes on the versions of a ladder, or of any candidates. Main thread only.

    Give it versions with :meth:`set_candidates`; :attr:`changed` tells whenever
    :meth:`win_rates` may be others than before.

    Attributes:
        pair_id: Of the pair that is shown, or was shown last.

    Signals:
        changed: Win rates may be others than before.
        room_wanted: ``wants_room`` is another now.
    """

    changed = Signal()
    room_wanted = Signal()

    def __init__(self, backend: VotesBackend) -> None:
        super().__init__()
        self._backend = backend
        self._candidates: list[VoteCandidate] = []
        self._reference = ""
        self._rates: dict[str, WinRate] = {}
        self._shown: VotePair | None = None
        self.stage = Stage.NOTHING
        self.setAccessibleName(self.tr("Blind votes"))
        self._empty = EmptyState(
            "compare",
            self.tr("Two versions are needed to vote"),
            self.tr(
                "Add another version: then both answer your prompts, and you say which answer is "
                "better without knowing whose it is."
            ),
        )
        self._wait = EmptyState(
            "compare",
            self.tr("Both are answering"),
            self.tr("The first pair appears as soon as both answers to it are there."),
        )
        self.overview = Overview(backend)
        self.form, self.standing = self.overview.form, self.overview.standing
        self.notices = self.overview.notices
        self.orders = Orders(backend, self.overview, self.keys)
        self.orders.placed.connect(self._vote_next)
        self.form.pair_changed.connect(self._on_pair_changed)
        self.notices.vote_wanted.connect(self._vote_next)
        self.voting = VotingView(backend.pictures)
        self.voting.voted.connect(self._cast)
        self.voting.next_wanted.connect(self._vote_next)
        self.voting.undo_wanted.connect(self._take_back)
        self.strip = VotesStrip()
        self.strip.back_wanted.connect(self.show_overview)
        self.strip.stop_wanted.connect(backend.stop)
        self._stack = QStackedWidget()
        for page in (self._empty, self.overview, self._wait, self.voting):
            self._stack.addWidget(page)
        in_column(self.strip, (self._stack, 1), on=self, margins=(0, GRID // 2, 0, GRID // 2))
        backend.changed.connect(self._on_changed)
        backend.progressed.connect(self._on_progress)
        backend.ended.connect(self._on_ended)
        self._follow()

    # --- what the page tells it -----------------------------------------------------------

    def set_candidates(self, candidates: Sequence[VoteCandidate], reference: str) -> None:
        """Vote on these; ``reference`` is the key of what the others are held against."""
        if list(candidates) == self._candidates and reference == self._reference:
            return
        gone = set(self.keys()) - {each.key for each in candidates}
        self._candidates, self._reference = list(candidates), reference
        self.form.set_candidates(candidates, reference)
        # Versions that come while others are voted on do not interrupt it.
        if gone or not self.wants_room:
            self.voting.clear()
            self._shown = None
            self._enter(Stage.OVERVIEW if len(candidates) > 1 else Stage.NOTHING)
        self._backend.look_at([each.candidate for each in candidates])
        self._on_changed()

    @property
    def wants_room(self) -> bool:
        """Whether two answers are shown or waited for, which need all the room there is."""
        return self.stage in (Stage.WAITING, Stage.VOTING)

    def win_rates(self) -> dict[str, WinRate]:
        """Votes for candidates against the reference, by key."""
        others = [key for key in self.keys() if key != self._reference]
        return self._backend.booth.rates(self._reference, others)

    def show_overview(self) -> None:
        """Go to prompts and standings; a pair that is shown stays for later, blind."""
        self.voting.clear()
        self._enter(Stage.OVERVIEW if len(self._candidates) > 1 else Stage.NOTHING)
        self._refresh()
        self.form.prompts.setFocus(Qt.FocusReason.OtherFocusReason)
        self.overview.verticalScrollBar().setValue(0)

    def ask_again(self, candidate: str, reference: str) -> None:
        """Let two that were voted on be asked something else."""
        self.show_overview()
        self.form.choose(candidate, reference)
        words = self.tr(
            "Ask these two something else: answers that you have seen would be known again."
        )
        self.notices.say(Severity.INFO, words)

    def vote_now(self) -> None:
        """Show the next pair, or wait for it; for the page's own buttons."""
        self._vote_next()

    def keys(self) -> list[str]:
        """What the votes on these versions are filed under, the reference among them."""
        return [each.key for each in self._candidates]

    # --- voting ---------------------------------------------------------------------------

    def _vote_next(self) -> None:
        pair = self._backend.booth.next_pair(self.keys())
        if pair is not None:
            self._shown = None
            self._enter(Stage.VOTING)
            self.voting.show_pair(pair)
            self.pair_id = pair.id
        elif self._backend.running:
            self.voting.clear()
            self._enter(Stage.WAITING)
        elif self.stage in (Stage.VOTING, Stage.WAITING):
            self.show_overview()
        self._follow()

    def _cast(self, choice: Choice) -> None:
        try:
            pair = self._backend.cast(self.pair_id, choice)
        except PersonError as error:
            remark(self, sentence(error))
            return
        self._shown = pair
        self.standing.choose(pair.candidate.key)
        owners = {role: self._owner(pair.voted(role).key) for role in Role}
        self.voting.reveal(pair, owners, *self._reveal_words(pair))
        self._follow()

    def _owner(self, key: str) -> VoteCandidate | None:
        return next((each for each in self._candidates if each.key == key), None)

    def _name(self, pair: VotePair, role: Role) -> str:
        voted = pair.voted(role)
        owner = self._owner(voted.key)
        return owner.name if owner is not None else voted.name

    def _reveal_words(self, pair: VotePair) -> tuple[str, str]:
        standing = self._backend.booth.standing(pair.candidate.key, pair.reference.key)
        names = self._name(pair, Role.CANDIDATE), self._name(pair, Role.REFERENCE)
        return reveal_words(pair, standing.tally, *names)

    def _take_back(self) -> None:
        pair = self._shown
        if pair is None:
            return
        try:
            self._backend.take_back(pair)
        except PersonError as error:
            remark(self, sentence(error))
            return
        _, tally = self._reveal_words(pair)
        self.voting.say(self.tr("Taken back: this vote does not count."), tally)
        self.voting.undo_button.hide()
        self.voting.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what the backend tells --------------------------------------------------------------

    def _on_changed(self) -> None:
        if self.stage is Stage.WAITING and self._backend.booth.next_pair(self.keys()) is not None:
            self._vote_next()
        self._refresh()
        rates = self.win_rates() if len(self._candidates) > 1 else {}
        if rates != self._rates:
            self._rates = rates
            self.changed.emit()

    def _on_progress(self, done: int, total: int) -> None:
        self.strip.show_progress(done, total)
        self._follow()

    def _on_ended(self, sentence: str) -> None:
        self.orders.tell_end(sentence, waited=self.stage is Stage.WAITING)
        if self.stage is Stage.WAITING:
            self._vote_next()
        self._refresh()

    # --- showing --------------------------------------------------------------------------

    def _enter(self, stage: Stage) -> None:
        if stage is self.stage:
            return
        self.stage = _NEXT.step(self.stage, stage)
        self._stack.setCurrentIndex(stage.value)
        self.room_wanted.emit()
        self._follow()

    def _refresh(self) -> None:
        self._show_standings()
        if self._candidates:
            waiting = self._backend.booth.waiting(self.keys())
            self.notices.show_waiting(waiting, running=self._backend.running)
        self._follow()

    def _show_standings(self) -> None:
        reference = self._owner(self.form.reference_key)
        self.standing.show_standings(reference, self._candidates)

    def _on_pair_changed(self) -> None:
        self._show_standings()
        keys = self.form.candidate_keys
        if len(keys) == 1:
            self.standing.choose(keys[0])

    def _follow(self) -> None:
        running, more = self._backend.running, None
        if self.stage is Stage.VOTING:
            ready = self._backend.booth.waiting(self.keys()).ready
            more = ready - (self.voting.state is VotingState.BLIND)
            self.voting.set_last(not more and not running)
        self.strip.follow(voting=self.wants_room, running=running, more=more)
