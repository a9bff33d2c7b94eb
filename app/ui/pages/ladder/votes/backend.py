"""Stands between the panel and the booth: answers are made in the background."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.errors import PersonError
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.events import AnswersProgress
from app.lab.votes.export import write_votes
from app.lab.votes.files import identify
from app.lab.votes.prompts import prompts_for
from app.lab.votes.rounds import VoteBooth
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count
from app.store.vote_prompts import recent_prompts
from app.store.votes import VoteStore
from app.ui.kit.sentences import sentence

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from app.core.statistics.anytime import WinRate
    from app.core.votes.choices import Choice
    from app.core.votes.pairs import PairState, VotedFile, VotePair
    from app.lab.engines.room import EngineRoom
    from app.lab.votes.events import AnswerEvent
    from app.lab.votes.orders import Placed, ShownPair, Standing, VoteOrder, Waiting
    from app.lab.votes.prompts import PromptKind
    from app.store.vote_prompts import AskedPrompt
    from app.ui.kit.jobs import Job, JobContext, Jobs

log = logging.getLogger(__name__)


class VotesBackend(QObject):
    """The booth over the window's store, with engines that answer on a job thread.

    Lives on the main thread as long as the window; ``Jobs.shutdown`` ends its engines.

    Signals:
        changed: There are other pairs, votes or files than before.
        progressed: Answers that are done, and all that are made.
        ended: No answers are made any more; a sentence if something went wrong.

    Args:
        connection: The window's store.
        room: Where the engines are.
        jobs: The door to background work.
        parent: Its owner.
    """

    changed = Signal()
    progressed = Signal(int, int)
    ended = Signal(str)

    def __init__(
        self,
        connection: sqlite3.Connection,
        room: EngineRoom,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection = connection
        self._room = room
        self._jobs = jobs
        self._store = VoteStore(connection)
        self._booth = VoteBooth(self._store, physical_core_count())
        self._maker: AnswerMaker | None = None
        self._job: Job[None] | None = None
        self._looking: Job[dict[str, VotedFile]] | None = None
        self._paths: tuple[str, ...] = ()
        self._more: dict[str, None] = {}
        self._trouble = ""
        self._stopped = False

    # --- files ----------------------------------------------------------------------------

    def set_files(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        self._look(self._paths, self.changed.emit)

    def _look(self, paths: Sequence[str], then: Callable[[], None]) -> None:
        known = self._booth.known_files()
        wanted = [Path(path) for path in paths]

        def done(found: dict[str, VotedFile]) -> None:
            self._booth.set_identities(found)
            then()

        self._jobs.run(
            lambda context: identify(wanted, known, open_model_file, context.check), done=done
        )

    # --- making answers -------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._maker is not None

    def ask(self, order: VoteOrder, placed: Callable[[Placed], None]) -> None:
        paths = [str(path) for path in (order.reference, *order.candidates)]

        def place() -> None:
            try:
                result = self._booth.place(order)
            except KeyError as error:
                name = Path(str(error.args[0])).name
                self.ended.emit(self.tr("{file} cannot be read.").format(file=name))
                return
            except PersonError as error:
                self.ended.emit(sentence(error))
                return
            if result.pairs:
                self.go_on(paths)
            placed(result)

        self._look(paths, place)

    def go_on(self, paths: Sequence[str]) -> None:
        self.changed.emit()
        if self._maker is not None:
            self._more |= dict.fromkeys(paths)
            return
        pairs = self._booth.unanswered(paths)
        if pairs:
            self._trouble, self._stopped = "", False
            self._run(pairs)

    def _run(self, pairs: Sequence[VotePair]) -> None:
        known = self._booth.known_files()
        contexts: list[JobContext] = []
        maker = AnswerMaker(
            self._room,
            open_model_file,
            known,
            lambda event: contexts[0].report(event),
            lambda: contexts[0].cancelled,
        )

        def work(context: JobContext) -> None:
            contexts.append(context)
            maker.run(pairs)

        self._maker = maker
        self._job = self._jobs.run(
            work, done=lambda _: self._done(), failed=self._failed, progress=self._take
        )

    def _take(self, event: AnswerEvent) -> None:
        if isinstance(event, AnswersProgress):
            self.progressed.emit(event.done, event.total)
            return
        try:
            self._booth.take(event)
        except PersonError as error:
            log.warning("%s %s", error.sentence, error.detail)
            self._trouble = sentence(error)
            self.stop()
        self.changed.emit()

    def _failed(self, error: PersonError) -> None:
        self._trouble = sentence(error)
        self._stopped = True
        self._done()

    def _done(self) -> None:
        self._maker = self._job = None
        more, self._more = list(self._more), {}
        pairs = [] if self._stopped else self._booth.unanswered(more)
        if pairs:
            self._run(pairs)
        else:
            self.ended.emit(self._trouble)
        self.changed.emit()

    def stop(self) -> None:
        self._stopped = True
        if self._maker is not None:
            self._maker.stop()

    def try_again(self, paths: Sequence[str]) -> None:
        self._booth.forgive(paths)
        self.go_on(paths)

    def set_aside(self, paths: Sequence[str], state: PairState) -> None:
        self._booth.set_aside(paths, state)
        self.changed.emit()

    # --- voting and counting --------------------------------------------------------------

    def waiting(self, paths: Sequence[str]) -> Waiting:
        return self._booth.waiting(paths)

    def next_pair(self, paths: Sequence[str]) -> ShownPair | None:
        return self._booth.next_pair(paths)

    def cast(self, pair_id: int, choice: Choice) -> VotePair:
        pair = self._booth.cast(pair_id, choice)
        self.changed.emit()
        return pair

    def take_back(self, pair: VotePair) -> None:
        self._booth.take_back(pair)
        self.changed.emit()

    def standing(self, candidate: str, reference: str) -> Standing:
        return self._booth.standing(candidate, reference)

    def rates(self, reference: str, candidates: Iterable[str]) -> dict[str, WinRate]:
        return self._booth.rates(reference, candidates)

    # --- prompts and files out ------------------------------------------------------------

    def chat_prompts(self) -> list[AskedPrompt]:
        try:
            return recent_prompts(self._connection)
        except PersonError as error:
            log.warning("%s %s", error.sentence, error.detail)
            return []

    def prompt_kinds(self, paths: Sequence[str]) -> Sequence[PromptKind]:
        return prompts_for([Path(path) for path in paths])

    def unseen(
        self, prompts: Sequence[str], reference: str, candidates: Iterable[str]
    ) -> list[str]:
        return self._booth.unseen(prompts, reference, candidates)

    def export(self, target: Path) -> None:
        write_votes(self._store.all_pairs(), target)
