"""Stands between the panel and the booth: answers are made in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.errors import PersonError
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.export import write_votes
from app.lab.votes.files import identify
from app.lab.votes.orders import AnswerEvent, AnswersProgress, Placed, VoteOrder
from app.lab.votes.rounds import VoteBooth
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count
from app.store.vote_prompts import AskedPrompt, recent_prompts
from app.store.votes import VoteStore
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    import sqlite3

    from app.core.candidates.candidate import Candidate
    from app.core.votes.choices import Choice
    from app.core.votes.pairs import PairState, VotedCandidate, VotePair
    from app.lab.beside.places import KeptPasses
    from app.lab.engines.room import EngineRoom
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pictures.door import PictureDoor

log = logging.getLogger(__name__)


class VotesBackend(QObject):
    """The booth over the window's store, with engines that answer on a job thread.

    Lives on the main thread as long as the window; ``Jobs.shutdown`` ends its engines.

    Signals:
        changed: There are other pairs, votes or files than before.
        progressed: Answers that are done, and all that are made.
        ended: No answers are made any more; a sentence if something went wrong, else empty.

    Attributes:
        pictures: Where pictures come from.
        booth: Keeps, shows and counts pairs; what changes them is asked of the backend.

    Args:
        connection: The window's store.
        room: Where the engines are.
        jobs: The door to background work.
        pictures: Where pictures come from; None where none can be shown.
        passes: What answering several prompts at once gains; None asks one after the other.
    """

    changed = Signal()
    progressed = Signal(int, int)
    ended = Signal(str)

    def __init__(
        self,
        connection: sqlite3.Connection,
        room: EngineRoom,
        jobs: Jobs,
        pictures: PictureDoor | None = None,
        passes: KeptPasses | None = None,
    ) -> None:
        super().__init__()
        self._passes = passes
        self._connection = connection
        self._room = room
        self._jobs = jobs
        self.pictures = pictures
        self._store = VoteStore(connection)
        self.booth = VoteBooth(self._store, physical_core_count())
        self._maker: AnswerMaker | None = None
        self._job: Job[None] | None = None
        self._more: dict[str, None] = {}
        self._trouble = ""
        self._stopped = False

    # --- candidates -----------------------------------------------------------------------

    def look_at(self, candidates: Sequence[Candidate]) -> None:
        """Find out what their files are; ``changed`` tells when it is known."""
        self._look(candidates, self.changed.emit)

    def _look(self, candidates: Sequence[Candidate], then: Callable[[], None]) -> None:
        known = self.booth.known_files()

        def done(found: dict[str, VotedCandidate]) -> None:
            self.booth.set_identities(found)
            then()

        self._jobs.run(
            lambda context: identify(candidates, known, open_model_file, context.check), done=done
        )

    # --- making answers -------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether answers are being made."""
        return self._maker is not None

    def ask(self, order: VoteOrder, placed: Callable[[Placed], None]) -> None:
        """Store an order and have it answered; ``placed`` hears what became of it."""
        candidates = (order.reference, *order.candidates)

        def place() -> None:
            try:
                result = self.booth.place(order)
            except KeyError as error:
                name = Path(str(error.args[0])).name
                self.ended.emit(self.tr("{file} cannot be read.").format(file=name))
                return
            except PersonError as error:
                self.ended.emit(sentence(error))
                return
            if result.pairs:
                self.go_on([each.key() for each in candidates])
            placed(result)

        self._look(candidates, place)

    def go_on(self, keys: Sequence[str]) -> None:
        """Have answered what waits for it."""
        self.changed.emit()
        if self._maker is not None:
            self._more |= dict.fromkeys(keys)
            return
        pairs = self.booth.unanswered(keys)
        if pairs:
            self._trouble, self._stopped = "", False
            self._run(pairs)

    def _run(self, pairs: Sequence[VotePair]) -> None:
        known = self.booth.known_files()
        contexts: list[JobContext] = []
        maker = AnswerMaker(
            self._room,
            open_model_file,
            known,
            lambda event: contexts[0].report(event),
            lambda: contexts[0].cancelled,
            *([self.pictures.file_of] if self.pictures is not None else []),
            passes=self._passes,
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
            self.booth.take(event)
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
        pairs = [] if self._stopped else self.booth.unanswered(more)
        if pairs:
            self._run(pairs)
        else:
            self.ended.emit(self._trouble)
        self.changed.emit()

    def stop(self) -> None:
        """Stop making answers; what is there stays."""
        self._stopped = True
        if self._maker is not None:
            self._maker.stop()

    def try_again(self, keys: Sequence[str]) -> None:
        """Have answered what failed."""
        self.booth.forgive(keys)
        self.go_on(keys)

    def set_aside(self, keys: Sequence[str], state: PairState) -> None:
        """Ask no more for what waits for answers, or for what failed."""
        self.booth.set_aside(keys, state)
        self.changed.emit()

    # --- voting and counting --------------------------------------------------------------

    def cast(self, pair_id: int, choice: Choice) -> VotePair:
        """Store a vote; raises ``PersonError`` where it cannot be stored."""
        pair = self.booth.cast(pair_id, choice)
        self.changed.emit()
        return pair

    def take_back(self, pair: VotePair) -> None:
        """Undo a vote; raises ``PersonError`` where that cannot be stored."""
        self.booth.take_back(pair)
        self.changed.emit()

    # --- prompts and files out ------------------------------------------------------------

    def chat_prompts(self) -> list[AskedPrompt]:
        """What was asked in chats, the newest first."""
        try:
            return recent_prompts(self._connection)
        except PersonError as error:
            log.warning("%s %s", error.sentence, error.detail)
            return []

    def export(self, target: Path) -> None:
        """Write every vote to a file; raises ``PersonError``."""
        write_votes(self._store.all_pairs(), target)
